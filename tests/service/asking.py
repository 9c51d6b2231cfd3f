"""How the tests of the service ask, and what they hold of every error."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2
from starlette.testclient import TestClient

from service.problem_kinds import KINDS

JSON = {"Content-Type": "application/json"}


def post(client: TestClient, arrangement: Any, query: str = "", **headers: str) -> httpx2.Response:
    text = arrangement if isinstance(arrangement, bytes | str) else json.dumps(arrangement)
    return client.post(f"/v1/evaluations{query}", content=text, headers={**JSON, **headers})


def problem(response: httpx2.Response, status: int) -> dict[str, Any]:
    """Return the body of an error, having held it against the one shape of errors."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"]
    body = response.json()
    assert list(body) == ["type", "title", "status", "errors"]
    assert re.fullmatch(r"/problems/[a-z0-9-]+", body["type"])
    assert body["title"] == body["type"].removeprefix("/problems/").replace("-", " ")
    assert body["status"] == status
    assert body["errors"]
    for error in body["errors"]:
        assert list(error) == ["code", "where", "message", "help"]
        assert all(isinstance(value, str) for value in error.values())
        assert status in KINDS[error["code"]].status, f"`service/problem_kinds.py` does not have {error['code']}"
        assert error["message"]
        assert not error["message"].endswith(".")
    codes = {error["code"] for error in body["errors"]}
    kind = codes.pop() if len(codes) == 1 else "invalid-arrangement"
    assert body["type"] == f"/problems/{kind}"
    return dict(body)


def codes(response: httpx2.Response, status: int) -> dict[str, str]:
    """Return the code of each error by its place."""
    return {error["where"]: error["code"] for error in problem(response, status)["errors"]}
