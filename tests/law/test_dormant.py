"""Rules that cannot hold because a list names nobody: found, told by `check`, and written down in coverage.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import main
from engine.errors import RulesetError
from engine.law.dormant import dormant_rules
from engine.law.intake import parse_yaml
from tests.rulesets_for_tests.making import Data, covered, group, instrument, library, rule, shipped_law, write_rulesets

RULESETS = Path(__file__).parents[2] / "rulesets"
NOBODY = {"kind": "countries", "title": "Nobody yet", "cite": "s 9", "members": []}


def dormant(*rules: Data) -> list[str]:
    """Return the names of the dormant rules of an instrument in which `nobody` is an empty list."""
    found = dormant_rules(library(instrument(*rules, parameters={"nobody": NOBODY})))
    return [name.removeprefix("zz.act.s1.") for name in found]


def test_a_rule_that_asks_for_somebody_on_an_empty_list_is_found() -> None:
    route = rule("route", "r", ["importer.country in nobody", "data.minors"])
    assert dormant(rule("scope", "s"), route, rule("ban", "b", ["data.minors"])) == ["r"]


@pytest.mark.parametrize(
    "condition",
    ["importer.country not in nobody", "not (importer.country in nobody)", "importer.country in nobody or data.minors"],
)
def test_a_rule_that_can_hold_without_the_list_is_none(condition: str) -> None:
    assert dormant(rule("scope", "s"), rule("ban", "b", [condition])) == []


def test_a_list_with_somebody_through_another_list_is_not_empty() -> None:
    more = {"kind": "countries", "title": "More", "cite": "s 9", "members": [], "includes": ["friends"]}
    act = instrument(rule("scope", "s"), rule("route", "r", ["importer.country in more"]), parameters={"more": more})
    assert dormant_rules(library(act, groups={"friends": group("HM")})) == {}


def test_what_is_never_reached_is_dormant_as_a_whole() -> None:
    assert dormant(rule("scope", "s", ["exporter.country in nobody"]), rule("route", "r")) == ["r", "s"]
    assert dormant(rule("scope", "s", ["exporter.country in nobody"]), rule("scope", "t"), rule("route", "r")) == ["s"]


def test_the_coverage_of_the_shipped_law_tells_exactly_the_rules_that_cannot_hold() -> None:
    coverage: Any = parse_yaml((RULESETS / "coverage.yaml").read_text(encoding="utf-8"), "coverage.yaml")
    told = [each["rule"] for cover in coverage["instruments"].values() for each in cover.get("dormant", ())]
    assert sorted(told) == list(dormant_rules(shipped_law().library))


def test_a_rule_that_is_not_there_cannot_be_told_as_dormant() -> None:
    cover = {"encoded": "All.", "from": "2000-01-01", "checked": "2026-11-23"}
    cover["dormant"] = [{"rule": "zz.act.s1.z", "why": "No order."}]  # type: ignore[assignment]
    with pytest.raises(RulesetError) as caught:
        library(instrument(rule("scope", "s")), coverage={**covered("BV"), "instruments": {"zz.act": cover}})
    assert [fault.message for fault in caught.value.faults] == ["`zz.act` has no rule `zz.act.s1.z`"]


def test_check_tells_which_rules_cannot_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_rulesets(tmp_path / "rulesets")
    act = folder / "zz" / "data-act.yaml"
    text = act.read_text(encoding="utf-8")
    act.write_text(text.replace("table: zz-adequate", 'members: [], title: Nobody, cite: "s 9"'), encoding="utf-8")
    assert main(["check", str(folder)]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "cannot hold" in line]
    assert told
    assert all(line.endswith("names nobody") for line in told)
