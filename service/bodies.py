"""Read a request body up to a limit of its length, and of the time that its sender takes."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from service.problems import Problem, problem, too_slow
from service.routes.common import shelf_of


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body of a request.

    Raises:
        Problem: 413, it is longer than `limit` bytes; it is not read to its end. 408, it did not come in time.
    """
    check_length(request, limit)
    seconds = shelf_of(request).settings.request_seconds
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, limit)
    except TimeoutError:
        raise too_slow(f"the body did not come within {seconds} s") from None


async def _read(request: Request, limit: int) -> bytes:
    parts: list[bytes] = []
    length = 0
    async for part in request.stream():
        length += len(part)
        if length > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


def check_length(request: Request, limit: int) -> None:
    """Refuse a body that is announced to be too long.

    Raises:
        Problem: 413.
    """
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdecimal() and int(announced[:20]) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> Problem:
    message = f"the body is longer than {limit} bytes"
    # The rest of it is not worth waiting for, so the connection cannot be used again.
    return problem(413, "body-too-large", message, "", "send fewer transfers at a time", {"Connection": "close"})
