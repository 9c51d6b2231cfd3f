"""Matrices and reforms: what published law says of a pair stands in its cell, however many processes work on it."""

from __future__ import annotations

import csv
import io
from datetime import date
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.analysis.matrix import Matrix, countries_of, matrix
from engine.analysis.matrix_text import matrix_csv, matrix_html
from engine.analysis.reforming import reform_report
from engine.analysis.reforming_text import report_markdown
from engine.analysis.scenario import Maker, scenario, scenario_names
from engine.decision.deciding import outcomes
from engine.decision.remedies import remedies
from engine.decision.statute import Law, load_law
from engine.errors import ArrangementError
from engine.pictures.heatmap import heatmap_svg
from tests.rulesets_for_tests.making import shipped_law as law

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 23)
PLACES = ("FI", "GB", "JP", "US")
LAWFUL = ("permitted", "permitted_with_conditions")


@cache
def small(name: str = "health-cohort") -> Matrix:
    return matrix(name, law(), PLACES, as_of=TODAY)


def test_there_are_the_reference_scenarios_of_the_four_technologies_and_the_usual_data() -> None:
    assert len(scenario_names()) >= 12
    technologies = {word for name in scenario_names() for word in scenario(name).plain["technology"]}
    assert {"biotechnology", "artificial_intelligence", "telecommunications", "semiconductors"} <= technologies


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_can_be_read_and_leaves_no_fact_of_its_own_open(name: str) -> None:
    maker = Maker(scenario(name), law().library)
    for exporter, importer in (("FI", "US"), ("US", "JP"), ("JP", "GB")):
        found = outcomes(maker.arrangement(exporter, importer), law(), TODAY, {})
        assert "undetermined" not in found.values()


def test_a_cell_says_what_deciding_the_pair_says() -> None:
    maker = Maker(scenario("health-cohort"), law().library)
    for cell in small().cells:
        arrangement = maker.arrangement(cell.exporter, cell.importer)
        assert outcomes(arrangement, law(), TODAY, {}) == {"xy": cell.outcome}
        found = remedies(arrangement, law(), as_of=TODAY, most=1, alternatives=False)
        assert found.status == cell.status
        assert (found.remedies[0].effort if found.remedies else 0) == cell.effort
        assert sum(cell.friction.values()) == cell.effort


def test_the_union_found_the_united_kingdom_adequate_and_no_university_in_america() -> None:
    """Decision (EU) 2021/1772, prolonged; the Data Privacy Framework is closed to universities."""
    assert small().cell("FI", "GB").outcome in LAWFUL  # type: ignore[union-attr]
    america = small().cell("FI", "US")
    assert america is not None
    assert (america.outcome, america.status) == ("not_yet_permitted", "remedies")
    assert america.friction == {"privacy and transfer": america.effort}


def test_data_without_people_go_everywhere() -> None:
    assert {cell.outcome for cell in small("environment").cells} == {"permitted"}


def test_two_processes_find_what_one_finds() -> None:
    assert matrix("health-cohort", law(), PLACES, as_of=TODAY, workers=2) == small()


def test_totals_add_up() -> None:
    for totals, side in ((small().exporters, "exporter"), (small().importers, "importer")):
        assert sum(each.effort for each in totals) == sum(cell.effort or 0 for cell in small().cells)
        for each in totals:
            cells = [cell for cell in small().cells if getattr(cell, side) == each.country]
            assert sum(each.pairs.values()) == len(cells)


def test_groups_have_the_members_of_the_day() -> None:
    assert countries_of("quad", law(), TODAY) == ("AU", "IN", "JP", "US")
    assert "GB" in countries_of("eu", law(), date(2019, 1, 1))
    assert "GB" not in countries_of("EU", law(), TODAY)
    assert "SG" in countries_of("Global CBPR", law(), TODAY)
    assert countries_of("FI,g7", law(), TODAY)[0] == "FI"
    for group in ("g7", "t12", "depa", "cptpp", "g20"):
        assert countries_of(group, law(), TODAY)
    with pytest.raises(ArrangementError) as told:
        countries_of("quat,XX", law(), TODAY)
    assert [fault.code for fault in told.value.faults] == ["unknown-place", "unknown-place"]


def test_the_forms_of_a_matrix_agree() -> None:
    rows = list(csv.DictReader(io.StringIO(matrix_csv(small()))))
    assert [(row["exporter"], row["importer"], row["outcome"]) for row in rows] == [
        (cell.exporter, cell.importer, cell.outcome) for cell in small().cells
    ]
    picture = heatmap_svg(small())
    root = ElementTree.fromstring(picture)
    says = [title.text or "" for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert sum(": " in text and " to " in text for text in says[1:]) == len(small().cells)
    page = matrix_html(small(), picture)
    assert "<script" not in page
    assert "http-equiv" not in page


@cache
def reformed() -> Law:
    return load_law(ROOT / "rulesets", "transatlantic-alignment", TODAY)


def test_a_reform_opens_the_pairs_that_it_is_about_and_no_others() -> None:
    """Adequacy of the whole United States opens the way from the Union to a university there."""
    said = ("transatlantic-alignment", "Alignment", "Says.")
    report = reform_report(said, law(), reformed(), PLACES, ["health-cohort"], as_of=TODAY)
    opened = {(shift.exporter, shift.importer) for shift in report.shifts if shift.kind == "opens"}
    assert ("FI", "US") in opened
    assert all(importer == "US" for _, importer in opened)
    (tally,) = report.tallies
    assert tally.lawful[1] - tally.lawful[0] == len(opened)
    assert tally.effort[1] < tally.effort[0]
    assert any(line.startswith("| now lawful at once | health-cohort |") for line in report_markdown(report))


def test_a_reform_is_in_force_on_the_day_asked_about() -> None:
    own = load_law(ROOT / "rulesets", "transatlantic-alignment")
    arrangement = Maker(scenario("health-cohort"), law().library).arrangement("FI", "US")
    assert outcomes(arrangement, own, TODAY, {})["xy"] == "not_yet_permitted"
    assert outcomes(arrangement, reformed(), TODAY, {})["xy"] in LAWFUL
