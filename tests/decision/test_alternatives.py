"""Other shapes of an arrangement: which ones are tried, in which order, and that nothing but the refused is changed."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from datetime import date
from itertools import groupby
from pathlib import Path

import pytest

from engine.decision.remedies import remedies
from engine.decision.remedies.alternatives import Shape, shapes
from engine.facts.arrangement import Arrangement
from tests.rulesets_for_tests.making import Data, instrument, law, measure, plain, read, rule

ROOT = Path(__file__).parents[2]
DAY = date(2026, 11, 23)
# The order in which people try them.
ORDER = (
    *("federated_analysis", "enclave", "remote_access", "pseudonymise", "aggregate", "synthetic"),
    *("fewer_categories", "fewer_people", "other_hub"),
)
LIGHT = "measure.zz.light"
MADE = law(
    instrument(
        rule("scope", "s"),
        rule("ban", "many", ["data.persons(BV) >= 1000", "data.identifiability != aggregate"]),
        rule("route", "r", requires=[LIGHT]),
        measures={"zz.light": measure()},
    )
)


def consortium() -> Data:
    """Return two exporters that each send a data set of their own to one hub."""
    data = plain()
    data["parties"].append({"id": "c", "country": "IO", "kind": "university"})
    subjects = [{"country": "BV", "persons": 5000}]
    first = {**data["datasets"][0], "categories": ["health", "biometric"], "subjects": subjects, "key_holder": "b"}
    data["datasets"] = [first, {**copy.deepcopy(first), "id": "e"}]
    one = {**data["transfers"][0], "storage": ["HM"]}
    data["transfers"] = [one, {**copy.deepcopy(one), "id": "u", "exporter": "c", "datasets": ["e"]}]
    return data


def given() -> Arrangement:
    return read(consortium(), MADE)


def tried(*refused: str) -> list[Shape]:
    return list(shapes(given(), set(refused), MADE.programs(DAY)))


def of_kind(kind: str, *refused: str) -> list[Shape]:
    return [shape for shape in tried(*refused) if shape.kind == kind]


def test_every_kind_is_tried_in_the_order_in_which_people_try_them() -> None:
    assert tuple(kind for kind, _ in groupby(shape.kind for shape in tried("t", "u"))) == ORDER


def test_the_answer_keeps_that_order_and_has_each_kind_once() -> None:
    found = remedies(given(), MADE, as_of=DAY)
    assert found.status == "none"
    assert tuple(other.kind for other in found.alternatives) == ORDER
    # Only what brings the number below the line, or makes it no number of people, helps.
    helps = [other.kind for other in found.alternatives if other.status in ("lawful", "remedies")]
    assert helps == ["federated_analysis", "aggregate", "fewer_people"]


@pytest.mark.parametrize("kind", ORDER)
def test_what_is_not_refused_stays_as_it_is(kind: str) -> None:
    before = given()
    for shape in of_kind(kind, "t"):
        assert [each for each in shape.arrangement.transfers if each.id == "u"] == [before.transfers[1]]
        assert shape.arrangement.datasets[1] == before.datasets[1]
        assert shape.arrangement != before
        assert shape.changes


def test_an_enclave_and_a_look_from_afar_leave_the_data_in_the_exporters_country() -> None:
    for kind in ("enclave", "remote_access"):
        (shape,) = of_kind(kind, "t", "u")
        assert [(each.mode, each.storage) for each in shape.arrangement.transfers] == [(kind, ("BV",)), (kind, ("IO",))]


def test_the_key_stays_with_each_exporter() -> None:
    (shape,) = of_kind("pseudonymise", "t", "u")
    assert [each.key_holder for each in shape.arrangement.datasets] == ["a", "c"]


def test_one_category_is_left_out_at_a_time() -> None:
    left = [shape.arrangement.datasets[0].categories for shape in of_kind("fewer_categories", "t")]
    assert left == [("biometric",), ("health",)]


def test_as_many_people_are_kept_as_the_law_has_a_line_for() -> None:
    """The ban is on a thousand and more."""
    (shape,) = of_kind("fewer_people", "t")
    subjects = shape.arrangement.datasets[0].subjects
    assert isinstance(subjects, tuple)
    assert [each.persons for each in subjects] == [999]


def test_another_hub_gets_what_the_hub_got() -> None:
    moved = [
        [(each.exporter, each.importer, each.storage) for each in shape.arrangement.transfers]
        for shape in of_kind("other_hub", "t", "u")
    ]
    assert moved == [[("c", "a", ("BV",))], [("a", "c", ("IO",))]]


@pytest.mark.parametrize(
    "question",
    [
        ["remedies", "examples/three-party-genomics.yaml", "--as-of", "2026-11-23"],
        ["matrix", "--scenario", "genomic", "--jurisdictions", "FI,JP,US", "--as-of", "2026-11-23", "--workers", "2"],
    ],
    ids=["remedies", "matrix"],
)
def test_answers_come_in_the_same_order_whatever_the_order_of_sets(question: list[str]) -> None:
    command = [sys.executable, "-m", "engine.cli", *question, "--format", "json"]
    runs = [
        subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE)
        for seed in ("1", "2")
    ]
    one, other = [run.communicate(timeout=300)[0] for run in runs]
    assert one == other
    assert one.startswith(b"{")
