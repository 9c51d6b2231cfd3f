"""The impact of changed law: the index leaves nothing out, and every way of running finds the same."""

from __future__ import annotations

import json
import os
import shutil
import signal
from datetime import date
from functools import cache
from itertools import starmap
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.analysis import impact as module
from engine.analysis.impact import Book, Impact, Tried, impact, impact_at_hand, sides_at_hand, sides_of, tried
from engine.analysis.portfolio import Stored, places_of, read_portfolio, synthetic
from engine.analysis.reaching import Index
from engine.analysis.scenario import Maker, scenario
from engine.cli.impacts import book_of
from engine.decision.deciding import outcomes
from engine.decision.statute import Law, load_law
from engine.errors import ArrangementError
from engine.facts.views import ArrangementView
from engine.inference.touching import touched
from engine.law.intake import parse_yaml, read_arrangement
from engine.law.loading import load_library
from engine.law.model import Library
from tests.inference.generating import DAYS, accepted, arrangements, laws
from tests.rulesets_for_tests.making import TODAY, Data, instrument, law, outcome, rule

ROOT = Path(__file__).parents[2]
RULESETS = str(ROOT / "rulesets")
BEFORE, AFTER = Book(RULESETS, date(2026, 11, 30)), Book(RULESETS, date(2026, 12, 1))


@cache
def library() -> Library:
    return load_library(ROOT / "rulesets")


@cache
def portfolio() -> tuple[Stored, ...]:
    return tuple(synthetic(400, library(), seed=7))


@cache
def found() -> Impact:
    return impact(portfolio(), BEFORE, AFTER)


def test_the_change_in_chile_reaches_few_and_is_named() -> None:
    """Ley 21.719 takes effect on 1 December 2026."""
    assert "cl.ley-21719" in found().instruments
    assert 0 < found().reached < found().total / 3


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BEFORE, AFTER),
        (Book(RULESETS, date(2023, 7, 9)), Book(RULESETS, date(2023, 7, 10))),
        (AFTER, Book(RULESETS, AFTER.day, "transatlantic-alignment", AFTER.day)),
        (AFTER, Book(RULESETS, AFTER.day, "us-federal-privacy-law", AFTER.day)),
        (AFTER, Book(RULESETS, AFTER.day, "digital-omnibus", AFTER.day)),
        (Book(RULESETS, date(2021, 10, 1)), AFTER),
    ],
)
def test_deciding_everything_anew_finds_what_the_index_finds(before: Book, after: Book) -> None:
    by_index = impact(portfolio()[:120], before, after)
    everything = impact(portfolio()[:120], before, after, everything=True)
    assert by_index.turns == everything.turns
    assert by_index.reached <= everything.reached == 120


def test_permissions_lost_come_first() -> None:
    after = Book(RULESETS, AFTER.day, "fall-of-the-data-privacy-framework", AFTER.day)
    file = ROOT / "examples" / "eu-us-company.yaml"
    kept = json.dumps(parse_yaml(file.read_text(encoding="utf-8"), "x")).encode()
    turns = impact([*portfolio()[:50], Stored("company", kept)], AFTER, after).turns
    assert (turns[0].id, turns[0].kind, turns[0].before) == ("company", "lost", "permitted_with_conditions")
    kinds = [turn.kind for turn in turns]
    assert kinds == sorted(kinds, key=["lost", "gained", "changed"].index)


