"""Every error has one shape, whoever raised it: the engine, a route, FastAPI, Starlette, or a bug."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from engine.decision.statute import Law
from service.app import create_app
from service.settings import Settings
from tests.service.asking import JSON, codes, post, problem


def test_an_unknown_path_is_404(client: TestClient) -> None:
    assert codes(client.get("/v2/evaluations"), 404) == {"": "unknown-path"}
    assert codes(client.get("/v1/evaluations/"), 404) == {"": "unknown-path"}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
def test_an_unknown_method_is_405_and_names_the_right_ones(client: TestClient, method: str) -> None:
    response = client.request(method, "/v1/evaluations")
    assert response.headers["allow"] == "GET, HEAD, POST"
    assert problem(response, 405)["errors"][0]["help"] == "use GET, HEAD, POST"


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/v1/instruments", "/v1/instruments/none", "/metrics", "/none"]
)
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    """Load balancers and monitors ask with it."""
    whole, head = client.get(path), client.head(path)
    assert head.status_code == whole.status_code
    assert head.content == b""
    assert head.headers["content-type"] == whole.headers["content-type"]


def test_head_of_what_is_only_posted_is_405(client: TestClient) -> None:
    response = client.head("/v1/imports")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


def test_unknown_ids_are_404_with_a_suggestion(client: TestClient) -> None:
    body = problem(client.get("/v1/instruments/eu.gdpr-transfer"), 404)
    assert body["errors"] == [
        {
            "code": "unknown-instrument",
            "where": "path:id",
            "message": "there is no instrument `eu.gdpr-transfer`",
            "help": "did you mean `eu.gdpr-transfers`?",
        }
    ]
    assert codes(client.get("/v1/rules/%00%F0%9F%98%80"), 404) == {"path:id": "unknown-rule"}
    assert codes(client.get("/v1/rules/" + "a" * 20_000), 404) == {"path:id": "unknown-rule"}


@pytest.mark.parametrize(
    ("query", "where", "code"),
    [
        ("?as_of=2026-02-30", "query:as_of", "bad-value"),
        ("?as_of=20260201", "query:as_of", "bad-value"),
        ("?as_of=1790000000", "query:as_of", "bad-value"),
        ("?as_of=0001-01-01", "query:as_of", "bad-value"),
        ("?as_of=", "query:as_of", "bad-value"),
        ("?as_of=2026-01-01&as_of=2020-01-01", "query:as_of", "repeated-parameter"),
        ("?asof=2020-01-01", "query:asof", "unknown-parameter"),
        ("?%00=1", "query:\\x00", "unknown-parameter"),
    ],
)
def test_a_query_that_is_not_understood_is_refused(client: TestClient, query: str, where: str, code: str) -> None:
    assert codes(client.get(f"/v1/instruments{query}"), 422) == {where: code}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?reading=x", "bad-value"),
        ("?reading=zz.none:x", "unknown-reading"),
        ("?reading=eu.tia_reading:x", "unknown-word"),
        ("?reading=%ED%A0%80:x", "unknown-reading"),
    ],
)
def test_a_reading_that_is_not_declared_is_refused(
    client: TestClient, law: Law, example: dict[str, Any], query: str, code: str
) -> None:
    name = next(iter(law.library.readings))
    found = codes(post(client, example, query.replace("eu.tia_reading", name)), 422)
    assert found == {"query:reading": code}


@pytest.mark.parametrize(
    "media", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "json", "///"]
)
def test_a_body_that_is_not_announced_as_json_is_415(client: TestClient, media: str) -> None:
    response = client.post("/v1/evaluations", content=b"{}", headers={"Content-Type": media})
    assert codes(response, 415) == {"header:Content-Type": "unsupported-content-type"}


def test_a_packed_body_is_415(client: TestClient) -> None:
    response = client.post("/v1/evaluations", content=b"{}", headers={**JSON, "Content-Encoding": "gzip"})
    assert codes(response, 415) == {"header:Content-Encoding": "unsupported-content-encoding"}


def test_a_parameter_that_is_missing_is_named(client: TestClient) -> None:
    (fault,) = problem(client.get("/v1/matrix"), 422)["errors"]
    assert (fault["code"], fault["where"]) == ("bad-value", "query:scenario")
    assert fault["message"] == "`scenario` is missing"
    assert fault["help"].startswith("add it")


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "image/*", "x"])
def test_a_form_that_is_not_written_is_406(client: TestClient, example: dict[str, Any], accept: str) -> None:
    assert codes(post(client, example, Accept=accept), 406) == {"header:Accept": "not-acceptable"}


def test_faults_of_one_kind_name_the_problem(client: TestClient, example: dict[str, Any]) -> None:
    example["transfers"][0]["importer"] = "nihs"
    body = problem(post(client, example), 422)
    assert body["type"] == "/problems/unknown-party"
    assert body["errors"] == [
        {
            "code": "unknown-party",
            "where": "/transfers/0/importer",
            "message": "no party has the id `nihs`",
            "help": "did you mean `nih`?",
        }
    ]


def test_faults_of_several_kinds_are_all_told(client: TestClient, example: dict[str, Any]) -> None:
    example["transfers"][0]["importer"] = "nihs"
    example["parties"][0]["country"] = "UK"
    del example["title"]
    response = post(client, example, "?reading=zz.none:x")
    assert problem(response, 422)["type"] == "/problems/invalid-arrangement"
    assert codes(response, 422) == {
        "/title": "missing-key",
        "/parties/0/country": "unknown-place",
        "/transfers/0/importer": "unknown-party",
        "query:reading": "unknown-reading",
    }


def test_more_faults_than_anyone_reads_are_counted(client: TestClient, example: dict[str, Any]) -> None:
    errors = problem(post(client, {**example, **{f"k{number}": 1 for number in range(300)}}), 422)["errors"]
    assert errors[-1]["code"] == "more-faults"
    assert len(errors) == 201


def test_before_the_law_is_loaded_everything_that_needs_it_is_503() -> None:
    client = TestClient(create_app(Settings()))  # its start is not run
    for path in ("/readyz", "/v1/instruments", "/v1/facts", "/v1/schema", "/openapi.json"):
        response = client.get(path)
        assert codes(response, 503) == {"": "not-ready"}
        assert response.headers["retry-after"] == "1"
    assert codes(post(client, {}), 503) == {"": "not-ready"}
    assert client.get("/healthz").json() == {"status": "ok"}
    assert "safeconduct_ready 0.0" in client.get("/metrics").text


def test_a_failure_of_ours_says_nothing_but_its_id(
    client: TestClient, example: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> bytes:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr("service.routes.evaluations.evaluate", fail)
    response = post(client, example, **{"X-Request-ID": "abc-1"})
    body = problem(response, 500)
    assert body["type"] == "/problems/internal-error"
    assert "secret" not in response.text
    assert "abc-1" in body["errors"][0]["help"]
    assert response.headers["x-request-id"] == "abc-1"
    record = next(each for each in caplog.records if each.exc_info)
    assert "a secret of ours" in str(record.exc_info)


def test_a_request_id_that_could_forge_a_log_line_is_replaced(client: TestClient) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": 'x" y'})
    assert response.headers["x-request-id"].isalnum()


def test_what_fastapi_raises_itself_has_the_shape_too(law: Law, monkeypatch: pytest.MonkeyPatch) -> None:
    app: FastAPI = create_app(law)
    monkeypatch.setattr("service.access.authorising.GUARDS", {("GET", "/numbers/{number}"): "public"})

    @app.get("/numbers/{number}")
    def get_number(number: int, more: bool) -> None: ...

    found = codes(TestClient(app).get("/numbers/x"), 422)
    assert found == {"path:number": "bad-value", "query:more": "bad-value"}
