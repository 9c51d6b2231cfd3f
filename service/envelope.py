"""Around every request: its id, the log line, metrics, security headers, and the answer to a failure of ours."""

from __future__ import annotations

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import request_id
from service.metrics import Metrics
from service.problems import internal_error

log = logging.getLogger("safeconduct.request")
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_OURS = re.compile(r"[a-z]{2,4}_[0-9a-hjkmnp-tv-z]{26}\Z")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
_SECURITY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Envelope:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and see that it is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            await self._answer({**scope, "method": "GET"}, receive, _without_body(send), "HEAD")
        else:
            await self._answer(scope, receive, send, scope["method"])

    async def _answer(self, scope: Scope, receive: Receive, send: Send, method: str) -> None:
        given = Headers(scope=scope).get("x-request-id", "")
        name = given if _ID.match(given) else uuid4().hex
        token = request_id.set(name)
        start = time.perf_counter()
        status = 0

        async def send_sealed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(raw=message["headers"])
                headers["X-Request-ID"] = name
                for key, value in _SECURITY.items():
                    headers.setdefault(key, value)
            await send(message)

        try:
            await self.app(scope, receive, send_sealed)
        except ClientDisconnect:
            status = 499  # nobody is left to answer
        except Exception:
            log.exception("the request failed")
            if not status:
                await internal_error(name)(scope, receive, send_sealed)
        finally:
            self._record(scope, method, status, time.perf_counter() - start)
            request_id.reset(token)

    def _record(self, scope: Scope, method: str, status: int, seconds: float) -> None:
        path = getattr(scope.get("route"), "path", "unknown")
        method = method if method in _METHODS else "other"
        self.metrics.requests.labels(path, method, str(status)).observe(seconds)
        level = logging.DEBUG if path in _QUIET else logging.INFO
        if log.isEnabledFor(level):
            # The template of the path, and of what stands in it our own ids: the rest is what somebody typed.
            ids = [each for each in scope.get("path_params", {}).values() if _OURS.match(str(each))]
            extra = {"method": method, "path": path, "status": status, **({"object": ids[0]} if ids else {})}
            log.log(level, "request", extra={**extra, "milliseconds": round(seconds * 1000, 2)})


def _without_body(send: Send) -> Send:
    """Return a way to send the head of an answer alone: HEAD is GET without what it shows."""

    async def send_head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return send_head
