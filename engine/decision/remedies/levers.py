"""Which acts the parties have: measures that can still be put in place, who does it, and which transfers it serves.

One act serves every transfer of the party that does it: an exporter that has its assessment made needs it once. What
two parties do together, they do once as a pair. What an authority, an ethics board or the people give, they give to
the exporter that asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.facts.arrangement import Arrangement, Transfer
from engine.facts.legs import Leg
from engine.inference.evidence import days_to_come
from engine.law.expression import Atom, MeasureRef, NumberRef
from engine.law.model import Measure, MeasureField

Value = str | int | bool


@dataclass(slots=True)
class Lever:
    """A measure in the hands of certain parties.

    Attributes:
        legs: Legs of the transfers that it serves, where some rule reads it.
        values: Values that each field of its evidence could take, in the order in which they are tried.
    """

    key: tuple[str, tuple[str, ...]]
    measure: Measure
    effort: int
    legs: list[Leg] = field(default_factory=list)
    values: dict[str, list[Value]] = field(default_factory=dict)

    @property
    def parties(self) -> tuple[str, ...]:
        """Return who acts."""
        return self.key[1]

    @property
    def transfers(self) -> tuple[str, ...]:
        """Return the transfers that it serves, in their order."""
        return tuple(dict.fromkeys(leg.transfer.id for leg in sorted(self.legs, key=lambda leg: leg.index)))


class Levers:
    """Every lever that some rule of an arrangement reads, in the order in which rules read them."""

    def __init__(self, measures: Mapping[str, Measure], efforts: Mapping[str, int], day: date) -> None:
        self._measures = measures
        self._efforts = efforts
        self._day = day
        self.found: dict[tuple[str, tuple[str, ...]], Lever] = {}

    def of(self, atom: Atom, ref: MeasureRef, leg: Leg) -> Lever | None:
        """Return the lever that an atom reads for a leg; None where the measure is no lever."""
        measure = self._measures[ref.id]
        if not measure.lever:
            return None
        key = (measure.id, _who(measure.by, leg.transfer))
        lever = self.found.get(key)
        if lever is None:
            effort = self._efforts.get(measure.id, measure.effort)
            lever = self.found[key] = Lever(key, measure, effort)
        if leg not in lever.legs:
            lever.legs.append(leg)
        if ref.field:
            values = lever.values.setdefault(ref.field, [])
            for value in candidates(measure.fields[ref.field], atom, self._day):
                if not any(value is each or (value == each and type(value) is type(each)) for each in values):
                    values.append(value)
        return lever


def _who(by: str, transfer: Transfer) -> tuple[str, ...]:
    if by == "importer":
        return (transfer.importer,)
    return (transfer.exporter, transfer.importer) if by == "both" else (transfer.exporter,)


def candidates(spec: MeasureField, atom: Atom, day: date) -> Iterator[Value]:
    """Yield the values that an honest act could give a field, as far as an atom can tell them apart."""
    if spec.attainable:
        yield from spec.attainable
    elif spec.type == "bool":
        yield from (True, False)
    elif spec.values:
        yield from spec.values
    else:
        yield from _around(spec, atom, day)


def _around(spec: MeasureField, atom: Atom, day: date) -> Iterator[Value]:
    right = atom.right
    if isinstance(right, bool) or right is None or isinstance(right, NumberRef):
        return
    if isinstance(right, int):
        yield from (right, right + 1, max(right - 1, 0))
    elif isinstance(right, str):
        yield from days_to_come(right, day) if spec.type == "date" else (right,)
    elif isinstance(right, tuple):
        yield from right


def with_acts(arrangement: Arrangement, chosen: Iterable[tuple[Lever, Mapping[str, Value]]]) -> Arrangement:
    """Return an arrangement in which levers have been used, each with what its evidence shows.

    What a transfer has already shown stays, save for what the act shows instead.
    """
    transfers = {transfer.id: dict(transfer.measures) for transfer in arrangement.transfers}
    for lever, evidence in chosen:
        for leg in lever.legs:
            now, _ = leg.arrangement.measure(leg, lever.measure.id)
            merged = {**(now or {}), **evidence}
            transfers[leg.transfer.id][lever.measure.id] = merged or True
    return arrangement.model_copy(
        update={
            "transfers": tuple(
                transfer.model_copy(update={"measures": transfers[transfer.id]}) for transfer in arrangement.transfers
            )
        }
    )
