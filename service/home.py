"""The page for people at `/`: its files under a strict policy, and what its form is made of."""

from __future__ import annotations

import gzip
import hashlib
import json
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from engine.errors import ArrangementError, Fault
from engine.imports.reading import MOST_BYTES
from engine.law.intake import parse_yaml
from service.assets import answer_page, serve
from service.bodies import read_body
from service.examples import examples
from service.negotiation import check_media
from service.routes.common import as_json, published_of, shelf_of

router = APIRouter(include_in_schema=False)

_PAGE = (files("service.web") / "index.html").read_bytes()
SCRIPTS = (
    "page.js",
    "made.js",
    "result.js",
    "questions.js",
    "names.js",
    "store.js",
    "words.js",
    "layout.js",
    "fields.js",
    "choices.js",
    "places.js",
    "lists.js",
    "areas.js",
    "form.js",
    "faults.js",
    "opening.js",
)


@router.get("/")
async def get_page(request: Request) -> Response:
    """Show the page, with the way to sign in where there is one."""
    return answer_page(request, _PAGE)


@router.get("/web/examples.json")
def get_examples(request: Request) -> Response:
    """Give the examples that the law being served can read, by name."""
    found = dict(examples(published_of(request).law))
    return Response(json.dumps(found, ensure_ascii=False), media_type="application/json")


@router.get("/web/words.json")
async def get_words(request: Request) -> Response:
    """Give the schema of an arrangement with the vocabulary, the names of places and the areas of law."""
    packed = published_of(request).wording_bytes
    tag = f'"{hashlib.sha256(packed).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(packed), headers=headers, media_type="application/json")
    return Response(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type="application/json")


@router.post("/web/yaml")
async def post_yaml(request: Request) -> Response:
    """Give an arrangement in YAML as JSON, as it stands: whether it is one is seen when it is decided."""
    check_media(request.headers, ("application/yaml",))
    body = await read_body(request, MOST_BYTES)
    return as_json(await shelf_of(request).aside(lambda: _plain(body)))


def _plain(body: bytes) -> Any:
    try:
        return parse_yaml(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ArrangementError([Fault("bad-text", "the text is not UTF-8", "", "send UTF-8")]) from None


serve(
    router,
    "web",
    ("page.css", *SCRIPTS),
    lambda name: (files("service.web") / name).read_bytes(),
)
