"""The page for people at `/`: its files under a strict policy, and the examples that it offers."""

from __future__ import annotations

import json
from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.assets import serve
from service.examples import examples
from service.routes.common import published_of

router = APIRouter(include_in_schema=False)

# `blob:` is for the map, which the page draws from an answer of the service.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = (files("service.web") / "index.html").read_bytes()
_NAV, _ACCOUNT = b'<nav aria-label="This service">', b'<a href="auth">Sign in or out</a> '


@router.get("/")
async def get_page(request: Request) -> Response:
    """Show the page, with the way to sign in where there is one."""
    page = _PAGE.replace(_NAV, _NAV + _ACCOUNT) if request.app.state.shelf.settings.has_sign_in else _PAGE
    return Response(page, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


@router.get("/web/examples.json")
def get_examples(request: Request) -> Response:
    """Give the examples that the law being served can read, by name."""
    found = dict(examples(published_of(request).law))
    return Response(json.dumps(found, ensure_ascii=False), media_type="application/json")


serve(
    router,
    "web",
    ("page.css", "page.js", "made.js", "result.js"),
    lambda name: (files("service.web") / name).read_bytes(),
)
