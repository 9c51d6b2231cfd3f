"""Reforms over many pairs: what they cannot reach stands as it did, and what they change is told with its rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from engine.analysis.four_lines import LINES, LinesDay, inputs_digest, lines_markdown
from engine.analysis.matrix import Matrix, matrix
from engine.analysis.reform_report import ReformReport
from engine.analysis.reforming import reform_report
from engine.analysis.reforming_text import report_markdown
from engine.analysis.scenario import Maker, scenario
from engine.analysis.standing import Changes
from engine.cli import matrices
from engine.cli.main import main
from engine.decision.statute import Law, load_law
from engine.facts.views import ArrangementView
from tests.rulesets_for_tests.making import shipped_law as law

ROOT = Path(__file__).parents[2]
RULESETS = ROOT / "rulesets"
DAY = date(2026, 11, 23)
PLACES = ("FI", "GB", "US")
SCENARIOS = ("framework-cohort", "agency-enclave")


@cache
def reformed(name: str) -> Law:
    return load_law(RULESETS, name, DAY)


@cache
def known() -> dict[str, Matrix]:
    return {name: matrix(name, law(), PLACES, as_of=DAY) for name in SCENARIOS}


@cache
def report(name: str, everything: bool = False) -> ReformReport:
    said = (name, name, "Says.")
    return reform_report(
        said, law(), reformed(name), PLACES, SCENARIOS, as_of=DAY, known=dict(known()), everything=everything
    )


@pytest.mark.parametrize("name", LINES)
def test_deciding_only_what_a_reform_reaches_finds_what_deciding_everything_finds(name: str) -> None:
    assert report(name) == report(name, everything=True)


def reached(name: str, chosen: str) -> set[str]:
    changes = Changes(law().programs(DAY), reformed(name).programs(DAY), {})
    maker = Maker(scenario(chosen), reformed(name).library)
    pairs = [(one, other) for one in PLACES for other in PLACES if one != other]
    return {
        f"{one}{other}" for one, other in pairs if changes.reach(ArrangementView(maker.arrangement(one, other), DAY))
    }


def test_a_reform_reaches_the_pairs_that_its_rules_are_about_and_no_others() -> None:
    aligned = reached("transatlantic-alignment", "framework-cohort")
    assert aligned >= {"FIUS", "GBUS"}
    assert aligned.isdisjoint({"FIGB", "GBFI", "USGB"})
    assert reached("us-federal-privacy-law", "framework-cohort") == {"FIUS", "GBUS", "USFI", "USGB"}
    assert reached("us-docks-onto-depa", "framework-cohort") == set()
    assert reached("agency-data-pooling", "framework-cohort") == set()
    pooled = reached("agency-data-pooling", "agency-enclave")
    assert pooled >= {"FIUS", "FIGB", "GBFI", "GBUS"}
    assert pooled.isdisjoint({"USGB"})


def shifts(name: str, chosen: str) -> dict[str, str]:
    return {f"{s.exporter}{s.importer}": s.kind for s in report(name).shifts if s.scenario == chosen}


def test_listed_universities_are_open_to_the_union_under_a_federal_law_which_asks_more_of_them() -> None:
    """The framework admits whoever is under the Federal Trade Commission; ss 10 and 12 want a contract and a review."""
    assert shifts("us-federal-privacy-law", "framework-cohort") == {
        "FIUS": "opens",
        "GBUS": "eases",
        "USFI": "closes",
        "USGB": "closes",
    }
    closed = next(s for s in report("us-federal-privacy-law").shifts if s.kind == "closes")
    assert set(closed.acts) == {"us.federal_privacy.contract", "us.federal_privacy.research_review"}
    assert (closed.effort_before, closed.effort_after) == (0, 8)


def test_the_agreement_on_pooling_makes_some_transfers_easier_and_none_harder() -> None:
    assert shifts("agency-data-pooling", "agency-enclave") == {"FIUS": "eases", "GBUS": "eases"}


def test_the_rules_behind_a_change_are_named_with_the_cases_in_which_they_turn() -> None:
    rules = {each.rule: each for each in report("us-federal-privacy-law").reasons}
    framework = rules["eu.gdpr-transfers.art45-3.data-privacy-framework"]
    assert (framework.before, framework.after, framework.pairs) == ("fails", "open", 1)
    assert framework.scenarios == ("framework-cohort",)
    assert rules["us.federal-privacy.s3.scope"].recalled
    assert not any(each.rule.startswith("us.federal-privacy.s13") for each in rules.values()), "a later duty"


def test_what_no_act_opens_is_said_to_have_no_remedy() -> None:
    one = report("us-federal-privacy-law").shifts[0]
    shut = replace(report("us-federal-privacy-law"), shifts=(replace(one, kind="shuts", effort_after=None, acts=()),))
    row = next(line for line in report_markdown(shut) if line.startswith("| shut |"))
    assert row.endswith("→ no remedy | no remedy |")


def test_a_partner_agreement_on_digital_trade_decides_nothing() -> None:
    """DEPA binds states; no exporter gains a ground."""
    assert report("us-docks-onto-depa").shifts == ()
    assert "none changes" in " ".join(report_markdown(report("us-docks-onto-depa")))


def test_the_treaty_beside_the_findings_is_a_remark() -> None:
    remarks = {each.rule: each.pairs for each in report("transatlantic-alignment").remarks}
    assert "FI→US" in remarks["trade.transatlantic-data.art2.flows"]


def test_what_a_report_rests_on_is_all_of_its_scenarios() -> None:
    one = replace(report("transatlantic-alignment"), tallies=())
    assert set(one.basis.instruments) >= {name for each in known().values() for name in each.basis.instruments}
    assert one.basis.reforms == ("transatlantic-alignment",)


def test_the_page_of_the_four_lines_says_what_the_reports_say() -> None:
    day = LinesDay(DAY, tuple(known().values()), tuple(report(name) for name in LINES))
    page = "\n".join(lines_markdown([day, day], law(), command="the command", digest="abc"))
    for each in day.reports:
        assert each.title in page
        for reason in each.reasons:
            assert f"`{reason.rule}`" in page
    opened = sum(shift.kind == "opens" for each in day.reports for shift in each.shifts)
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| now lawful at once |")]
    assert 2 * opened == sum(int(row[3].rpartition("(")[2].strip(" )")) for row in rows)
    assert "    the command" in page
    assert "opening more cases than it closes: transatlantic-alignment" in page
    assert "`abc`" in page


def test_the_command_makes_the_page_and_its_pictures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(matrices, "LINES", ("us-docks-onto-depa",))
    page = tmp_path / "four.md"
    asked = ["--jurisdictions", "FI,KR,US", "--scenario", "environment", "--as-of", "2026-11-23", "--workers", "1"]
    assert main(["reform", "lines", *asked, "--output", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert inputs_digest(RULESETS) in text
    assert "not encoded" in text
    assert all((tmp_path / f"four-{day}.svg").exists() for day in ("2021-10-01", "2026-11-23"))


def test_the_page_that_is_shipped_was_made_from_the_reforms_and_scenarios_of_today() -> None:
    page = (ROOT / "docs" / "four-lines.md").read_text(encoding="utf-8")
    assert f"`{inputs_digest(RULESETS)}`" in page, "run `make lines`"
