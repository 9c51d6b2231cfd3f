"""Decisions that are stored: with everything that belongs to them, once, and as they were answered."""

from __future__ import annotations

import hashlib
import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import func, select, text

from engine.decision.statute import load_law
from engine.law.loading import build_library
from service import shapes_records as shapes
from service.app import create_app
from service.records.law import kept_files
from service.storage.tables import audit_entries, evaluations
from tests.service.asking import codes, problem
from tests.service.stored import SAFEGUARDS, Service, name_of, small


def count(stored: Service, table: Any) -> int:
    with stored.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_submitters_decision_is_stored_with_its_arrangement(stored: Service) -> None:
    data = small(title="Kohortti ä 🧬")
    response = stored.submit(data, "?as_of=2026-11-23")
    name = name_of(response)
    found = stored.ask("GET", f"/v1/evaluations/{name}", "reader")
    record = found.json()
    TypeAdapter(shapes.EvaluationRecord).validate_json(found.content, strict=True)
    assert record["arrangement"] == data
    assert record["decision"] == response.json()
    assert record["asked"] == {"as_of": "2026-11-23", "readings": []}
    assert record["title"] == data["title"]
    assert record["created_by"] == stored.principal(stored.key("submitter")).id
    assert record["decision_sha256"] == hashlib.sha256(response.content).hexdigest()
    assert record["input_sha256"] == response.json()["receipt"]["input_sha256"]


def test_the_stored_decision_is_the_very_bytes_that_were_answered(stored: Service) -> None:
    response = stored.submit()
    path = f"/v1/evaluations/{name_of(response)}/decision"
    assert stored.ask("GET", path, "reader").content == response.content
    as_text = stored.submit(Accept="text/markdown")
    assert stored.ask("GET", path, "reader", headers={"Accept": "text/markdown"}).text == as_text.text


def test_what_was_compressed_with_zlib_before_is_read_as_well(stored: Service) -> None:
    response = stored.submit()
    name = name_of(response)
    with stored.database.writing() as connection:
        connection.execute(
            text("UPDATE decisions SET content = :content WHERE sha256 = :sha256"),
            {"content": zlib.compress(response.content, 1), "sha256": hashlib.sha256(response.content).hexdigest()},
        )
    found = stored.ask("GET", f"/v1/evaluations/{name}/decision", "reader")
    assert found.content == response.content


def test_without_storing_the_answer_is_the_same_and_nothing_is_left(stored: Service) -> None:
    wanted = stored.submit().content
    stored.key("reviewer")
    before = count(stored, evaluations), count(stored, audit_entries)
    for response in (
        stored.submit(query="?store=false"),
        stored.ask("POST", "/v1/evaluations", "reviewer", json=small()),
    ):
        assert (response.status_code, response.content) == (200, wanted)
        assert "location" not in response.headers
    assert (count(stored, evaluations), count(stored, audit_entries)) == before


def test_who_may_not_store_is_told_so(stored: Service) -> None:
    response = stored.ask("POST", "/v1/evaluations?store=true", "reviewer", json=small())
    assert codes(response, 403) == {"": "not-allowed"}


def test_the_law_that_decided_is_kept_to_the_letter(stored: Service, tmp_path: Path) -> None:
    response = stored.submit()
    found = stored.ask("GET", f"/v1/evaluations/{name_of(response)}/law", "reader")
    TypeAdapter(shapes.LawOfEvaluation).validate_json(found.content, strict=True)
    receipt = response.json()["receipt"]
    used = {each["instrument"]: each["sha256"] for each in found.json()["files"] if each["instrument"]}
    assert used == {each["instrument"]: each["sha256"] for each in receipt["rulesets"]}
    assert used
    for each in found.json()["files"]:
        text = stored.ask("GET", f"/v1/law/files/{each['sha256']}", "reader").content
        assert text == (tmp_path / "rulesets" / each["path"]).read_bytes()
    with stored.database.reading() as connection:
        files = kept_files(connection, receipt["library_sha256"])
    assert build_library(files).digest == receipt["library_sha256"]
    assert codes(stored.ask("GET", "/v1/law/files/" + "0" * 64, "reader"), 404) == {"path:sha256": "unknown-file"}


# -- replay -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("law", ["current", "stored"])
def test_a_replay_gives_the_same_bytes(stored: Service, law: str) -> None:
    name = name_of(stored.submit())
    response = stored.ask("POST", f"/v1/evaluations/{name}/replay?law={law}", "reader")
    TypeAdapter(shapes.Replay).validate_json(response.content, strict=True)
    found = response.json()
    assert (found["same"], found["changes"]) == (True, [])
    assert found["recorded_sha256"] == found["replayed_sha256"]


