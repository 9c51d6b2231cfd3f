"""The page for people at `/`: its files under a strict policy, and the examples that it offers."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.examples import examples
from service.routes.common import published_of

router = APIRouter(include_in_schema=False)

# `blob:` is for the map, which the page draws from an answer of the service.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TYPES = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "made.js": "text/javascript",
    "result.js": "text/javascript",
}
_PAGE = (files("service.web") / "index.html").read_bytes()
_FILES = {name: (files("service.web") / name).read_bytes() for name in _TYPES}
_TAGS = {name: f'"{hashlib.sha256(content).hexdigest()[:32]}"' for name, content in _FILES.items()}


@router.get("/")
async def get_page() -> Response:
    """Show the page."""
    return Response(_PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


@router.get("/web/examples.json")
def get_examples(request: Request) -> Response:
    """Give the examples that the law being served can read, by name."""
    found = dict(examples(published_of(request).law))
    return Response(json.dumps(found, ensure_ascii=False), media_type="application/json")


async def get_file(request: Request) -> Response:
    """Give a file of the page."""
    name = request.url.path.rpartition("/")[2]
    headers = {"ETag": _TAGS[name], "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == _TAGS[name]:
        return Response(status_code=304, headers=headers)
    return Response(_FILES[name], media_type=_TYPES[name], headers=headers)


for _name in _TYPES:
    router.get(f"/web/{_name}")(get_file)
