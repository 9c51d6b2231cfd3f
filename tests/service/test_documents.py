"""The OpenAPI document is valid, its examples are real, and the pages that show it need no other host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.testclient import TestClient

from engine.decision.statute import Law
from service.app import create_app
from service.settings import Settings
from tests.service.asking import JSON, post, problem

ACTS = "revisions answers steps comments signoffs overrides confirmations attention".split()


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    return dict(client.get("/openapi.json").json())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def check(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    Draft202012Validator({**schema, "components": document["components"]}).validate(value)


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_the_document_lists_every_path(document: dict[str, Any]) -> None:
    assert {(path, method) for path, method, _ in operations(document)} == {
        ("/v1/timeline", "post"),
        ("/v1/remedies", "post"),
        ("/v1/missing-facts", "post"),
        ("/v1/comparisons", "post"),
        ("/v1/impact", "post"),
        ("/v1/reforms", "get"),
        ("/v1/reforms/{id}/effects", "get"),
        ("/v1/agreements/{id}/crate", "get"),
        ("/v1/agreements/{id}/report", "get"),
        ("/v1/matrix", "get"),
        ("/v1/evaluations", "post"),
        ("/v1/evaluations", "get"),
        ("/v1/evaluations/batch", "post"),
        ("/v1/imports", "post"),
        ("/v1/reports", "post"),
        ("/v1/evaluations/{id}/report", "get"),
        ("/v1/map", "post"),
        ("/v1/evaluations/{id}/map", "get"),
        ("/v1/evaluations/{id}", "get"),
        ("/v1/evaluations/{id}/decision", "get"),
        ("/v1/evaluations/{id}/law", "get"),
        ("/v1/evaluations/{id}/replay", "post"),
        ("/v1/law/files/{sha256}", "get"),
        ("/v1/keys", "get"),
        ("/v1/keys", "post"),
        ("/v1/keys/{id}", "delete"),
        ("/v1/keys/{id}/rotate", "post"),
        ("/auth/me", "get"),
        ("/v1/people", "get"),
        ("/v1/people/{id}/disable", "post"),
        ("/v1/people/{id}/enable", "post"),
        ("/v1/audit", "get"),
        ("/v1/audit/export", "get"),
        ("/v1/agreements", "get"),
        ("/v1/agreements", "post"),
        ("/v1/agreements/{id}", "get"),
        *((f"/v1/agreements/{{id}}/{path}", "post") for path in ACTS),
        ("/v1/watch-runs", "get"),
        ("/v1/webhooks", "get"),
        ("/v1/webhooks", "post"),
        ("/v1/webhooks/{id}", "get"),
        ("/v1/webhooks/{id}", "delete"),
        ("/v1/webhooks/{id}/enable", "post"),
        ("/v1/deliveries", "get"),
        ("/v1/deliveries/{id}/replay", "post"),
        ("/v1/instruments", "get"),
        ("/v1/instruments/{id}", "get"),
        ("/v1/rules/{id}", "get"),
        ("/v1/facts", "get"),
        ("/v1/jurisdictions", "get"),
        ("/v1/schema", "get"),
        ("/problems", "get"),
        ("/problems/{code}", "get"),
        ("/healthz", "get"),
        ("/readyz", "get"),
        ("/metrics", "get"),
    }


def test_every_error_is_documented_in_the_one_shape(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                continue
            content = response["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}, path
            check(document, content["schema"], content["example"])
            assert content["example"]["status"] == int(status)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_examples_are_valid_and_the_service_answers_as_they_say(document: dict[str, Any], client: TestClient) -> None:
    evaluate = document["paths"]["/v1/evaluations"]["post"]
    request = evaluate["requestBody"]["content"]["application/json"]
    answer = evaluate["responses"]["200"]["content"]["application/json"]
    assert request["examples"]
    for name, example in request["examples"].items():
        check(document, request["schema"], example["value"])
        response = post(client, example["value"])
        check(document, answer["schema"], response.json())
        if name in answer["examples"]:
            assert response.json() == answer["examples"][name]["value"]


def test_examples_of_errors_are_what_the_service_says(document: dict[str, Any], client: TestClient) -> None:
    responses = document["paths"]["/v1/evaluations"]["post"]["responses"]
    rules = document["paths"]["/v1/rules/{id}"]["get"]["responses"]
    real = {
        "404": client.get("/v1/rules/eu.gdpr"),
        "406": post(client, {}, Accept="image/png"),
        "413": client.post("/v1/evaluations", content=b" " * 3_000_000, headers=JSON),
        "415": client.post("/v1/evaluations", content=b"{}", headers={"Content-Type": "text/html"}),
        "422": client.get("/v1/instruments?as_of=yesterday"),
    }
    for status, response in real.items():
        documented = (rules if status == "404" else responses)[status]["content"]["application/problem+json"]
        assert problem(response, int(status)) == documented["example"]


def test_what_breaks_the_schema_is_refused(
    document: dict[str, Any], client: TestClient, example: dict[str, Any]
) -> None:
    schema = {"$ref": "#/components/schemas/Arrangement"}
    breaking: list[dict[str, Any]] = [
        {"titel": "x"},
        {"title": ""},
        {"parties": [{**example["parties"][0], "kind": "firm"}]},
        {"measures": {"eu.scc": "maybe"}},
        {"readings": {"x.y": "z"}},
        {"traits": {"x.y": True}},
    ]
    validator = Draft202012Validator({**schema, "components": document["components"]})
    for change in breaking:
        broken = {**example, **change}
        assert not validator.is_valid(broken), change
        problem(post(client, broken), 422)


# -- pages ----------------------------------------------------------------------------------------------------------


def test_the_pages_load_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert not re.search(r"(?:https?:)?//", page.text)
    sources = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert len(sources) == 5
    for source in sources:
        if source != "data:,":
            assert client.get("/" + source).status_code == 200
    start = client.get("/docs/start.js").text
    assert "//" not in start
    assert "validatorUrl: null" in start


def test_the_pages_forbid_what_they_do_not_need(client: TestClient) -> None:
    policy = client.get("/docs").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "<script>" not in client.get("/docs").text


def test_the_style_sheet_names_no_other_host(client: TestClient) -> None:
    style = client.get("/docs/swagger-ui.css").text
    assert not re.search(r"url\((?!\s*['\"]?(?:data:|#))", style)
    assert "@import" not in style


def test_files_of_the_pages_are_sent_once(client: TestClient) -> None:
    first = client.get("/docs/swagger-ui-bundle.js")
    again = client.get("/docs/swagger-ui-bundle.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_pages_can_be_switched_off(law: Law) -> None:
    client = TestClient(create_app(law, Settings(docs=False)))
    problem(client.get("/docs"), 404)
    problem(client.get("/docs/start.js"), 404)
    assert client.get("/openapi.json").status_code == 200
