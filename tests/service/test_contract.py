"""Requests made from the OpenAPI document, right and wrong: answers keep what it promises, and none is a failure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from service.access.routes import GUARDS
from service.verifying import check_database
from tests.service.asking import post, problem
from tests.service.stored import name_of, service, small

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Ids in an arrangement refer to each other, which no schema says, so right data may be refused; wrong data must be.
MODES = {GenerationMode.POSITIVE: CHECKS, GenerationMode.NEGATIVE: [*CHECKS, negative_data_rejection]}
# Any body is text, so none is of a wrong type before it is read.
TEXT = ("/v1/evaluations/batch", "/v1/imports")
# Requests for each operation and mode: a fixed budget, whatever routes there will be. Arrangements are read by the same
# code at every route, and are tried most where they cost least.
MOST, MANY, SOME = 120, 20, 10
VALUES = st.recursive(
    st.sampled_from(
        [None, True, False, "none", "", "US", "thl", "nih", "t2d", "fi-us", "2026-01-01", "\ud800", "\u202e"]
    )
    | st.integers(-(10**13), 10**13)
    | st.floats()
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@schemathesis.serializer("application/x-ndjson", "text/turtle")
def as_text(_context: Any, value: Any) -> bytes:
    """Send what is text on the wire as it is, anything else as JSON."""
    return value.encode("utf-8", "replace") if isinstance(value, str) else json.dumps(value).encode()


@pytest.fixture(scope="module")
def operations(app: FastAPI) -> list[Any]:
    loaded: Any = schemathesis.openapi.from_asgi("/openapi.json", app)
    return [found.ok() for found in loaded.get_all_operations()]


def runs(operations: list[Any]) -> Iterator[tuple[Any, GenerationMode]]:
    for operation in operations:
        yield operation, GenerationMode.POSITIVE
        # A path is text, and any text is a path.
        if operation.query or operation.body:
            yield operation, GenerationMode.NEGATIVE


def ask(operation: Any, mode: GenerationMode, examples: int, headers: dict[str, str] | None = None) -> int:
    """Return how many requests were made."""
    asked = 0
    checks = CHECKS if operation.path in TEXT else MODES[mode]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def once(case: schemathesis.Case[Any]) -> None:
        nonlocal asked
        asked += 1
        case.call_and_validate(checks=checks, headers=headers)

    once()
    return asked


def share(operation: Any) -> int:
    if operation.path == "/v1/evaluations":
        return MOST
    return MANY if operation.body else SOME


@pytest.mark.slow
def test_every_answer_keeps_the_contract(operations: list[Any]) -> None:
    asked = sum(ask(operation, mode, share(operation)) for operation, mode in runs(operations))
    assert asked > 300


@pytest.mark.slow
def test_every_answer_keeps_the_contract_for_somebody_who_may_do_everything(sqlite_url: str, tmp_path: Path) -> None:
    with service(sqlite_url, tmp_path) as stored:
        key = stored.key("administrator", "reviewer", "rule_author")
        name = name_of(stored.ask("POST", "/v1/agreements", key=key, json={"arrangement": small()}))
        loaded: Any = schemathesis.openapi.from_asgi("/openapi.json", stored.client.app)
        found = [found.ok() for found in loaded.get_all_operations()]
        headers = {"Authorization": f"Bearer {key}", "If-Match": '"1"'}
        assert sum(ask(operation, mode, 12, headers) for operation, mode in runs(found)) > 300
        assert stored.ask("GET", f"/v1/agreements/{name}", key=key).status_code == 200
        with stored.database.reading() as connection:
            check_database(connection)


@pytest.mark.slow
@pytest.mark.parametrize("credentials", ["none", "bad", "of somebody else"])
def test_whoever_may_not_gets_nothing_that_is_stored(credentials: str, sqlite_url: str, tmp_path: Path) -> None:
    """Every route is asked about what is really there, with the ids that it really has."""
    with service(sqlite_url, tmp_path, anonymous=False) as stored:
        secret = "Of nobody else's business"
        key = stored.key("administrator", "reviewer")
        agreement = name_of(stored.ask("POST", "/v1/agreements", key=key, json={"arrangement": small(title=secret)}))
        record = stored.ask("GET", f"/v1/agreements/{agreement}", key=key).json()["revisions"][0]["evaluation"]
        names = {"agreements": agreement, "evaluations": record, "keys": key.partition(".")[0]}
        app: Any = stored.client.app
        app.state.shelf.bad_credentials.per_minute = 0  # no end of guessing: each route is to say no itself
        loaded: Any = schemathesis.openapi.from_asgi("/openapi.json", app)
        others = {"bad": "sck_x.y", "of somebody else": stored.administrators["theirs"]}.get(credentials)
        headers = {"If-Match": '"1"', **({"Authorization": f"Bearer {others}"} if others else {})}
        seen: set[int] = set()

        def check(response: Any, _case: Any) -> None:
            seen.add(response.status_code)
            assert secret not in response.text
            if credentials != "of somebody else" and guard != "public":
                assert response.status_code == 401, response.text

        for found in loaded.get_all_operations():
            operation = found.ok()
            guard = GUARDS[operation.method.upper(), operation.path]
            name = names.get(operation.path.split("/")[2]) if "{id}" in operation.path else None
            attempt(operation, headers, {"id": name} if name else {}, check)
        assert 200 in seen
        assert stored.ask("GET", f"/v1/agreements/{agreement}", key=key).json()["version"] == 1


def attempt(operation: Any, headers: dict[str, str], path: dict[str, str], check: Any) -> None:
    """Make a few requests of a right form, about what `path` names."""

    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    @settings(
        max_examples=3,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def once(case: schemathesis.Case[Any]) -> None:
        case.path_parameters.update(path)
        response = case.call(headers=headers)
        for each in (not_a_server_error, status_code_conformance):
            case.validate_response(response, checks=[each], headers=headers)
        check(response, case)

    once()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(given: dict[str, Any], draw: Any) -> dict[str, Any]:
    """Return a copy with one thing replaced, removed, renamed or repeated."""
    copy: dict[str, Any] = json.loads(json.dumps(given))
    path = draw(st.sampled_from(list(places(copy))))
    owner: Any = copy
    for key in path[:-1]:
        owner = owner[key]
    change = draw(st.sampled_from(["replace", "remove", "repeat"]))
    if change == "replace":
        owner[path[-1]] = draw(VALUES)
    elif change == "remove":
        del owner[path[-1]]
    elif isinstance(owner, list):
        owner.append(owner[path[-1]])
    else:
        owner[draw(st.text(max_size=8))] = owner[path[-1]]
    return copy


@pytest.mark.slow
def test_an_example_with_things_changed_at_random_is_decided_or_refused(
    client: TestClient, shipped: dict[str, dict[str, Any]]
) -> None:
    seen: set[int] = set()

    @given(st.data())
    @settings(max_examples=300, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    def once(data: st.DataObject) -> None:
        given = shipped[data.draw(st.sampled_from(sorted(shipped)))]
        for _ in range(data.draw(st.integers(1, 3))):
            given = changed(given, data.draw)
        response = post(client, given)
        seen.add(response.status_code)
        assert response.status_code in (200, 422), response.text
        if response.status_code == 422:
            problem(response, 422)

    once()
    assert seen == {200, 422}
