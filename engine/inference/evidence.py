"""Evaluate what is asked of measures and readings: what is shown, what levers could bring about, what was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, cast

from engine.facts.legs import Leg
from engine.facts.values import FALSE, TRUE, UNKNOWN, Truth
from engine.inference.comparing import truth_comparison
from engine.inference.getters import Env, Subject, Test
from engine.law.book import StatuteBook
from engine.law.expression import Atom, MeasureRef, ReadingRef

_ONE_DAY: Final = timedelta(days=1)


def measure_test(atom: Atom, ref: MeasureRef, book: StatuteBook) -> Test:
    """Return the function for whether a measure, or a field of its evidence, is shown or could be brought about."""
    measure = book.library.measures[ref.id]
    name, field, lever = ref.id, ref.field, measure.lever
    if not field:

        def shown(leg: Subject, env: Env) -> Truth:
            return TRUE if name in leg.evidence or (lever and env.levers) else FALSE  # type: ignore[union-attr]

        return shown
    holds = truth_comparison(atom, book)
    spec = measure.fields[field]
    # A finding that stands once made may have been made already where the evidence does not say.
    may_be_settled = any(not holds(value) for value in spec.final)

    def attainable(leg: Leg) -> bool:
        # A lever could bring about any attainable value. Numbers are free, and so are days that have not passed.
        if spec.type == "date" and isinstance(atom.right, str):
            return any(holds(value) for value in days_to_come(atom.right, leg.arrangement.day))
        return not spec.attainable or any(holds(value) for value in spec.attainable)

    def field_test(subject: Subject, env: Env) -> Truth:
        leg = cast(Leg, subject)
        evidence = leg.evidence.get(name)
        later = lever and env.levers and attainable(leg)
        if evidence is None:
            return TRUE if later else FALSE
        shown = evidence.get(field)
        if shown is not None and holds(shown):
            return TRUE
        if later and shown not in spec.final:
            return UNKNOWN if shown is None and may_be_settled else TRUE
        return UNKNOWN if shown is None else FALSE

    return field_test


def days_to_come(named: str, day: date) -> Iterator[str]:
    """Yield the days that an act done on `day` or later can bear, as far as a comparison can tell them apart.

    Args:
        named: The day that a condition names, as ISO text.
        day: Day of the decision. Nobody can sign or approve anything on an earlier day any more.
    """
    edge = date.fromisoformat(named)
    yield from dict.fromkeys(each.isoformat() for each in (day, edge, edge + _ONE_DAY, edge - _ONE_DAY) if each >= day)


def reading_test(atom: Atom, ref: ReadingRef) -> Test:
    """Return the function for whether a reading was chosen; unknown where none was."""
    name, option, same = ref.id, atom.right, atom.op == "=="

    def test(_subject: Subject, env: Env) -> Truth:
        chosen = env.readings.get(name)
        if chosen is None:
            return UNKNOWN
        return TRUE if (chosen == option) is same else FALSE

    return test
