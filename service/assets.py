"""Pages under a strict policy, and their files, served with a tag, so that a browser asks for each content once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from pathlib import PurePosixPath

from fastapi import APIRouter, Request
from starlette.responses import Response

_TYPES = {".css": "text/css", ".js": "text/javascript"}
# `blob:` is for maps and documents that a page draws from an answer of the service.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_LINKS, _ACCOUNT = re.compile(rb"<nav [^>]*>"), rb'\g<0><a href="auth">Sign in or out</a> '


def answer_page(request: Request, page: bytes, policy: str = POLICY) -> Response:
    """Show a page, with the way to sign in before its first links where there is one."""
    if request.app.state.shelf.settings.has_sign_in:
        page = _LINKS.sub(_ACCOUNT, page, count=1)
    return Response(page, media_type="text/html", headers={"Content-Security-Policy": policy})


def serve(router: APIRouter, folder: str, names: tuple[str, ...], read: Callable[[str], bytes]) -> None:
    """Add a route below `/folder` for each style sheet and script."""
    for name in names:
        router.get(f"/{folder}/{name}")(_route(read(name), _TYPES[PurePosixPath(name).suffix]))


def _route(content: bytes, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"', "Cache-Control": "no-cache"}

    async def get_file(request: Request) -> Response:
        """Give a file of the page."""
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=media_type, headers=headers)

    return get_file