def test_an_option_added_to_a_reading_is_a_change_of_every_instrument_that_reads_it() -> None:
    bans = [rule("ban", "b", ["reading.zz.view == wide"]), rule("ban", "c", ["reading.zz.view == narrow"])]
    reads = instrument(rule("scope", "s"), *bans, id="zz.other")

    def under(*options: str) -> Law:
        named = {each: {"says": f"It is {each}.", "cite": "Act 1"} for each in options}
        view = {"zz.view": {"ask": "Which view?", "options": named}}
        return law(instrument(rule("scope", "s"), readings=view), reads)

    before, after = under("wide", "narrow"), under("wide", "narrow", "odd")
    assert [outcome(each, name="zz.other") for each in (before, after)] == ["prohibited", "undetermined"]
    assert "zz.other" in Index(before.programs(TODAY), after.programs(TODAY)).instruments


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(laws(), laws(), st.lists(arrangements(), min_size=3, max_size=6), st.sampled_from(DAYS), st.sampled_from(DAYS))
def test_what_the_index_leaves_out_has_the_same_outcome_under_any_two_books(
    drawn: Any, other: Any, listed: list[Data], day: date, later: date
) -> None:
    """Two books of one law and two days, and books of two laws."""
    one, two = accepted(drawn), accepted(other)
    for after in (one, two):
        index = Index(one.programs(day), after.programs(later))
        for data in listed:
            arrangement, text = read_arrangement(data, one.library), json.dumps(data).encode()
            old = outcomes(arrangement, one, day, arrangement.readings)
            new = outcomes(arrangement, after, later, arrangement.readings, facts_on=day)
            reach = index.reach(text, arrangement, day)
            assert reach.differs or old == new
            assert not reach.reached or index.is_near(text, data)


def pair(exporter: str, importer: str) -> Stored:
    made = Maker(scenario("health-cohort"), library()).arrangement(exporter, importer)
    return Stored(f"{exporter}-{importer}", orjson.dumps(made.model_dump(mode="json", exclude_unset=True)))


def test_a_change_of_the_law_of_the_union_reaches_what_leaves_it_and_nothing_else() -> None:
    """The fall of the Data Privacy Framework: arrangements with an importer in the Union are not about Chapter V."""
    fall = Book(RULESETS, AFTER.day, "fall-of-the-data-privacy-framework", AFTER.day)
    index = sides_of(AFTER, fall).index
    assert index.instruments == ("eu.gdpr-transfers",)
    places = [("FI", "US"), ("NO", "JP"), ("US", "FI"), ("JP", "US"), ("DE", "FR"), ("SG", "DE")]
    reached = [each for each in starmap(pair, places) if impact([each], AFTER, fall).reached]
    assert [each.id for each in reached] == ["FI-US", "NO-JP"]


def test_evidence_that_runs_out_between_two_days_is_no_change_of_the_law() -> None:
    data = json.loads(pair("FI", "JP").text)
    data["measures"]["eu.transfer_consent"] = {"until": "2026-11-30"}
    arrangement = read_arrangement(data, library())
    law = module.law_of(RULESETS, None, None)
    days = (BEFORE.day, AFTER.day)
    assert [outcomes(arrangement, law, day, {})["xy"] in module.LAWFUL for day in days] == [True, False]
    stored = Stored("x", json.dumps(data).encode())
    for everything in (False, True):
        assert impact([stored], BEFORE, AFTER, everything=everything).turns == ()


def test_words_of_one_book_only_are_looked_into_wherever_an_arrangement_is(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rulesets", tmp_path / "rulesets", ignore=shutil.ignore_patterns("cases"))
    file = tmp_path / "rulesets" / "sg" / "pdpa.yaml"
    text = file.read_text(encoding="utf-8")
    traits = text.index("traits:\n") + len("traits:\n")
    declared = "  sg.brand_new: {of: party, type: bool, ask: 'Is it brand new?', by: exporter}\n"
    file.write_text(text[:traits] + declared + text[traits:], encoding="utf-8")
    data = json.loads(pair("JP", "US").text)
    data["parties"][0]["traits"]["sg.brand_new"] = True
    after = Book(str(tmp_path / "rulesets"), AFTER.day)
    (turn,) = impact([Stored("new", json.dumps(data).encode()), pair("JP", "US")], AFTER, after).turns
    assert (turn.id, turn.after) == ("new", "undetermined")
    assert "sg.brand_new" in turn.fault


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(arrangements())
def test_plain_data_name_every_place_that_a_leg_touches(data: Data) -> None:
    from engine.facts.arrangement import Arrangement

    view = ArrangementView(Arrangement.model_validate(data), date(2026, 11, 23))
    for leg in view.legs:
        assert touched(leg) <= places_of(data)


def test_examples_name_every_place_too() -> None:
    for file in sorted((ROOT / "examples").glob("*.yaml")):
        data = parse_yaml(file.read_text(encoding="utf-8"), file.name)
        view = ArrangementView(read_arrangement(data, library()), date(2026, 11, 23))
        assert all(touched(leg) <= places_of(data) for leg in view.legs)


def test_two_processes_find_what_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK", 3)
    assert impact(portfolio(), BEFORE, AFTER, workers=2) == found()


def killed_once(before: Book, after: Book, everything: bool, stored: Any) -> Tried:
    mark = Path(os.environ["KILL_MARK"])
    if not mark.exists() and os.getpid() != int(os.environ["KILL_NOT"]):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return tried(before, after, everything, stored)


def test_a_killed_process_costs_its_work_and_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "_CHUNK", 3)
    monkeypatch.setenv("KILL_MARK", str(tmp_path / "killed"))
    monkeypatch.setenv("KILL_NOT", str(os.getpid()))
    monkeypatch.setattr(module, "tried", killed_once)
    assert impact(portfolio(), BEFORE, AFTER, workers=2) == found()
    assert (tmp_path / "killed").exists()


