"""The review desk at `/desk`: its files, the same for everybody; what it shows comes over the HTTP interface."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.assets import POLICY, answer_page, serve

router = APIRouter(include_in_schema=False)

# What would read text as markup fails in the browser: much of what the desk shows, others wrote.
_POLICY = f"{POLICY}; require-trusted-types-for 'script'; trusted-types 'none'"
_WEB = files("service.web")
_PAGE = (_WEB / "desk.html").read_bytes()
FILES = (
    "desk.css",
    "desk.js",
    "desk-acting.js",
    "desk-acts.js",
    "desk-agreement.js",
    "desk-answering.js",
    "desk-ask.js",
    "desk-differences.js",
    "desk-findings.js",
    "desk-history.js",
    "desk-list.js",
    "desk-new.js",
    "desk-records.js",
    "desk-watch.js",
    "desk-words.js",
)


@router.get("/desk")
async def get_desk(request: Request) -> Response:
    """Show the desk, with the way to sign in where there is one."""
    return answer_page(request, _PAGE, _POLICY)


serve(router, "web", FILES, lambda name: (_WEB / name).read_bytes())
