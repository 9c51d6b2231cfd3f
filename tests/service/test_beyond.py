"""Beyond the verdict over HTTP: the same answers as the library gives, and errors in the one form."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

from starlette.testclient import TestClient

from engine.decision.remedies import remedies
from engine.decision.statute import Law
from engine.law.intake import read_arrangement
from engine.pictures.remedies import remedies_svg
from tests.service.asking import JSON, codes


def ask(client: TestClient, path: str, data: Any) -> Any:
    return client.post(f"/v1/{path}", content=json.dumps(data), headers=JSON)


def test_the_timeline_is_data_and_a_picture(client: TestClient, shipped: dict[str, dict[str, Any]]) -> None:
    company = shipped["eu-us-company"]
    found = ask(client, "timeline?from=2020-01-01&until=2024-01-01", company).json()
    assert "2023-07-10" in [spell["first"] for spell in found["whole"]["spells"]]
    picture = ask(client, "timeline?from=2020-01-01&until=2024-01-01&svg=true", company)
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert ElementTree.fromstring(picture.content).get("role") == "img"


def test_remedies_are_those_of_the_library_and_a_picture(client: TestClient, example: dict[str, Any], law: Law) -> None:
    found = ask(client, "remedies?alternatives=false", example).json()
    expected = remedies(read_arrangement(example, law.library), law, alternatives=False)
    assert [each["effort"] for each in found["remedies"]] == [each.effort for each in expected.remedies]
    picture = ask(client, "remedies?alternatives=false&svg=true", example)
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.text == remedies_svg(expected)
    assert ElementTree.fromstring(picture.content).get("role") == "img"


def test_missing_facts_come_in_steps(client: TestClient, shipped: dict[str, dict[str, Any]]) -> None:
    data = shipped["us-cn-coauthors"]
    first = ask(client, "missing-facts", data).json()["facts"][0]
    assert first["leads"]
    rest = ask(client, f"missing-facts?without={first['question']['pointer']}", data).json()["facts"]
    assert first["question"]["pointer"] not in [each["question"]["pointer"] for each in rest]


def test_the_matrix_is_data_and_a_picture(client: TestClient) -> None:
    query = "/v1/matrix?scenario=health-cohort&jurisdictions=FI,US&as_of=2026-11-23"
    assert len(client.get(query).json()["cells"]) == 2
    assert client.get(f"{query}&svg=true").content.startswith(b"<svg")


def test_errors_have_the_one_form(client: TestClient, example: dict[str, Any]) -> None:
    assert codes(client.get("/v1/matrix?scenario=helth-cohort&jurisdictions=XX"), 422) == {
        "query:scenario": "unknown-scenario",
        "query:jurisdictions": "unknown-place",
    }
    assert codes(ask(client, "timeline?until=soon", example), 422) == {"query:until": "bad-value"}
    assert codes(ask(client, "remedies?mots=2", example), 422) == {"query:mots": "unknown-parameter"}
    assert codes(ask(client, "remedies", {**example, "title": 1}), 422) == {"/title": "wrong-type"}
