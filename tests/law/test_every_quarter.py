"""Every instrument on the first day of each quarter of its days in force: no gap, no overlap, no failure.

What the outcome is on these days is for the cases beside the law to say. Here an arrangement of each instrument's own
cases is decided, by both evaluators, again and again as time goes by.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from engine.cases.patching import arrangement_of
from engine.cases.running import Located, find_cases
from engine.facts.arrangement import Arrangement
from engine.facts.views import ArrangementView
from engine.inference.evaluation import Judge
from engine.law.expression import NumberRef, leaves
from engine.law.intake import read_arrangement
from engine.law.model import BEGINNING, REMARK_KINDS, Instrument
from tests.rulesets_for_tests.making import shipped_law as law

RULESETS = Path(__file__).parents[2] / "rulesets"
# Two years beyond the last change of the encoded law that has a day.
LAST_YEAR = 2029


@cache
def arrangements() -> dict[str, Arrangement]:
    """Return an arrangement for each instrument: that of the first case in which it reaches, else of its first case."""
    located, faults = find_cases([RULESETS])
    assert faults == []
    found: dict[str, Located] = {}
    own = [each for each in located if each.reform is None and each.instrument in each.case.expect]
    for each in sorted(own, key=lambda each: each.case.expect[each.instrument].outcome in (None, "not_applicable")):
        found.setdefault(each.instrument, each)
    return {
        name: read_arrangement(arrangement_of(each.case.arrangement, each.bases), law().library)
        for name, each in found.items()
    }


def quarters(instrument: Instrument) -> Iterator[date]:
    """Yield first days of quarters, from the day on which the first rule that lets the instrument speak applies."""
    speaking = [rule for rule in instrument.rules if rule.kind == "scope"] or instrument.rules
    first = max(instrument.period.first, min(rule.period.first for rule in speaking), date(1990, 1, 1))
    for year in range(first.year, LAST_YEAR + 1):
        yield from (day for month in (1, 4, 7, 10) if first <= (day := date(year, month, 1)) in instrument.period)


def names() -> list[str]:
    return sorted(law().library.instruments)


@pytest.mark.parametrize("name", names())
def test_an_instrument_in_force_has_rules_by_which_it_reaches_and_numbers_with_one_value(name: str) -> None:
    instrument = law().library.instruments[name]
    restricts = any(rule.kind in ("route", "ban", "duty") for rule in instrument.rules)
    for day in quarters(instrument):
        rules = law().books.on(day).rules.get(name, ())
        kinds = {rule.kind for rule in rules}
        assert rules, f"nothing of `{name}` is in force on {day}"
        assert not restricts or "scope" in kinds, f"`{name}` reaches nothing on {day}"
        assert len({rule.id for rule in rules}) == len(rules), f"a rule of `{name}` stands twice on {day}"
        for rule in rules:
            for condition in (*rule.when, *rule.requires, *rule.fulfilled_by):
                for ref in (leaf.atom.right for leaf in leaves(condition.tree)):
                    if isinstance(ref, NumberRef):
                        values = law().library.instruments[ref.instrument].numbers[ref.name].values
                        in_force = [value for value in values if day in value.period]
                        assert len(in_force) == 1, f"`{ref.name}` has {len(in_force)} values on {day}"


@pytest.mark.parametrize("name", names())
def test_an_instrument_is_decided_alike_by_both_evaluators_in_every_quarter(name: str) -> None:
    instrument = law().library.instruments[name]
    arrangement = arrangements().get(name)
    if arrangement is None:
        # Treaties, soft law, and instruments that only define decide nothing.
        assert instrument.kind in REMARK_KINDS or not any(r.kind in ("route", "ban", "duty") for r in instrument.rules)
        return
    for day in quarters(instrument):
        view = ArrangementView(arrangement, day)
        judge = Judge(law().programs(day), arrangement.readings, law().core)
        found = [judge.decide(name, leg) for leg in view.legs]
        assert [each.difference for each in found if each.difference] == []


def test_no_country_is_covered_twice_on_a_day_and_each_is_by_law_in_force() -> None:
    for key, spells in law().library.coverage.items():
        ordered = sorted(spells, key=lambda spell: spell.period.first)
        for one, other in pairwise(ordered):
            assert one.period.last < other.period.first, f"{key} is covered twice on {other.period.first}"
        for spell in ordered:
            day = max(spell.period.first, BEGINNING)
            in_force = law().books.on(day).instruments
            assert any(name in in_force for name in spell.by), f"nothing that covers {key} is in force on {day}"
