"""Clients that keep a server busy: each stores decisions and takes agreements from draft to active, in turn.

Every request has an idempotency key and is sent again, to the letter, until it is answered with success; so at the end
what must be there is known exactly.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import Connection

from service.access import keys, organisations
from service.storage.database import Database
from tests.service.stored import SAFEGUARDS, small

EVALUATIONS = 3
_SIGNOFF = {"verdict": "approve", "role": "data_protection_officer", "reviewer": "0000-0002-1825-0097"}
_WHY = {"reason": "as discussed"}
# What is done to each agreement: by whom, where, and the kind of act it leaves.
ACTS: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("submitter", "steps", {"to": "submitted", **_WHY}, "stepped"),
    ("reviewer", "steps", {"to": "in_review", **_WHY}, "stepped"),
    ("submitter", "comments", {"text": "please soon"}, "commented"),
    ("reviewer", "signoffs", {**_SIGNOFF, **_WHY}, "signed"),
    ("reviewer", "steps", {"to": "approved", **_WHY}, "stepped"),
    ("submitter", "steps", {"to": "active", **_WHY}, "stepped"),
)
POSTS = EVALUATIONS + 1 + len(ACTS)  # of one round of one sender


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An answer that a client has read to its end."""

    path: str
    location: str
    version: int
    sha256: str
    is_replayed: bool


@dataclass(slots=True)
class Sender:
    """One client. Its `name` is the beginning of the titles of what it sends and of its idempotency keys."""

    name: str
    keys: dict[str, str]
    ending: threading.Event
    rounds: int | None
    port: int = 0
    acknowledged: dict[str, Acknowledged] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    retried: int = 0
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        for number in count() if self.rounds is None else range(self.rounds):
            if not self._round(f"{self.name}-{number}"):
                return

    def _round(self, name: str) -> bool:
        """Return whether all was done, rather than broken off; every second client begins with an agreement."""
        parts = [self._evaluations, self._agreement]
        return all(part(name) for part in (parts if int(self.name) % 2 else reversed(parts)))

    def _evaluations(self, name: str) -> bool:
        titles = [f"{name}-e{number}" for number in range(EVALUATIONS)]
        return all(self._until_done(each, "submitter", "/v1/evaluations", small(title=each)) for each in titles)

    def _agreement(self, name: str) -> bool:
        body = {"arrangement": small(title=f"{name}-a", measures=SAFEGUARDS)}
        begun = self._until_done(f"{name}-a", "submitter", "/v1/agreements", body)
        return begun is not None and all(
            self._until_done(f"{name}-a{version}", role, f"{begun.location}/{path}", body, version)
            for version, (role, path, body, _) in enumerate(ACTS, start=1)
        )

    def _until_done(self, name: str, role: str, path: str, body: Any, version: int = 0) -> Acknowledged | None:
        headers = {"Authorization": f"Bearer {self.keys[role]}", "Idempotency-Key": name}
        headers |= {"Content-Type": "application/json", **({"If-Match": f'"{version}"'} if version else {})}
        while not self.ending.is_set():
            answer = self._send(path, json.dumps(body), headers)
            if answer:
                self.acknowledged[name] = answer
                return answer
            self.retried += 1
            time.sleep(0.05)
        return None

    def _send(self, path: str, body: str, headers: dict[str, str]) -> Acknowledged | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        self.statuses.append(response.status)
        if response.status not in (200, 201):
            if response.status != 503 or not response.headers["retry-after"]:
                self.faults.append(f"{path}: {response.status} {content.decode()}")
            return None
        version = int((response.headers["etag"] or "0").strip('"'))
        digest = hashlib.sha256(content).hexdigest()
        replayed = response.headers["idempotency-replayed"] == "true"
        return Acknowledged(path, response.headers["location"], version, digest, replayed)


@contextmanager
def sending(database: Database, senders: int, rounds: int | None = None) -> Iterator[list[Sender]]:
    """Yield clients of a new organisation, not yet begun; in the end they are stopped.

    Nothing may have failed but connections, and whoever is turned away with 503 is told when to try again.
    """
    ending = threading.Event()
    given = database.write(_found)
    made = [Sender(str(number), given, ending, rounds) for number in range(senders)]
    yield made
    ending.set()
    for sender in made:
        if sender.thread.ident is not None:
            sender.thread.join(90)
            assert not sender.thread.is_alive()
        assert not sender.faults


def _found(connection: Connection) -> dict[str, str]:
    administrator, _ = keys.identify(connection, organisations.found(connection, "ours").text)
    assert administrator
    return {role: keys.make(connection, administrator, role, [role]).text for role in ("submitter", "reviewer")}


def begin(senders: list[Sender], port: int) -> None:
    """Let clients talk to a port from now on, and start them where they have not been started."""
    for sender in senders:
        sender.port = port
        if sender.thread.ident is None:
            sender.thread.start()


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def acknowledged(senders: list[Sender]) -> dict[str, Acknowledged]:
    """Return what was acknowledged to any of them by now."""
    return {name: each for sender in senders for name, each in list(sender.acknowledged.items())}


def until_acknowledged(senders: list[Sender], number: int) -> None:
    until(lambda: sum(len(sender.acknowledged) for sender in senders) >= number)
