"""Cases of a reform are run under that reform, and no other case is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.cases.running import find_cases
from engine.cli.main import main
from engine.errors import RulesetError
from engine.law.loading import load_library
from engine.law.reforms import reform_names
from tests.rulesets_for_tests.making import write_rulesets

RULESETS = Path(__file__).parent.parent.parent / "rulesets"

HEAD = """\
reform:
  id: later
  title: The Data Act starts a year later
  status: hypothetical
  says: For tests.
  from: "2019-01-01"
  source: {cite: "none"}
  checked: {on: "2026-11-23", text: recalled}
"""
CASES = """\
cases_for: zz.late
cases:
  - name: the act that is late does not reach a transfer before its new day
    day: "2020-06-01"
    arrangement:
      title: Survey
      parties: [{id: a, country: "BV", kind: university}, {id: b, country: "IO", kind: university}]
      datasets: [{id: d, categories: [survey_microdata], identifiability: identified}]
      transfers: [{id: t, exporter: a, importer: b, datasets: [d], mode: copy}]
    expect: {zz.late: {outcome: not_applicable}}
    basis: "constructed"
"""
ACT = """\
instrument:
  id: zz.late
  title: Late Act
  jurisdiction: "ZZ"
  kind: transfer
  in_force: {from: "2020-01-01"}
  source: {cite: "Act 9"}
  checked: {on: "2026-11-23", text: recalled}
  hook: tests
parameters:
  people:
    unit: persons
    values: [{from: "2020-01-01", value: 5, cite: "s 1"}, {from: "2022-01-01", value: 9, cite: "s 1"}]
rules:
  - {id: zz.late.s1.scope, kind: scope, cite: "s 1", says: All., when: [exporter.country == BV]}
  - {id: zz.late.s2.ban, kind: ban, cite: "s 2", says: Nothing leaves., when: []}
  - {id: zz.late.s3.early, kind: warning, cite: "s 3", says: Early., until: "2020-03-31", when: []}
"""


@pytest.fixture
def rulesets(tmp_path: Path) -> Path:
    root = write_rulesets(tmp_path / "law")
    (root / "zz" / "late.yaml").write_text(ACT, encoding="utf-8")
    cases = root / "reforms" / "later" / "cases"
    cases.mkdir(parents=True)
    (cases / "late.yaml").write_text(CASES, encoding="utf-8")
    dates = 'dates:\n  - {id: zz.late, from: "2021-01-01", until: "2021-12-31"}\n'
    (cases.parent / "reform.yaml").write_text(HEAD + dates, encoding="utf-8")
    return root


def test_a_reforms_case_knows_its_reform_and_another_case_knows_none(rulesets: Path) -> None:
    located, faults = find_cases([rulesets])
    assert faults == []
    named = {each.instrument: each.reform for each in located}
    assert named.pop("zz.late") == "later"
    assert set(named.values()) == {None}


def test_the_cases_of_a_reform_pass_under_it_without_its_being_named(
    rulesets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = rulesets / "reforms" / "later"
    assert main(["--rulesets", str(rulesets), "test", str(folder)]) == 0
    assert main(["--rulesets", str(rulesets), "--reform", "later", "test", str(folder / "cases")]) == 0
    capsys.readouterr()


def test_the_same_case_fails_as_law_in_force(rulesets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ordinary = rulesets / "zz" / "cases" / "late.yaml"
    shutil.copy(rulesets / "reforms" / "later" / "cases" / "late.yaml", ordinary)
    assert main(["--rulesets", str(rulesets), "test", str(ordinary)]) == 1
    capsys.readouterr()


def test_a_moved_instrument_has_its_rules_within_its_new_days(rulesets: Path) -> None:
    moved = load_library(rulesets, "later").instruments["zz.late"]
    assert (moved.period.first.isoformat(), moved.period.last.isoformat()) == ("2021-01-01", "2021-12-31")
    assert [rule.id for rule in moved.rules] == ["zz.late.s1.scope", "zz.late.s2.ban"]  # s 3 ended before the new day
    assert {rule.period for rule in moved.rules} == {moved.period}


def test_what_began_with_an_instrument_begins_earlier_with_it(rulesets: Path) -> None:
    file = rulesets / "reforms" / "later" / "reform.yaml"
    file.write_text(HEAD + 'dates:\n  - {id: zz.late, from: "2019-05-01"}\n', encoding="utf-8")
    moved = load_library(rulesets, "later").instruments["zz.late"]
    days = {rule.id: (str(rule.period.first), str(rule.period.last)) for rule in moved.rules}
    assert days["zz.late.s2.ban"] == ("2019-05-01", str(moved.period.last))
    assert days["zz.late.s3.early"] == ("2019-05-01", "2020-03-31")
    assert [str(each.period.first) for each in moved.numbers["people"].values] == ["2019-05-01", "2022-01-01"]


def test_a_reform_that_moves_an_unknown_instrument_is_refused(rulesets: Path) -> None:
    file = rulesets / "reforms" / "later" / "reform.yaml"
    file.write_text(HEAD + 'dates:\n  - {id: zz.lates, from: "2021-01-01"}\n', encoding="utf-8")
    with pytest.raises(RulesetError) as caught:
        load_library(rulesets, "later")
    (fault,) = caught.value.faults
    assert fault.code == "unknown-law"
    assert "zz.late" in fault.help


def test_every_reform_ships_cases() -> None:
    folders = {path.parent.parent.name for path in (RULESETS / "reforms").glob("*/cases/*.yaml")}
    assert folders == set(reform_names(RULESETS))
