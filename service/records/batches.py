"""Many arrangements in one request, a line of JSON each. A line that is wrong costs that line and no other.

Lines are read as fast as they come, up to the limit of a batch, and answered in order. Were they read only as fast as
they are answered, a client that sends everything before it reads anything would wait for ever.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from engine.errors import ArrangementError
from service.logs import request_id
from service.problems import Problem, answer, internal_error, problem, problem_of_database, too_slow
from service.published import Shelf
from service.records.answering import Answered

log = logging.getLogger("safeconduct.request")
MEDIA_TYPE = "application/x-ndjson"
Decide = Callable[[int, bytes], Answered]


@dataclass(slots=True)
class _Count:
    lines: int = 0
    decided: int = 0
    stored: int = 0
    failed: int = 0


@dataclass(slots=True)
class Batch:
    """One batch on its way.

    Attributes:
        decide: Decides the body of a line, whose number it gets as well.
        is_brief: Whether decisions are left out of the answers, for those who want outcomes only.
    """

    shelf: Shelf
    decide: Decide
    is_brief: bool
    count: _Count = field(default_factory=_Count)
    is_broken_off: bool = False

    async def answers(self, request: Request) -> AsyncIterator[bytes]:
        """Yield a line for each line, and a summary at the end."""
        lines: asyncio.Queue[bytes | Problem | None] = asyncio.Queue()
        reader = asyncio.create_task(self._read(request, lines))
        try:
            while (line := await lines.get()) is not None and not self.is_broken_off:
                self.count.lines += 1
                yield await self._answer(line)
            summary = {name: getattr(self.count, name) for name in ("lines", "decided", "stored", "failed")}
            yield _line({"summary": summary})
        finally:
            reader.cancel()

    async def _read(self, request: Request, lines: asyncio.Queue[bytes | Problem | None]) -> None:
        try:
            async for line in self._lines(request):
                lines.put_nowait(line)
            lines.put_nowait(None)
            await request.receive()  # nothing comes after the body but word that nobody is there any more
        except Problem as error:  # what came before it is answered, and the rest is not read
            lines.put_nowait(error)
            lines.put_nowait(None)
            return
        except ClientDisconnect:
            pass
        self.is_broken_off = True
        lines.put_nowait(None)
        log.info("a batch was broken off", extra={"lines": self.count.lines})

    async def _lines(self, request: Request) -> AsyncIterator[bytes]:
        """Yield each line that is not empty.

        Raises:
            Problem: 413, the batch is too long; 408, its next line does not come.
        """
        begun = bytearray()
        limit, seconds = self.shelf.settings.batch_limit, self.shelf.settings.request_seconds
        left = limit
        parts, clock = request.stream(), asyncio.get_running_loop().time
        end = clock() + seconds
        while (part := await _next(parts, end)) is not None:
            first, *others = part[:left].split(b"\n")
            begun += first
            for other in others:
                if begun.strip():
                    end = clock() + seconds
                    yield bytes(begun)
                begun = bytearray(other)
            left -= len(part)
            if left < 0:
                message = f"the batch is longer than {limit} bytes; the rest is not read"
                raise problem(413, "body-too-large", message, "", "send fewer lines at a time")
        if begun.strip():
            yield bytes(begun)

    async def _answer(self, line: bytes | Problem) -> bytes:
        number = self.count.lines
        try:
            if isinstance(line, Problem):
                raise line
            if len(line) > self.shelf.settings.body_limit:
                message = f"the line is longer than {self.shelf.settings.body_limit} bytes"
                raise problem(413, "body-too-large", message, "", "send fewer transfers at a time")
            found = await self.shelf.aside(partial(self.decide, number, line))
        except Exception as error:  # noqa: BLE001 - it is logged, and costs this line alone
            self.count.failed += 1
            told = json.loads(bytes(answer_of(error)))
            return _line({"line": number, "done": number, "status": told["status"], "problem": told})
        self.count.decided += 1
        self.count.stored += bool(found.id)
        head = {"line": number, "done": number, "status": 201 if found.id else 200, "id": found.id or None}
        head |= {"outcome": found.outcome}
        if self.is_brief:
            return _line(head)
        return _line(head)[:-2] + b', "decision": ' + found.written + b"}\n"


async def _next(parts: AsyncIterator[bytes], end: float) -> bytes | None:
    """Return the next part of a body, or None after the last.

    Raises:
        Problem: 408, it does not come before `end`, a time of the loop.
    """
    try:
        async with asyncio.timeout_at(end):
            return await anext(parts, None)
    except TimeoutError:
        raise too_slow("the next line did not come in time; the rest is not read") from None


class Lines(Response):
    """An answer in lines, written while the body is still read: Starlette's own would read the rest of it away."""

    media_type = MEDIA_TYPE

    def __init__(self, lines: AsyncIterator[bytes]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self.lines = lines

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send each line as it comes."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for line in self.lines:
            await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def answer_of(error: Exception) -> bytes:
    """Return the problem that a line is answered with."""
    if isinstance(error, ArrangementError):
        error = Problem(422, error.faults)
    error = problem_of_database(error) or error
    if isinstance(error, Problem):
        return bytes(answer(error).body)
    log.error("a line of a batch failed", exc_info=error)
    return bytes(internal_error(request_id.get()).body)


def _line(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode() + b"\n"
