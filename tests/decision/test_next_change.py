"""The next change is found by looking only at law that changes; here every later day is worked out whole."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from pathlib import Path

import pytest

from engine.decision.deciding import decide
from engine.decision.gaps import gaps_of
from engine.decision.statute import Law
from engine.facts.arrangement import Arrangement
from engine.facts.views import ArrangementView
from engine.inference.evaluation import Judge
from engine.inference.outcomes import Outcome, worst
from engine.law.intake import parse_yaml, read_arrangement
from tests.rulesets_for_tests.making import shipped_law

ROOT = Path(__file__).parents[2]
EXAMPLES = ("thl-nih-diabetes", "us-cn-coauthors", "jp-eu-cohort", "uk-us-data-bridge")


@pytest.fixture(scope="module")
def law() -> Law:
    return shipped_law()


def whole(arrangement: Arrangement, law: Law, today: date, day: date) -> dict[str, Outcome]:
    """Return the outcome of each transfer under the law of a day, with facts and evidence as they are today."""
    view, programs = ArrangementView(arrangement, today), law.programs(day)
    judge = Judge(programs, arrangement.readings, None)
    found: dict[str, list[Outcome]] = {transfer.id: [] for transfer in arrangement.transfers}
    for leg in view.legs:
        verdicts = [judge.decide(name, leg).verdict.outcome for name in programs.candidates(leg)]
        found[leg.transfer.id] += [*verdicts, *["undetermined" for _ in gaps_of(leg, programs.book)[:1]]]  # type: ignore[list-item]
    outcomes = {name: worst(each) for name, each in found.items()}
    return {name: "permitted" if each == "not_applicable" else each for name, each in outcomes.items()}


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("today", [date(2019, 5, 5), date(2021, 10, 1), date(2025, 1, 1), date(2026, 11, 1)])
def test_the_next_change_is_that_found_by_working_out_every_later_day(law: Law, name: str, today: date) -> None:
    path = ROOT / "examples" / f"{name}.yaml"
    plain = read_arrangement(parse_yaml(path.read_text(encoding="utf-8"), path.name), law.library)
    # Where nobody chose a reading, the decision looks under each; the plain evaluation here does not.
    chosen = {reading: next(iter(each.options)) for reading, each in law.library.readings.items()}
    arrangement = plain.model_copy(update={"readings": chosen})
    change = decide(arrangement, law, as_of=today, core=False).next_change
    now = whole(arrangement, law, today, today)
    days = law.books.change_days
    last = max(transfer.end or date.max for transfer in arrangement.transfers)
    later = (day for day in days[bisect_right(days, today) :] if day <= last)
    expected = next((day for day in later if whole(arrangement, law, today, day) != now), None)
    assert (change.day if change else None) == expected