def test_a_replay_under_changed_law_says_what_changed(stored: Service, tmp_path: Path) -> None:
    name = name_of(stored.submit(small(measures=SAFEGUARDS), "?as_of=2026-11-23"))
    file = tmp_path / "rulesets" / "zz" / "data-act.yaml"
    text = file.read_text(encoding="utf-8")
    # The ban on state secrets, without a licence, now speaks of surveys.
    assert "state_secret in data.categories" in text
    file.write_text(
        text.replace("state_secret in data.categories", "survey_microdata in data.categories"), encoding="utf-8"
    )
    shelf = stored.client.app.state.shelf  # type: ignore[attr-defined]
    changed = create_app(load_law(tmp_path / "rulesets"), shelf.settings).state.shelf
    shelf._published = changed.published
    found = stored.ask("POST", f"/v1/evaluations/{name}/replay", "reader").json()
    assert not found["same"]
    assert found["outcome"] == {"recorded": "permitted_with_conditions", "replayed": "not_yet_permitted"}
    kinds = [each["what"] for each in found["changes"]]
    assert kinds[:2] == ["library", "instrument"]
    changes = {each["name"]: (each["recorded"], each["replayed"]) for each in found["changes"]}
    assert changes["t d zz.data-act"] == ("permitted_with_conditions", "not_yet_permitted")
    old = stored.ask("POST", f"/v1/evaluations/{name}/replay?law=stored", "reader").json()
    assert old["same"]


# -- lists ------------------------------------------------------------------------------------------------------------


def names(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    return [each["id"] for each in response.json()["items"]]


def test_lists_are_paged_newest_first_and_no_page_misses_anything(stored: Service) -> None:
    made = [name_of(stored.submit(small(title=f"cohort {number}"))) for number in range(5)]
    first = stored.ask("GET", "/v1/evaluations?limit=2", "reader")
    TypeAdapter(shapes.EvaluationPage).validate_json(first.content, strict=True)
    made.append(name_of(stored.submit()))  # while somebody turns the pages
    seen, cursor = names(first), first.json()["next"]
    while cursor:
        page = stored.ask("GET", f"/v1/evaluations?limit=2&cursor={cursor}", "reader")
        seen += names(page)
        cursor = page.json()["next"]
    assert sorted(seen) == sorted(made[:5])
    stamps = [each[3:13] for each in seen]
    assert stamps == sorted(stamps, reverse=True)


def test_filters(stored: Service) -> None:
    first = stored.submit(small(title="50%_cohort"), "?as_of=2026-11-23")
    second = stored.submit(small(measures=SAFEGUARDS, title="Safeguarded"), "?as_of=2026-11-22")
    assert first.json()["outcome"] != second.json()["outcome"] == "permitted_with_conditions"
    one, two = name_of(first), name_of(second)
    ask = stored.ask
    sha = first.json()["receipt"]["input_sha256"]
    library = first.json()["receipt"]["library_sha256"]
    expected = {
        "outcome=permitted_with_conditions": [two],
        f"outcome=permitted_with_conditions&outcome={first.json()['outcome']}": [two, one],
        "title=COHORT": [one],
        "title=0%25_": [one],
        "title=%25": [one],
        "as_of=2026-11-22": [two],
        f"input_sha256={sha}": [one],
        f"library_sha256={library}": [two, one],
        "library_sha256=" + "0" * 64: [],
        "created_from=2020-01-01T00:00:00Z": [two, one],
        "created_before=2020-01-01T00:00:00%2B01:00": [],
    }
    for query, wanted in expected.items():
        assert sorted(names(ask("GET", f"/v1/evaluations?{query}", "reader"))) == sorted(wanted), query


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "cursor=x",
        "cursor=%00",
        "outcome=maybe",
        "created_from=2020-01-01",
        "created_from=0.5",
        "created_before=1577836800",
        "order=x",
    ],
)
def test_queries_that_cannot_be_are_refused(stored: Service, query: str) -> None:
    problem(stored.ask("GET", f"/v1/evaluations?{query}", "reader"), 422)


# -- once -------------------------------------------------------------------------------------------------------------


def test_a_request_sent_again_with_its_key_makes_nothing_new(stored: Service) -> None:
    first = stored.submit(**{"Idempotency-Key": "a-1"})
    again = stored.submit(**{"Idempotency-Key": "a-1"})
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert count(stored, evaluations) == 1
    other = stored.submit(**{"Idempotency-Key": "a-2"})
    assert other.headers["location"] != first.headers["location"]


def test_a_key_is_not_for_another_request(stored: Service) -> None:
    stored.submit(**{"Idempotency-Key": "a-1"})
    for response in (
        stored.submit(small(title="other"), **{"Idempotency-Key": "a-1"}),
        stored.submit(query="?as_of=2020-01-01", **{"Idempotency-Key": "a-1"}),
    ):
        assert codes(response, 422) == {"header:Idempotency-Key": "idempotency-key-reused"}
    assert count(stored, evaluations) == 1


