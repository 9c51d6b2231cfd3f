"""What an instrument finds for a leg once readings are taken into account, and again on other days of the law."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import prod
from typing import NamedTuple

from engine.facts.legs import Leg
from engine.inference.evaluation import Found, Judge
from engine.inference.outcomes import Outcome, worst
from engine.inference.programs import BookPrograms

# Of more combinations of options than these nothing is concluded: those not looked at might differ.
_MOST_COMBINATIONS = 32
# Names of readings, and of the options taken of them, as text.
Label = tuple[str, str]
# Index of a leg, and instrument.
Key = tuple[int, str]


class Settled(NamedTuple):
    """The outcome of one instrument for one leg.

    Attributes:
        found: What was found under the readings chosen.
        under: What was found under each combination of options; empty where none was needed, or there are too many.
    """

    outcome: Outcome
    found: Found
    under: tuple[tuple[Label, Found], ...] = ()

    @property
    def difference(self) -> str:
        """Return how the evaluators differ under the readings chosen, or under some option; "" where they do not."""
        if not self.under:  # as nearly always
            return self.found.difference
        return next((each.difference for each in (self.found, *(f for _, f in self.under)) if each.difference), "")

    @property
    def shown(self) -> Found:
        """Return what is found where the outcome is definite: where all options agree, under the first of them."""
        return self.under[0][1] if self.under and self.outcome != "undetermined" else self.found


def settled(judge: Judge, name: str, leg: Leg) -> Settled:
    """Decide an instrument; where a reading was not chosen and matters, under each option."""
    found = judge.decide(name, leg)
    if found.verdict.outcome != "undetermined":
        return Settled(found.verdict.outcome, found)
    readings = judge.now.readings
    open_readings = sorted(found.program.readings - readings.keys())
    if not open_readings:
        return Settled("undetermined", found)
    library = judge.programs.book.library
    choices = [[(reading, option) for option in library.readings[reading].options] for reading in open_readings]
    if prod(map(len, choices)) > _MOST_COMBINATIONS:
        return Settled("undetermined", found)
    under: list[tuple[Label, Found]] = []
    for combination in product(*choices):
        other = Judge(judge.programs, {**readings, **dict(combination)}, judge.core)
        label = (", ".join(r for r, _ in combination), ", ".join(o for _, o in combination))
        under.append((label, other.decide(name, leg)))
    outcomes = {each.verdict.outcome for _, each in under}
    return Settled(outcomes.pop() if len(outcomes) == 1 else "undetermined", found, tuple(under))


def settled_on(
    programs: BookPrograms,
    readings: Mapping[str, str],
    pairs: Iterable[tuple[str, Leg]],
    places: Mapping[int, frozenset[str]],
) -> Iterator[tuple[Key, Settled | None]]:
    """Yield what instruments find for legs on the day of some programs, by the reference alone.

    Args:
        places: What each leg touches, by its index.
    Yields:
        None for an instrument that is not in force or cannot reach a leg.
    """
    judge: Judge | None = None  # most days have nothing for it
    for name, leg in pairs:
        if programs.can_reach(name, leg, places[leg.index]):
            judge = judge or Judge(programs, readings, None)
            yield (leg.index, name), settled(judge, name, leg)
        else:
            yield (leg.index, name), None


def whole_of(outcomes: Iterable[Outcome]) -> Outcome:
    """A transfer that every jurisdiction touched covers and no instrument reaches is permitted."""
    whole = worst(outcomes)
    return "permitted" if whole == "not_applicable" else whole
