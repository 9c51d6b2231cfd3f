"""Receive webhooks and verify who sent them, with nothing but the standard library.

    SECRET=whsec_... python examples/webhook_receiver.py 9000

The secret is shown when the webhook is made (`POST /v1/webhooks`). A service on this machine sends here only where it
is allowed to: `SAFECONDUCT_WEBHOOK_NETWORKS=127.0.0.0/8`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

TOLERANCE_SECONDS = 300
MOST_BYTES = 1_000_000


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> dict[str, Any]:
    """Return the event in a body.

    Raises:
        ValueError: It was not signed with the secret, or too long ago: perhaps somebody sends an old one again.
    """
    name, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent.isdecimal() or abs(now - int(sent)) > TOLERANCE_SECONDS:
        raise ValueError("too old, or from the future")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = hmac.new(key, f"{name}.{sent}.".encode() + body, hashlib.sha256).digest()
    wanted = f"v1,{base64.b64encode(signature).decode()}"
    # There are several while a secret is replaced.
    if not any(hmac.compare_digest(wanted, given) for given in headers.get("webhook-signature", "").split()):
        raise ValueError("not signed with this secret")
    event: dict[str, Any] = json.loads(body)
    return event


class Receiver(BaseHTTPRequestHandler):
    """Prints each event once."""

    seen: set[str] = set()  # noqa: RUF012 - of the process; a real receiver keeps it in its database

    def do_POST(self) -> None:
        """Receive one."""
        body = self.rfile.read(min(int(self.headers.get("content-length", 0)), MOST_BYTES))
        try:
            event = verify(os.environ["SECRET"], self.headers, body, time.time())  # type: ignore[arg-type]
        except ValueError as error:
            self.send_error(400, str(error))
            return
        if event["id"] not in self.seen:
            self.seen.add(event["id"])
            print(event["time"], event["type"], event["subject"], event["data"], flush=True)
        self.send_response(204)
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
