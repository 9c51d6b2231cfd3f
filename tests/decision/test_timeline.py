"""An arrangement through time: published days of law are where the outcome changes, and nowhere else."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from engine.decision.changing import Changes
from engine.decision.deciding import decide
from engine.decision.spells import Line
from engine.decision.timeline import Timeline, timeline
from engine.decision.timeline_text import timeline_text
from engine.facts.arrangement import Arrangement
from engine.law.intake import parse_yaml, read_arrangement
from tests.rulesets_for_tests.making import plain, read, zedland
from tests.rulesets_for_tests.making import shipped_law as law

ROOT = Path(__file__).parents[2]
TRANSFERS = "eu.gdpr-transfers"
DIRECTIVE = "eu.directive-95-46-transfers"


def example(name: str) -> Arrangement:
    path = ROOT / "examples" / f"{name}.yaml"
    return read_arrangement(parse_yaml(path.read_text(encoding="utf-8"), path.name), law().library)


@cache
def of_example(name: str) -> Timeline:
    return timeline(example(name), law())


def line(found: Timeline, instrument: str) -> Line:
    return next(each for each in found.instruments if each.instrument == instrument)


def spells(found: Timeline, instrument: str) -> list[tuple[str, str, str]]:
    """Return first day, outcome and mechanism of each spell of an instrument."""
    return [
        (spell.first.isoformat(), spell.outcome, spell.mechanism.rpartition(".")[2])
        for spell in line(found, instrument).spells
    ]


def test_an_ordinary_flow_to_america_shows_each_framework_and_each_gap() -> None:
    """Decision 2000/520 of 26 July 2000; Schrems, 6 October 2015; Decision 2016/1250 of 12 July 2016; Schrems II, 16
    July 2020; Decision 2023/1795 of 10 July 2023."""
    found = of_example("eu-us-company")
    assert spells(found, DIRECTIVE) == [
        ("1998-10-24", "not_yet_permitted", ""),
        ("2000-07-26", "permitted_with_conditions", "safe-harbor"),
        ("2015-10-06", "not_yet_permitted", ""),
        ("2016-07-12", "permitted_with_conditions", "privacy-shield"),
        ("2018-05-25", "not_applicable", ""),
    ]
    assert spells(found, TRANSFERS) == [
        ("2018-05-25", "permitted_with_conditions", "privacy-shield"),
        ("2020-07-16", "not_yet_permitted", ""),
        ("2023-07-10", "permitted_with_conditions", "data-privacy-framework"),
    ]


def test_a_change_names_the_rule_and_its_citation() -> None:
    gap = next(s for s in line(of_example("eu-us-company"), TRANSFERS).spells if s.first == date(2020, 7, 16))
    ended = [(change.kind, change.id, "C-311/18" in change.cite) for change in gap.because]
    assert ("rule_ends", "eu.gdpr-transfers.art45-3.privacy-shield", True) in ended


def test_a_framework_that_an_agency_could_not_join_is_told_and_moves_nothing() -> None:
    """Safe Harbor, the Privacy Shield and the Data Privacy Framework were never open to the NIH."""
    events = [
        (event.day.isoformat(), event.change.kind, event.change.id.rpartition(".")[2], event.moves)
        for event in of_example("thl-nih-diabetes").events
    ]
    for day, kind, name in (
        ("2000-07-26", "rule_begins", "safe-harbor"),
        ("2015-10-06", "rule_ends", "safe-harbor"),
        ("2016-07-12", "rule_begins", "privacy-shield"),
        ("2020-07-16", "rule_ends", "privacy-shield"),
        ("2023-07-10", "rule_begins", "data-privacy-framework"),
    ):
        assert (day, kind, name, False) in events
    assert {outcome for _, outcome, _ in spells(of_example("thl-nih-diabetes"), TRANSFERS)} == {"not_yet_permitted"}


@pytest.mark.parametrize(
    ("country", "instrument", "day"),
    [
        ("CL", "cl.ley-21719", "2026-12-01"),  # Ley 21.719, first transitory article
        ("IN", "in.dpdp", "2027-05-13"),  # Rules of 13 November 2025, eighteen months on
        ("SG", "sg.health-information-act", None),
        ("VN", "vn.pdpl", "2026-01-01"),  # Law 91/2025/QH15 art 38
    ],
)
def test_a_day_to_come_is_shown(country: str, instrument: str, day: str | None) -> None:
    data = plain(parties__0__country=country, datasets__0__categories=["health"])
    data["datasets"][0]["subjects"] = [{"country": country, "persons": 500}]
    found = timeline(read_arrangement(data, law().library), law(), as_of=date(2025, 6, 1))
    period = law().library.instruments[instrument].period
    days = {event.day for event in found.events if event.change.instrument == instrument}
    days |= {spell.first for each in found.instruments if each.instrument == instrument for spell in each.spells}
    assert (date.fromisoformat(day) if day else period.first) in days


@pytest.mark.parametrize("name", ["eu-us-company", "jp-eu-cohort", "us-cn-coauthors"])
def test_every_spell_is_what_a_decision_of_its_first_and_last_day_says(name: str) -> None:
    """Facts that hang on the day of evidence aside, which these examples do not have."""
    undated = example(name)
    measures = {key: value for key, value in undated.measures.items() if not isinstance(value, dict)}
    arrangement = undated.model_copy(update={"measures": measures})
    found = timeline(arrangement, law(), first=date(2014, 1, 1), last=date(2030, 1, 1))
    for spell in found.whole.spells:
        for day in (spell.first, spell.last or found.last):
            assert decide(arrangement, law(), as_of=day, core=False).outcome == spell.outcome, day


def test_spells_follow_each_other_without_gap_or_overlap() -> None:
    found = of_example("three-party-genomics")
    for each in (found.whole, *found.transfers, *found.instruments):
        for one, other in zip(each.spells, each.spells[1:], strict=False):
            assert one.last is not None
            assert one.last + timedelta(days=1) == other.first
            assert (one.outcome, one.mechanism) != (other.outcome, other.mechanism)
        assert each.spells[-1].last is None


def test_the_term_of_an_arrangement_bounds_its_timeline() -> None:
    data = plain(transfers__0__start="2020-03-01", transfers__0__end="2021-12-31")
    found = timeline(read(data, zedland()), zedland())
    assert (found.first, found.last) == (date(2020, 3, 1), date(2021, 12, 31))


def test_a_member_listed_anew_neither_joins_nor_leaves() -> None:
    changes = Changes(law().library)
    for day in law().books.change_days:
        found = changes.on(day, law().library.instruments)
        joined = {(c.id, c.member) for c in found if c.kind == "member_joins"}
        left = {(c.id, c.member) for c in found if c.kind == "member_leaves"}
        assert joined.isdisjoint(left), day


def test_the_text_tells_what_it_rests_on() -> None:
    text = timeline_text(of_example("eu-us-company"))
    assert "2023-07-10 to 2031-03-25  PERMITTED WITH CONDITIONS" in text
    assert "recalled and not seen), law of" in text.splitlines()[-1]
