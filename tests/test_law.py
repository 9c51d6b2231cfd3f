"""The shipped law: its files have no faults, its cases pass, its examples can be read and decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cases.running import find_cases, run
from engine.decision.deciding import decide
from engine.decision.statute import Law, load_law
from engine.law.intake import parse_yaml, read_arrangement
from tests.rulesets_for_tests.making import shipped_law as law

ROOT = Path(__file__).parent.parent
RULESETS = ROOT / "rulesets"
CASE_FILES = sorted(path for path in RULESETS.glob("*/cases/*.yaml"))
CASE_FILES_OF_REFORMS = sorted(RULESETS.glob("reforms/*/cases/*.yaml"))
# A plan that does not say whose interviews it keeps: it cannot be decided, and the example is there to show it.
UNSTATED = {"madmp-open-interviews"}
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


def failed(path: Path, law: Law) -> list[str]:
    """Return what is wrong with the cases of a file."""
    located, faults = find_cases([path])
    assert faults == []
    assert located
    return [f"{each.span}: {each.case.name}: {problem}" for each in located for problem in run(each, law).problems]


def test_every_instrument_has_a_case_file() -> None:
    tested = {path.parent.parent.name + "." + path.stem for path in CASE_FILES}
    kinds = ("trade_commitment", "soft_law")
    untested = {
        f"{Path(each.file).parent.name}.{Path(each.file).stem}"
        for each in law().library.instruments.values()
        if each.kind not in kinds
    } - tested
    assert untested == set()


@pytest.mark.parametrize("path", CASE_FILES, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_the_cases_beside_the_law_pass(path: Path) -> None:
    assert failed(path, law()) == []


@pytest.mark.parametrize("path", CASE_FILES_OF_REFORMS, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_the_cases_of_a_reform_pass_under_it(path: Path) -> None:
    assert failed(path, load_law(RULESETS, path.parent.parent.name)) == []


def test_no_case_stands_where_it_would_not_be_run() -> None:
    assert {each.file for each in find_cases([RULESETS])[0]} == {str(p) for p in CASE_FILES + CASE_FILES_OF_REFORMS}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_decided_without_gaps_or_differences(path: Path) -> None:
    arrangement = read_arrangement(parse_yaml(path.read_text(encoding="utf-8"), path.name), law().library)
    decision = decide(arrangement, law())
    findings = [finding for transfer in decision.transfers for finding in transfer.findings]
    assert findings
    gaps = {gap.code for transfer in decision.transfers for gap in transfer.gaps}
    assert gaps == ({"places-not-stated"} if path.stem in UNSTATED else set())
    assert [finding.difference for finding in findings if finding.difference] == []


def test_every_rule_says_where_it_comes_from_and_when_it_was_checked() -> None:
    for rule in law().library.rules.values():
        assert rule.cite.strip(), rule.id
        assert rule.says.strip(), rule.id
        assert rule.checked.on.year >= 2026, rule.id