def test_a_run_that_was_stopped_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "_CHUNK", 3)
    kept = tmp_path / "kept.ndjson"

    class Stop(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done >= 3:
            raise Stop

    with pytest.raises(Stop):
        impact(portfolio(), BEFORE, AFTER, resume=kept, progress=stop)
    lines = kept.read_text(encoding="utf-8").splitlines()
    kept.write_text("\n".join(lines) + '\n{"books": "half a li', encoding="utf-8")
    decided: list[int] = []

    def counted(before: Book, after: Book, everything: bool, stored: Any) -> Tried:
        decided.append(len(stored))
        return tried(before, after, everything, stored)

    monkeypatch.setattr(module, "tried", counted)
    assert impact(portfolio(), BEFORE, AFTER, resume=kept) == found()
    assert sum(decided) == near() - 3 * len(lines)


def near() -> int:
    index = sides_of(BEFORE, AFTER).index
    return sum(index.is_near(each.text, json.loads(each.text)) for each in portfolio())


@pytest.mark.slow
def test_a_cluster_finds_what_one_process_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(module, "_CHUNK", 4)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp"
    ) as cluster:
        assert impact(portfolio(), BEFORE, AFTER, cluster=cluster.scheduler_address) == found()


def test_a_portfolio_is_a_folder_or_a_file_of_lines(tmp_path: Path) -> None:
    assert {each.id for each in read_portfolio(ROOT / "examples")} >= {"thl-nih-diabetes"}
    file = tmp_path / "portfolio.ndjson"
    lines = [json.dumps({"id": each.id, "arrangement": json.loads(each.text)}) for each in portfolio()[:3]]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert [each.id for each in read_portfolio(file)] == [each.id for each in portfolio()[:3]]
    file.write_text(f"{lines[0]}\n[]\n", encoding="utf-8")
    with pytest.raises(ArrangementError) as told:
        list(read_portfolio(file))
    assert str(told.value.faults[0].where).endswith("portfolio.ndjson:2")


def test_a_book_is_a_day_a_reform_or_a_folder() -> None:
    rulesets = ROOT / "rulesets"
    assert book_of("2026-12-01", rulesets) == AFTER
    assert book_of("transatlantic-alignment@2026-12-01", rulesets).reform_from == AFTER.day
    assert book_of(f"{RULESETS}@2026-12-01", rulesets) == AFTER
    for wrong in ("nothing", "2026-13-01", "us-federal-privacy-law@soon"):
        with pytest.raises(ArrangementError):
            book_of(wrong, rulesets)


def test_nothing_changes_between_equal_books() -> None:
    assert sides_of(AFTER, AFTER).index.instruments == ()


def test_laws_that_are_loaded_give_the_same() -> None:
    law = load_law(Path(RULESETS))
    assert impact_at_hand(portfolio(), sides_at_hand(BEFORE, AFTER, (law, law))) == found()
