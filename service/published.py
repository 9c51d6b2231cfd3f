"""The law being served, and the documents that are published about it; each is made once per law."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.decision.receipt import engine_version
from engine.decision.schema import arrangement_schema
from engine.decision.statute import Law, load_law
from engine.errors import SafeconductError
from engine.inference.trial import trial_key, try_books
from service.metrics import Metrics
from service.problems import problem
from service.settings import Settings
from service.vocabulary import vocabulary_data

log = logging.getLogger("safeconduct.service")
# Deciding is Python and holds the interpreter's lock, so more threads than a few only share the same second; a few let
# a short decision pass a long one.
_DECIDERS = 4


class Shelf:
    """Where the routes find the law: none until it is loaded and tried out."""

    def __init__(self, settings: Settings, metrics: Metrics, law: Law | None = None) -> None:
        self.settings = settings
        self.metrics = metrics
        self.deciders = ThreadPoolExecutor(_DECIDERS, thread_name_prefix="decide")
        self.error: Exception | None = None
        self._published: Published | None = None
        if law is not None:
            self._put(law)

    @property
    def is_ready(self) -> bool:
        """Whether there is a law to decide by."""
        return self._published is not None

    @property
    def published(self) -> Published:
        """The law and its documents.

        Raises:
            Problem: 503, it is not loaded yet.
        """
        if self._published is None:
            help = "try again in a second"
            raise problem(503, "not-ready", "the law is still being loaded", "", help, {"Retry-After": "1"})
        return self._published

    def load(self) -> None:
        """Load the law, try it out in a child process, and put it on the shelf.

        Raises:
            SafeconductError: It cannot be used; told in `error` as well.
        """
        try:
            law = load_law(self.settings.rulesets)
            _try_out(law, self.settings.trial_seconds)
            self._put(law)
        except SafeconductError as error:
            self.error = error
            raise

    def load_in_background(self, on_failure: Callable[[], None]) -> None:
        """Load the law in a thread of its own."""

        def run() -> None:
            try:
                self.load()
            except Exception as error:
                self.error = error
                log.critical("the law cannot be served", exc_info=not isinstance(error, SafeconductError))
                on_failure()

        threading.Thread(target=run, name="load", daemon=True).start()

    def _put(self, law: Law) -> None:
        published = Published(law)
        published.prepare()
        self.metrics.law.labels(law.library.digest, engine_version()).set(1)
        self.metrics.ready.set(1)
        self._published = published
        extra = {"sha256": law.library.digest, "instruments": len(law.library.instruments)}
        log.info("the law is loaded", extra=extra)


class Published:
    """A law with its vocabulary and schema as bytes."""

    def __init__(self, law: Law) -> None:
        self.law = law

    def prepare(self) -> None:
        """Make what would keep a first caller waiting."""
        _ = self.schema, self.schema_bytes, self.vocabulary_bytes
        self.law.programs(date.today())  # noqa: DTZ011 - the day that most callers ask about

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of an arrangement."""
        return arrangement_schema(self.law.library)

    @cached_property
    def schema_bytes(self) -> bytes:
        """The same as text."""
        return json.dumps(self.schema, ensure_ascii=False).encode()

    @cached_property
    def vocabulary_bytes(self) -> bytes:
        """Everything that can be said in an arrangement, as JSON."""
        return json.dumps(vocabulary_data(self.law.library), ensure_ascii=False).encode()


def _try_out(law: Law, seconds: int) -> None:
    """Try the statute book of every day, unless the same law was tried by the same code before."""
    mark = _marks() / trial_key(law.library.digest)
    if mark.exists():
        return
    networks = try_books((law.programs(day) for day in (date.min, *law.books.change_days)), seconds)
    log.info("the law was tried out", extra={"networks": networks})
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError as error:  # a read-only file system: it is tried again next time
        log.info("the trial is not remembered", extra={"reason": str(error)})


def _marks() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "safeconduct" / "tried"