def test_keys_of_others_are_others(stored: Service) -> None:
    ours = stored.submit(**{"Idempotency-Key": "a-1"})
    theirs = stored.submit(of="theirs", **{"Idempotency-Key": "a-1"})
    assert name_of(ours) != name_of(theirs)


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "\x7f"])
def test_keys_that_cannot_be_used_are_refused(stored: Service, key: str) -> None:
    assert codes(stored.submit(**{"Idempotency-Key": key}), 422) == {"header:Idempotency-Key": "bad-value"}


def test_the_same_request_at_the_same_time_is_one_request(stored: Service) -> None:
    stored.key("submitter")
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: stored.submit(**{"Idempotency-Key": "race"}), range(16)))
    assert {each.status_code for each in found} == {201}
    assert len({each.headers["location"] for each in found}) == 1
    assert len({each.content for each in found}) == 1
    assert sum("idempotency-replayed" not in each.headers for each in found) == 1
    assert count(stored, evaluations) == 1


# -- batches ----------------------------------------------------------------------------------------------------------


def batch(stored: Service, lines: list[str], query: str = "", **headers: str) -> list[dict[str, Any]]:
    response = stored.ask(
        "POST",
        f"/v1/evaluations/batch{query}",
        "submitter",
        content="\n".join(lines).encode(),
        headers={"Content-Type": "application/x-ndjson", **headers},
    )
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in response.content.splitlines()]


def test_a_wrong_line_costs_that_line_and_no_other(stored: Service) -> None:
    good = json.dumps(small())
    *answers, last = batch(stored, [good, "{", "", good.replace('"inst"', '"else"', 1), good])
    assert [(each["line"], each["done"], each["status"]) for each in answers] == [
        (1, 1, 201),
        (2, 2, 422),
        (3, 3, 422),
        (4, 4, 201),
    ]
    assert answers[1]["problem"]["errors"][0]["code"] == "bad-json"
    assert answers[2]["problem"]["errors"][0]["code"] == "unknown-party"
    assert last == {"summary": {"lines": 4, "decided": 2, "stored": 2, "failed": 2}}
    for each in (answers[0], answers[3]):
        record = stored.ask("GET", f"/v1/evaluations/{each['id']}", "reader").json()
        assert record["decision"] == each["decision"]
        assert record["outcome"] == each["outcome"]


def test_a_batch_sent_again_with_its_key_stores_nothing_twice(stored: Service) -> None:
    key = {"Idempotency-Key": "b" * 200}  # as long as a key may be
    lines = [json.dumps(small(title=f"cohort {number}")) for number in range(3)]
    first = batch(stored, lines[:2], "?brief=true", **key)
    again = batch(stored, lines, "?brief=true", **key)
    assert [each["id"] for each in again[:2]] == [each["id"] for each in first[:2]]
    assert "decision" not in again[0]
    assert count(stored, evaluations) == 3


def test_a_batch_beyond_a_limit_says_where_it_ends(stored: Service) -> None:
    settings = stored.client.app.state.shelf.settings  # type: ignore[attr-defined]
    good = json.dumps(small())
    object.__setattr__(settings, "body_limit", len(good))
    *answers, last = batch(stored, [good + " " * 10, good])
    assert [each["status"] for each in answers] == [413, 201]
    assert last["summary"]["failed"] == 1
    object.__setattr__(settings, "batch_limit", 10)
    response = stored.ask(
        "POST", "/v1/evaluations/batch", "submitter", content=b" " * 11, headers={"Content-Type": "application/jsonl"}
    )
    assert codes(response, 413) == {"": "body-too-large"}


def test_a_batch_that_is_not_announced_as_one_is_415(stored: Service) -> None:
    response = stored.ask("POST", "/v1/evaluations/batch", "submitter", json=small())
    assert codes(response, 415) == {"header:Content-Type": "unsupported-content-type"}


# -- others -----------------------------------------------------------------------------------------------------------


def test_one_organisation_never_sees_anothers(stored: Service) -> None:
    name = name_of(stored.submit())
    for method, path in (
        ("GET", f"/v1/evaluations/{name}"),
        ("GET", f"/v1/evaluations/{name}/decision"),
        ("GET", f"/v1/evaluations/{name}/law"),
        ("POST", f"/v1/evaluations/{name}/replay"),
    ):
        theirs = stored.ask(method, path, "reader", "administrator", of="theirs")
        missing = stored.ask(method, path.replace(name, "ev_" + "0" * 26), "reader", of="theirs")
        assert codes(theirs, 404) == codes(missing, 404) == {"path:id": "unknown-evaluation"}
    assert names(stored.ask("GET", "/v1/evaluations", "reader", of="theirs")) == []
    assert names(stored.ask("GET", "/v1/evaluations", "reader")) == [name]
