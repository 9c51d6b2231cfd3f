"""Outcomes through time: days on which an outcome stays the same, in lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from engine.decision.changing import LegalChange
from engine.inference.outcomes import RANK, Outcome

_ONE_DAY = timedelta(days=1)
# Transfer, data set, instrument; "" for the whole.
Name = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Spell:
    """Days on which an outcome stays the same.

    Attributes:
        last: None where no encoded law ends it.
        mechanism: The route that carries the transfer, or "".
        because: What changed in the law on the first of these days; empty for the first spell.
    """

    first: date
    last: date | None
    outcome: Outcome
    mechanism: str
    because: tuple[LegalChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer, or one instrument for one data set of a transfer, through time.

    Attributes:
        instrument: "" for the transfer as a whole.
    """

    transfer: str
    dataset: str
    instrument: str
    title: str
    spells: tuple[Spell, ...]


class Lines:
    """Lines in the making, a day at a time."""

    def __init__(self) -> None:
        self._spells: dict[Name, list[Spell]] = {}

    def names(self) -> set[Name]:
        """Return the lines that have begun."""
        return set(self._spells)

    def add(self, line: Name, day: date, outcome: Outcome, mechanism: str, because: tuple[LegalChange, ...]) -> None:
        """Note what stands from a day on, the latest so far; a spell begins where it is something else than before."""
        spells = self._spells.setdefault(line, [])
        if spells and (spells[-1].outcome, spells[-1].mechanism) == (outcome, mechanism):
            return
        if spells:
            ended = spells[-1]
            spells[-1] = Spell(ended.first, day - _ONE_DAY, ended.outcome, ended.mechanism, ended.because)
        spells.append(Spell(day, None, outcome, mechanism, because))

    def told(
        self, order: Mapping[str, int], titles: Mapping[str, str]
    ) -> tuple[Line, tuple[Line, ...], tuple[Line, ...]]:
        """Return the line of the whole, those of transfers in their order, and those of instruments, the worst first.

        Instruments that never reach a transfer are left out.
        """
        lines = [
            Line(transfer, dataset, name, titles[name] if name else "", tuple(spells))
            for (transfer, dataset, name), spells in self._spells.items()
        ]
        wholes = [line for line in lines if line.transfer and not line.instrument]
        parts = [line for line in lines if line.instrument and _speaks(line)]
        parts.sort(key=lambda line: (order[line.transfer], _worst_rank(line), line.instrument, line.dataset))
        whole = next(line for line in lines if not line.transfer)
        return whole, tuple(sorted(wholes, key=lambda line: order[line.transfer])), tuple(parts)


def _speaks(line: Line) -> bool:
    return any(spell.outcome != "not_applicable" for spell in line.spells)


def _worst_rank(line: Line) -> int:
    return min(RANK[spell.outcome] for spell in line.spells)
