"""The pages that the `type` of a problem leads to."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from engine.errors import did_you_mean, shown
from service.negotiation import preferred
from service.problem_kinds import KINDS, Kind
from service.problems import problem
from service.routes.common import as_json, errors, only
from service.shapes import Shape

router = APIRouter(prefix="/problems", tags=["problems"])
_FORMS = ("application/json", "text/html")
_HTML = {"text/html": {"schema": {"type": "string"}}}
_STYLE = "body{font:1rem/1.5 sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}dt{font-weight:bold}"
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# Nothing but this style: no script, no picture, no frame.
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_CODE = re.compile(r"`([^`]*)`")


class ProblemKind(Shape):
    """A kind of problem: what it means and what to do about it."""

    code: str
    type: str
    title: str
    status: list[int]
    means: str
    remedy: str


class ProblemKinds(Shape):
    """Every kind of problem."""

    items: list[ProblemKind]


@router.get(
    "",
    operation_id="listProblems",
    summary="List every kind of problem",
    dependencies=[only()],
    response_model=ProblemKinds,
    responses={200: {"content": _HTML}, **errors(406, 422)},
)
async def get_problems(request: Request) -> Response:
    """List the kinds."""
    if preferred(request.headers, _FORMS) == "application/json":
        return as_json({"items": [_data(code, kind) for code, kind in KINDS.items()]}, headers={"Vary": "Accept"})
    lines = (
        f'<dt><a href="problems/{code}">{_title(code)}</a><dd>{_marked(kind.means)}' for code, kind in KINDS.items()
    )
    return _page("Problems", ["<dl>", *lines, "</dl>"])


@router.get(
    "/{code}",
    operation_id="getProblem",
    summary="Read what a kind of problem means and what to do about it",
    description="The `type` of every problem leads here.",
    dependencies=[only()],
    response_model=ProblemKind,
    responses={200: {"content": _HTML}, **errors(404, 406, 422)},
)
async def get_problem(
    request: Request, code: Annotated[str, Path(description="What follows `/problems/` in the type of a problem.")]
) -> Response:
    """Explain a kind."""
    form = preferred(request.headers, _FORMS)
    kind = KINDS.get(code)
    if kind is None:
        hint = did_you_mean(code[:60], KINDS) or "GET /problems lists them"
        raise problem(404, "unknown-problem", f"there is no problem `{shown(code)}`", "path:code", hint)
    if form == "application/json":
        return as_json(_data(code, kind), headers={"Vary": "Accept"})
    status = " or ".join(map(str, kind.status))
    lines = [f"<p>{_marked(kind.means)}", "<dl>", f"<dt>What to do<dd>{_marked(kind.remedy)}"]
    lines += [f"<dt>HTTP status<dd>{status}", f"<dt>Code<dd><code>{code}</code>", "</dl>"]
    return _page(_title(code), [*lines, '<p><a href="../problems">Every kind of problem</a>'])


def _data(code: str, kind: Kind) -> dict[str, Any]:
    told = {"status": list(kind.status), "means": kind.means, "remedy": kind.remedy}
    return {"code": code, "type": f"/problems/{code}", "title": code.replace("-", " "), **told}


def _title(code: str) -> str:
    return code.replace("-", " ").capitalize()


def _marked(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _page(title: str, lines: Iterable[str]) -> Response:
    head = (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title} - Safeconduct</title>\n'
        f"<style>{_STYLE}</style>\n<h1>{title}</h1>\n"
    )
    headers = {"Content-Security-Policy": _POLICY, "Vary": "Accept"}
    return Response(head + "\n".join(lines) + "\n</html>\n", headers=headers, media_type="text/html")
