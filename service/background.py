"""Work that goes on beside requests: webhooks are sent, agreements are watched, what is over is cleared away.

Each kind has a thread that never ends by a failure: it is logged, and tried again later. Everything that a thread does
is written down step by step, so that it can be stopped anywhere.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection, delete

from service.published import Shelf
from service.storage.columns import now
from service.storage.tables import idempotency, sessions, sign_ins
from service.telling.delivering import deliver, depths
from service.watch import look

log = logging.getLogger("safeconduct.background")
# Long enough for every client that tries again; then the key may mean something new.
KEY_DAYS = 7
_GOODBYE_SECONDS = 15


class Background:
    """The threads of one service."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._ending = threading.Event()
        work: list[tuple[str, float, Callable[[], object]]] = [
            ("deliver", 1.0, lambda: deliver(shelf.database, shelf.settings.webhook_networks, shelf.tracing.tracer)),
            ("watch", 60.0, lambda: look(shelf)),
            ("tidy", 3600.0, lambda: shelf.database.write(tidy)),
            ("measure", 15.0, lambda: measure(shelf)),
        ]
        self._threads = [threading.Thread(target=self._run, args=each, name=each[0], daemon=True) for each in work]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End: what is being done is done, and nothing new begun."""
        self._ending.set()
        for thread in self._threads:
            thread.join(_GOODBYE_SECONDS)

    def _run(self, name: str, seconds: float, work: Callable[[], object]) -> None:
        while not self._ending.wait(0.0 if self.shelf.is_open else 0.5):
            if not self.shelf.is_open:
                continue
            try:
                while name == "deliver" and work() and not self._ending.is_set():
                    pass  # more may be due
                if name != "deliver":
                    work()
            except Exception as error:
                log.error("work in the background failed", extra={"work": name}, exc_info=error)
            self._ending.wait(seconds)


def measure(shelf: Shelf) -> None:
    """Put the depths of the queues into the metrics."""
    with shelf.database.reading() as connection:
        for state, count in depths(connection).items():
            shelf.metrics.deliveries.labels(state).set(count)


def tidy(connection: Connection) -> None:
    """Remove what is over."""
    connection.execute(delete(idempotency).where(idempotency.c.created_at < now() - timedelta(days=KEY_DAYS)))
    for table in (sessions, sign_ins):
        connection.execute(delete(table).where(table.c.expires_at <= now()))
