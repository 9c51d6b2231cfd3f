"""Idempotency keys of reviews: what is sent again is not done again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
from sqlalchemy import func, select

from service.storage.tables import agreements, evaluations
from tests.service.asking import codes
from tests.service.stored import Service, name_of, small

SUBMIT = {"to": "submitted", "reason": "ready"}
KEY = {"Idempotency-Key": "a-1"}


def begin(stored: Service, **headers: str) -> httpx2.Response:
    return stored.ask("POST", "/v1/agreements", "submitter", json={"arrangement": small()}, headers=headers)


def act(stored: Service, name: str, path: str, body: Any, version: int = 1, key: str | None = None) -> httpx2.Response:
    headers = {"If-Match": f'"{version}"', **({} if key is None else {"Idempotency-Key": key})}
    return stored.ask("POST", f"/v1/agreements/{name}/{path}", "submitter", json=body, headers=headers)


def acts_of(stored: Service, name: str) -> list[str]:
    return [each["kind"] for each in stored.ask("GET", f"/v1/agreements/{name}", "reader").json()["acts"]]


def counts(stored: Service) -> list[int]:
    with stored.database.reading() as connection:
        tables = (agreements, evaluations)
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def test_an_agreement_begun_again_with_its_key_is_the_same_agreement(stored: Service) -> None:
    first, again = begin(stored, **KEY), begin(stored, **KEY)
    assert (name_of(first), first.headers["etag"], first.content) == (
        name_of(again),
        again.headers["etag"],
        again.content,
    )
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert counts(stored) == [1, 1]
    assert name_of(begin(stored)) != name_of(begin(stored))  # without a key, each is one of its own


def test_an_act_sent_again_with_its_key_is_done_once_whatever_was_done_since(stored: Service) -> None:
    name = name_of(begin(stored))
    first = act(stored, name, "steps", SUBMIT, key="a-1")
    assert act(stored, name, "comments", {"text": "x"}, version=2).status_code == 200
    again = act(stored, name, "steps", SUBMIT, key="a-1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.headers["etag"], again.headers["etag"]) == ('"2"', '"3"')  # as it is now
    assert again.headers["idempotency-replayed"] == "true"
    assert acts_of(stored, name) == ["stepped", "commented"]


def test_a_revision_and_an_answer_sent_again_decide_nothing_again(stored: Service) -> None:
    name = name_of(begin(stored))
    data = small()
    known = data["datasets"][0].pop("subjects")
    revision = {"arrangement": data}
    found = [act(stored, name, "revisions", revision, key="a-1") for _ in range(2)]
    assert [each.json()["revision"] for each in found] == [2, 2]
    question = {"pointer": "/datasets/0/subjects", "value": known, "source": "their registrar"}
    found = [act(stored, name, "answers", question, version=2, key="a-2") for _ in range(2)]
    assert [each.json()["revision"] for each in found] == [3, 3]
    assert counts(stored) == [1, 3]


def test_a_key_of_one_act_is_not_for_another(stored: Service) -> None:
    name, other = name_of(begin(stored)), name_of(begin(stored))
    reused = {"header:Idempotency-Key": "idempotency-key-reused"}
    assert act(stored, name, "comments", {"text": "x"}, key="a-1").status_code == 200
    for response in (
        act(stored, name, "comments", {"text": "y"}, key="a-1"),
        act(stored, name, "comments", {"text": "x"}, version=2, key="a-1"),
        act(stored, other, "comments", {"text": "x"}, key="a-1"),
        act(stored, name, "steps", SUBMIT, key="a-1"),
        begin(stored, **KEY),
        stored.submit(**KEY),
    ):
        assert codes(response, 422) == reused
    assert (acts_of(stored, name), acts_of(stored, other)) == (["commented"], [])


def test_a_key_of_what_was_refused_can_be_sent_again(stored: Service) -> None:
    name = name_of(begin(stored))
    assert codes(act(stored, name, "steps", SUBMIT, version=9, key="a-1"), 409) == {
        "header:If-Match": "version-changed"
    }
    assert act(stored, name, "steps", {**SUBMIT, "reason": "now"}, key="a-1").status_code == 200
    assert codes(act(stored, name, "steps", SUBMIT, key=" "), 422) == {"header:Idempotency-Key": "bad-value"}


def test_the_same_act_at_the_same_time_is_done_once(stored: Service) -> None:
    name = name_of(begin(stored))
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: act(stored, name, "steps", SUBMIT, key="a-1"), range(16)))
        made = list(threads.map(lambda _: begin(stored, **{"Idempotency-Key": "a-2"}), range(16)))
    assert {each.status_code for each in found} == {200}
    assert sum("idempotency-replayed" not in each.headers for each in found) == 1
    assert acts_of(stored, name) == ["stepped"]
    assert len({name_of(each) for each in made}) == 1
    assert counts(stored) == [2, 2]
