"""What `POST /v1/evaluations` decides, and what it makes of bad input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from engine.decision.deciding import decide
from engine.decision.model import DECISION
from engine.decision.rendering import render
from engine.decision.statute import Law
from engine.facts.values import TRUE
from engine.inference.core import Core
from engine.inference.outcomes import Verdict
from engine.law.intake import read_arrangement
from service.app import create_app
from service.settings import Settings
from tests.service.asking import JSON, codes, post, problem


def test_examples_are_decided_as_by_the_library(
    client: TestClient, law: Law, shipped: dict[str, dict[str, Any]]
) -> None:
    for data in shipped.values():
        response = post(client, data)
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/json"
        assert response.content == DECISION.dump_json(decide(read_arrangement(data, law.library), law))


@pytest.mark.parametrize(
    ("accept", "media", "form"),
    [
        ("text/markdown", "text/markdown; charset=utf-8", "markdown"),
        ("text/plain", "text/plain; charset=utf-8", "text"),
        ("text/html, text/*;q=0.5, application/json;q=0.1", "text/markdown; charset=utf-8", "markdown"),
    ],
)
def test_accept_chooses_the_form(
    client: TestClient, law: Law, example: dict[str, Any], accept: str, media: str, form: str
) -> None:
    response = post(client, example, Accept=accept)
    assert response.headers["content-type"] == media
    assert response.headers["vary"] == "Accept"
    assert response.text == render(decide(read_arrangement(example, law.library), law), form)


@pytest.mark.parametrize("accept", ["", "*/*", "application/*", "text/html, */*;q=0.1", "APPLICATION/JSON"])
def test_json_is_what_a_caller_gets_who_does_not_mind(client: TestClient, example: dict[str, Any], accept: str) -> None:
    assert post(client, example, Accept=accept).headers["content-type"] == "application/json"


def test_the_day_of_the_query_is_stronger_than_that_of_the_body(client: TestClient, example: dict[str, Any]) -> None:
    assert post(client, example, "?as_of=2019-03-01").json()["as_of"] == "2019-03-01"


def test_readings_of_the_query_are_used(client: TestClient, law: Law, example: dict[str, Any]) -> None:
    chosen = {name: next(iter(reading.options)) for name, reading in law.library.readings.items()}
    query = "&".join(f"reading={name}:{option}" for name, option in chosen.items())
    assert post(client, example, f"?{query}").json()["receipt"]["readings"] == chosen


def test_decisions_and_differences_are_counted(law: Law, example: dict[str, Any]) -> None:
    client = TestClient(create_app(law))
    assert post(client, example, "?as_of=2026-11-23").json()["outcome"] == "not_yet_permitted"
    metrics = client.get("/metrics").text
    assert 'safeconduct_decisions_total{outcome="not_yet_permitted"} 1.0' in metrics
    assert 'path="/v1/evaluations",status="200"' in metrics
    assert "safeconduct_evaluator_differences_total{" not in metrics


def test_evaluators_that_differ_are_counted_logged_and_never_a_permission(
    law: Law, example: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def lie(_core: Core, program: Any, *_: object) -> Verdict:
        none = tuple(TRUE for _ in program.clauses)
        return Verdict("permitted", TRUE, TRUE, TRUE, TRUE, none, none)

    monkeypatch.setattr(Core, "evaluate", lie)
    client = TestClient(create_app(Law(law.library)))  # one that has not seen the evaluators agree
    assert post(client, example).json()["outcome"] == "undetermined"
    assert 'safeconduct_evaluator_differences_total{instrument="eu.gdpr-transfers"}' in client.get("/metrics").text
    record = next(each for each in caplog.records if each.message == "evaluators differ")
    assert record.difference  # type: ignore[attr-defined]


# -- size -----------------------------------------------------------------------------------------------------------


def test_a_body_beyond_the_limit_is_413_before_it_is_read(client: TestClient) -> None:
    response = client.post("/v1/evaluations", content=b" " * 10_000_000, headers=JSON)
    assert codes(response, 413) == {"": "body-too-large"}
    assert response.headers["connection"] == "close"


def test_a_body_of_unknown_length_is_413_where_it_crosses_the_limit(law: Law) -> None:
    client = TestClient(create_app(law, Settings(body_limit=1000)))

    def parts() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 100

    assert codes(client.post("/v1/evaluations", content=parts(), headers=JSON), 413) == {"": "body-too-large"}
    assert codes(client.post("/v1/evaluations", content=b" " * 1000, headers=JSON), 422) == {"": "bad-json"}


def test_more_than_can_be_decided_at_a_time_is_refused(law: Law, example: dict[str, Any]) -> None:
    client = TestClient(create_app(law, Settings(leg_limit=2)))
    transfer = example["transfers"][0]
    example["transfers"] = [{**transfer, "id": f"t{number}"} for number in range(2)]
    assert post(client, example).status_code == 200
    example["transfers"] = [{**transfer, "id": f"t{number}"} for number in range(3)]
    assert codes(post(client, example), 422) == {"/transfers": "too-many-legs"}


# -- text that is no arrangement ------------------------------------------------------------------------------------

BAD_TEXTS = {
    "empty": (b"", "bad-json"),
    "blank": (b" \n ", "bad-json"),
    "cut": (b'{"title": "x', "bad-json"),
    "comment": (b"{} // x", "bad-json"),
    "not a number": (b'{"title": NaN}', "bad-json"),
    "infinity": (b'{"title": -Infinity}', "bad-json"),
    "utf-16": ('{"title": "x"}'.encode("utf-16"), "bad-json"),
    "latin-1": (b'{"title": "\xe9"}', "bad-json"),
    "half a character in bytes": (b'{"title": "\xed\xa0\x80"}', "bad-json"),
    "zero byte": (b'{"title": "x"}\x00', "bad-json"),
    "key twice": (b'{"title": "x", "title": "y"}', "repeated-key"),
    "deep list": (b"[" * 1_000_000, "too-deep"),
    "deep object": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too-deep"),
    "thirty-one levels": (b"[" * 31 + b"]" * 31, "too-deep"),
    "digits": (b"1" * 100_000, "bad-json"),
    "list": (b"[]", "wrong-type"),
    "null": (b"null", "wrong-type"),
    "number": (b"1e999", "wrong-type"),
}


@pytest.mark.parametrize("name", BAD_TEXTS)
def test_text_that_is_no_arrangement_is_told_apart(client: TestClient, name: str) -> None:
    text, code = BAD_TEXTS[name]
    assert codes(post(client, text), 422) == {"": code}


def test_a_byte_order_mark_does_no_harm(client: TestClient, example: dict[str, Any]) -> None:
    assert post(client, b"\xef\xbb\xbf" + json.dumps(example).encode()).status_code == 200


# -- arrangements that are wrong ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["\ud800", "\udfff\u202e", "a\x00b", "x" * 100_000, "", "/", "~1", "é", "title\n"])
def test_keys_of_any_kind_are_refused_in_the_one_shape(client: TestClient, example: dict[str, Any], key: str) -> None:
    for place in (example, example["parties"][0]):
        place[key] = 1
        assert codes(post(client, example), 422)
        del place[key]
    for name in ("measures", "readings", "traits"):
        assert codes(post(client, {**example, name: {key: True}}), 422)


# Pairs that 32-bit FNV-1a takes for equal; the matcher compares names by that hash alone.
COLLIDING = [("costarring", "liquid"), ("declinate", "macallums"), ("altarage", "zinke")]


def fnv_1a(text: str) -> int:
    found = 2166136261
    for byte in text.encode():
        found = (found ^ byte) * 16777619 % 2**32
    return found


@pytest.mark.parametrize("pair", COLLIDING)
def test_names_that_collide_in_the_matchers_hash_are_told_apart(
    client: TestClient, example: dict[str, Any], pair: tuple[str, str]
) -> None:
    one, other = pair
    assert fnv_1a(one) == fnv_1a(other)
    assert codes(post(client, {**example, "measures": {one: True, other: True}}), 422) == {
        f"/measures/{one}": "unknown-measure",
        f"/measures/{other}": "unknown-measure",
    }
    # As ids they are two parties: what is said of one is not said of the other.
    before = post(client, example).json()
    first, second = (party["id"] for party in example["parties"])
    text = json.dumps(example).replace(f'"{first}"', f'"{one}"').replace(f'"{second}"', f'"{other}"')
    after = post(client, text).json()
    assert after["outcome"] == before["outcome"]
    assert [f["outcome"] for f in after["transfers"][0]["findings"]] == [
        f["outcome"] for f in before["transfers"][0]["findings"]
    ]


def test_right_to_left_text_is_kept_and_marks_that_reorder_are_refused(
    client: TestClient, example: dict[str, Any]
) -> None:
    example["title"] = "מחקר גנומי بيانات صحية"
    for accept in ("application/json", "text/plain", "text/markdown"):
        assert example["title"] in post(client, example, Accept=accept).text
    example["title"] = "safe \u202etcudnoc\u202c"
    assert codes(post(client, example), 422) == {"/title": "bad-value"}


@pytest.mark.parametrize("text", ["a\x00b", "a\x1b[31mb", "a\x7fb", "a\x85b", "\ufeffa", "\ud83d"])
def test_control_characters_and_halves_are_refused(client: TestClient, example: dict[str, Any], text: str) -> None:
    example["parties"][0]["name"] = text
    assert codes(post(client, example), 422) == {"/parties/0/name": "bad-value"}


WRONG_COUNTS = [-1, 10**12 + 1, 10**400, 1.5, 1e300, True, "5", {"at_least": 9, "at_most": 3}, {"at_least": -1}]


@pytest.mark.parametrize("persons", WRONG_COUNTS)
def test_counts_that_cannot_be_are_refused(client: TestClient, example: dict[str, Any], persons: Any) -> None:
    example["datasets"][0]["subjects"][0]["persons"] = persons
    assert all(where.startswith("/datasets/0/subjects") for where in codes(post(client, example), 422))


def test_the_largest_count_is_decided(client: TestClient, example: dict[str, Any]) -> None:
    example["datasets"][0]["subjects"][0]["persons"] = 10**12
    assert post(client, example).status_code == 200


def test_onward_transfers_in_a_circle_are_refused(client: TestClient, example: dict[str, Any]) -> None:
    transfer = example["transfers"][0]
    back = {**transfer, "id": "back", "exporter": transfer["importer"], "importer": transfer["exporter"]}
    example["transfers"] = [{**transfer, "onward_of": "back"}, {**back, "onward_of": transfer["id"]}]
    assert "cycle" in codes(post(client, example), 422).values()
    example["transfers"] = [{**transfer, "onward_of": transfer["id"]}]
    assert problem(post(client, example), 422)


def test_facts_that_contradict_each_other_are_refused(client: TestClient, example: dict[str, Any]) -> None:
    transfer = example["transfers"][0]
    transfer |= {"importer": transfer["exporter"], "start": "2026-02-01", "end": "2026-01-01"}
    assert codes(post(client, example), 422) == {
        "/transfers/0/importer": "contradiction",
        "/transfers/0/end": "contradiction",
    }


@pytest.mark.parametrize("country", ["YU", "SU", "XX", "fi", "UK", "FIN", "", "\u0000", "US-XX", "-", "F" * 5000])
def test_countries_that_do_not_exist_are_refused(client: TestClient, example: dict[str, Any], country: str) -> None:
    example["parties"][0]["country"] = country
    assert list(codes(post(client, example), 422)) == ["/parties/0/country"]


@pytest.mark.parametrize("day", [date(1950, 1, 1), date(1990, 6, 1), date(2018, 5, 25), date(2150, 12, 31)])
def test_every_day_of_the_calendar_has_an_answer(client: TestClient, example: dict[str, Any], day: date) -> None:
    assert post(client, example, f"?as_of={day}").json()["as_of"] == day.isoformat()


@pytest.mark.parametrize(
    "wrong",
    [
        {"parties": [1] * 200_000},
        {"parties": [{"id": f"p{n}", "branch_of": f"p{n + 1}", "x": 1} for n in range(20_000)]},
        {f"k{n}": 1 for n in range(20_000)},
        {"transfers": [{"id": f"t{n}", "onward_of": f"t{n - 1}"} for n in range(20_000)]},
    ],
    ids=["numbers", "branches", "keys", "onward"],
)
def test_input_that_is_wrong_everywhere_is_answered_soon(
    client: TestClient, example: dict[str, Any], wrong: dict[str, Any]
) -> None:
    response = post(client, {**example, **wrong})
    assert response.elapsed.total_seconds() < 30  # it was minutes
    assert len(problem(response, 422)["errors"]) == 201
