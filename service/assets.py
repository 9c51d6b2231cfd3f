"""Files of a page, kept in memory and served with a tag, so that a browser asks for each content once."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import PurePosixPath

from fastapi import APIRouter, Request
from starlette.responses import Response

_TYPES = {".css": "text/css", ".js": "text/javascript"}


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
