"""HTTP/1.1 with an end to waiting, for a head that comes drop by drop as for an answer that nobody takes.

How long a body may take is seen to where it is read, in `service.bodies`. Uvicorn bounds only how long a connection may
be silent between two requests.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.problems import answer, too_slow


def patient(seconds: float) -> type[H11Protocol]:
    """Return the protocol of a server.

    Args:
        seconds: How long it waits for the head of a request, for the rest of one that is answered, and for room to
            write more of an answer.
    """
    return type("Patient", (_Patient,), {"seconds": seconds})


class _Patient(H11Protocol):
    seconds: float
    _timer: asyncio.TimerHandle | None = None
    _writing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._writing is None:
            self._writing = self.loop.call_later(self.seconds, self.transport.abort)

    def resume_writing(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        if self._writing is not None:
            self._writing.cancel()
        super().connection_lost(exc)

    def _watch(self) -> None:
        theirs, ours = self.conn.their_state, self.conn.our_state
        # A body that nobody reads any more was answered before it ended.
        is_waiting = theirs is h11.IDLE or (theirs is h11.SEND_BODY and ours in (h11.DONE, h11.MUST_CLOSE))
        if not is_waiting:
            self._stop()
        elif self._timer is None:
            self._timer = self.loop.call_later(self.seconds, self._give_up)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        begun, _ = self.conn.trailing_data
        if self.conn.their_state is h11.IDLE and begun:
            self.transport.write(_told(self.seconds))
        self.transport.close()


def _told(seconds: float) -> bytes:
    response = answer(too_slow(f"the head of the request did not come within {seconds:g} s"))
    head = b"".join(b"%s: %s\r\n" % each for each in response.raw_headers)
    return b"HTTP/1.1 408 Request Timeout\r\n" + head + b"\r\n" + bytes(response.body)
