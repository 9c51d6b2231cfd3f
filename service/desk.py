"""The review desk at `/desk`: its files, the same for everybody; what it shows comes over the HTTP interface."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.assets import serve

router = APIRouter(include_in_schema=False)

# `blob:` is for maps and documents that the page has asked for. What would read text as markup fails in the browser.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_WEB = files("service.web")
_PAGE = (_WEB / "desk.html").read_bytes()
_NAV, _ACCOUNT = b'<nav aria-label="Elsewhere">', b'<a href="auth">Sign in or out</a> '
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
    page = _PAGE.replace(_NAV, _NAV + _ACCOUNT) if request.app.state.shelf.settings.has_sign_in else _PAGE
    return Response(page, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


serve(router, "web", FILES, lambda name: (_WEB / name).read_bytes())
