"""The type of a problem is an address, and what is there explains it: every code, from the one table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest
from starlette.testclient import TestClient

from service.problem_kinds import KINDS
from tests.service.asking import codes, post, problem
from tests.service.conftest import ROOT

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
# Told on the command line and never over HTTP.
OFFLINE = {"settings.py", "verifying.py", "rehashing.py", "tracing.py", "commands.py"}
ENGINE = (
    *("shape.py", "law/words.py", "law/word_checks.py", "law/use_words.py", "law/intake.py", "imports/*.py"),
    *("analysis/scenario.py", "analysis/comparing.py"),
)
# Made from what is named where they are called.
MADE = {"find": "unknown-{}", "reference": "unknown-{}"}


def text_of(page: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", page))


@pytest.mark.parametrize("code", KINDS)
def test_every_code_has_a_page_for_people_and_for_programs(client: TestClient, code: str) -> None:
    kind = KINDS[code]
    told = client.get(f"/problems/{code}")
    assert told.json() == {
        "code": code,
        "type": f"/problems/{code}",
        "title": code.replace("-", " "),
        "status": list(kind.status),
        "means": kind.means,
        "remedy": kind.remedy,
    }
    page = client.get(f"/problems/{code}", headers=HTML)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for text in (code, kind.means, kind.remedy):
        assert text.replace("`", "") in text_of(page.text)
    for text in (kind.means, kind.remedy):
        assert text.endswith(".")
        assert text.count("`") % 2 == 0


def test_the_list_leads_to_every_page_and_each_page_back(client: TestClient) -> None:
    assert [item["code"] for item in client.get("/problems").json()["items"]] == list(KINDS)
    page = client.get("/problems", headers=HTML).text
    links = re.findall(r'href="([^"]*)"', page)
    assert [urljoin("http://x/below/problems", link) for link in links] == [
        f"http://x/below/problems/{code}" for code in KINDS
    ]
    (back,) = re.findall(r'href="([^"]*)"', client.get(f"/problems/{next(iter(KINDS))}", headers=HTML).text)
    assert urljoin("http://x/below/problems/a", back) == "http://x/below/problems"


def test_the_pages_load_and_run_nothing(client: TestClient) -> None:
    page = client.get("/problems/bad-value", headers=HTML)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.search(r"<script|src=|//", page.text)
    assert page.headers["vary"] == "Accept"


def test_the_type_of_a_real_problem_leads_to_its_page(client: TestClient) -> None:
    for response in (
        client.get("/v1/nothing"),
        client.get("/v1/instruments?as-of=2026-01-01"),
        client.get("/v1/rules/x"),
        post(client, {"title": "x", "parties": []}),
        post(client, b"{"),
    ):
        body = problem(response, response.status_code)
        page = client.get(urljoin(str(response.url), body["type"]))
        assert page.status_code == 200
        assert response.status_code in page.json()["status"]


def test_what_there_is_no_page_for_is_told(client: TestClient) -> None:
    assert codes(client.get("/problems/bad-valu"), 404) == {"path:code": "unknown-problem"}
    assert "did you mean `bad-value`?" in client.get("/problems/bad-valu").text
    assert "<script>" not in client.get("/problems/<script>", headers=HTML).headers["content-type"]
    assert codes(client.get("/problems/bad-value", headers={"Accept": "image/png"}), 406) == {
        "header:Accept": "not-acceptable"
    }
    assert codes(client.get("/problems?x=1"), 422) == {"query:x": "unknown-parameter"}


def written() -> Iterator[tuple[str, int | None, Path]]:
    """Yield each code that the source writes out, with its status where that stands beside it."""
    files = [file for file in (ROOT / "service").rglob("*.py") if file.name not in OFFLINE]
    files += [file for pattern in ENGINE for file in (ROOT / "engine").glob(pattern)]
    for file in files:
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            values = [each.value if isinstance(each, ast.Constant) else None for each in call.args]
            if name == "problem" and len(values) > 1 and isinstance(values[1], str):
                yield values[1], values[0] if isinstance(values[0], int) else None, file
            elif name in ("Fault", "fault", "_fault") and isinstance(values[0], str):
                yield values[0], None, file
            elif name in MADE and len(values) > 2 and isinstance(values[-1], str):
                yield MADE[name].format(values[-1].replace(" ", "-")), None, file


def test_the_table_has_every_code_of_the_source_and_no_other() -> None:
    found = list(written())
    assert len(found) > 100
    for code, status, file in found:
        assert code in KINDS, f"{file}: `{code}` is not in service/problem_kinds.py"
        assert status is None or status in KINDS[code].status, f"{file}: `{code}` with {status}"
    # Written elsewhere than as the first word of a fault: chosen by a condition, or the name of several.
    others = {"bad-key", "more-faults", "invalid-arrangement"}
    assert KINDS.keys() - {code for code, _, _ in found} == others
