"""The law being served, and the documents that are published about it; each is made once per law."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError

from engine.collecting import settle
from engine.decision.receipt import engine_version
from engine.decision.schema import arrangement_schema
from engine.decision.statute import Law, load_law
from engine.errors import EvaluationError, SafeconductError
from engine.inference.trial import trial_key, try_books
from engine.law.files import RulesetFiles, find
from service.access.keys import NewKey
from service.access.organisations import first_run
from service.access.provider import Provider
from service.limits import BAD_CREDENTIALS_PER_MINUTE, SIGN_INS_PER_MINUTE, Limiter
from service.metrics import Metrics
from service.problems import database_away, problem
from service.reforming import Reforms
from service.remembered import Remembered
from service.settings import Settings
from service.storage.database import Database, failure_of
from service.storage.upgrading import check, upgrade
from service.tracing import Tracing
from service.vocabulary import vocabulary_data
from service.wording import wording

ResultT = TypeVar("ResultT")
log = logging.getLogger("safeconduct.service")
# Deciding is Python and holds the interpreter's lock, so more threads than a few only share the same second; a few let
# a short decision pass a long one, and wait for the disk together.
_DECIDERS = 8
_WAIT_SECONDS = 2.0
_REMEMBERED_BYTES = 64 << 20


class Shelf:
    """Where the routes find the law: none until it is loaded and tried out."""

    def __init__(self, settings: Settings, metrics: Metrics, law: Law | None = None) -> None:
        self.settings = settings
        self.metrics = metrics
        self.deciders = ThreadPoolExecutor(_DECIDERS, thread_name_prefix="decide")
        self.error: Exception | None = None
        self.on_first_key: Callable[[NewKey], None] = lambda key: None
        self.tracing = Tracing(settings)
        self._published: Published | None = None
        self._database: Database | None = None
        self.limits = Limiter(settings.rate_limit)
        self.bad_credentials = Limiter(BAD_CREDENTIALS_PER_MINUTE)
        self.sign_ins = Limiter(SIGN_INS_PER_MINUTE)
        self.provider = Provider(settings) if settings.has_sign_in and self.has_storage else None
        self.reforms = Reforms(settings.rulesets)
        self._closing = threading.Event()
        if law is not None:
            self._put(law, find(self.settings.rulesets))

    async def aside(self, work: Callable[[], ResultT]) -> ResultT:
        """Work in one of the threads that decide; the context takes the request id into their log records."""
        return await asyncio.get_running_loop().run_in_executor(self.deciders, copy_context().run, work)

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

    def law_under(self, reform: str, day: date, where: str) -> Law:
        """Return the law being served under a reform, taken as in force on `day` where it would begin later.

        Raises:
            ArrangementError: There is no such reform; `where` says what named it.
        """
        published = self.published
        return self.reforms.law(published.law.library, published.files, reform, day, where)

    @property
    def is_open(self) -> bool:
        """Whether there is a law, and a database that is open."""
        return self.is_ready and self._database is not None

    @property
    def has_storage(self) -> bool:
        """Whether there is a database to keep decisions in."""
        return bool(self.settings.database_url)

    @property
    def database(self) -> Database:
        """The database.

        Raises:
            Problem: 503, it is not open yet; 404, this service keeps nothing.
        """
        if self._database is None:
            if not self.has_storage:
                help = "start the service with a database: `SAFECONDUCT_DATABASE`"
                raise problem(404, "nothing-stored", "this service stores nothing", "", help)
            raise database_away()
        return self._database

    def open_storage(self) -> None:
        """Open the database; set the embedded default up, and wait for any other while it is away.

        Raises:
            SafeconductError: Its tables are not those of this version.
        """
        if not self.has_storage or self._database is not None:
            return
        self._closing.clear()
        database = Database(self.settings.database_url)
        self.tracing.watch(database.engine)
        if self.settings.is_embedded:
            upgrade(database)
            key = database.write(first_run)
            if key is not None:
                self.on_first_key(key)
        else:
            while not self._closing.is_set() and not _is_usable(database):
                self._closing.wait(_WAIT_SECONDS)
        self._database = database

    def close(self) -> None:
        """Close the database."""
        self._closing.set()
        if self._database is not None:
            self._database.close()
            self._database = None

    def load(self) -> None:
        """Open the database, load the law, try it out in a child process, and put it on the shelf.

        Raises:
            SafeconductError: It cannot be used; told in `error` as well.
        """
        try:
            self.open_storage()
            if self.is_ready:
                return
            files = find(self.settings.rulesets)
            law = load_law(self.settings.rulesets)
            if files.digest() != law.library.digest:
                raise EvaluationError("the files of the law changed while they were read")
            _try_out(law, self.settings.trial_seconds)
            self._put(law, files)
            settle()
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

    def _put(self, law: Law, files: RulesetFiles) -> None:
        published = Published(law, files)
        published.prepare()
        self.metrics.law.labels(law.library.digest, engine_version()).set(1)
        self.metrics.ready.set(1)
        self._published = published
        extra = {"sha256": law.library.digest, "instruments": len(law.library.instruments)}
        log.info("the law is loaded", extra=extra)


class Published:
    """A law with its vocabulary and schema as bytes."""

    def __init__(self, law: Law, files: RulesetFiles) -> None:
        self.law = law
        self.files = files
        self.is_kept = False  # whether the database has its files
        self.remembered: Remembered[Any] = Remembered(_REMEMBERED_BYTES)  # decisions by this law

    def prepare(self) -> None:
        """Make what would keep a first caller waiting."""
        _ = self.schema, self.schema_bytes, self.vocabulary_bytes, self.wording_bytes
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

    @cached_property
    def wording_bytes(self) -> bytes:
        """What the form for people is made of, as compressed JSON."""
        return wording(self.law, self.schema, self.files)


def _is_usable(database: Database) -> bool:
    try:
        check(database)
    except DBAPIError as error:
        if not failure_of(error):
            raise
        log.warning("the database is away", extra={"reason": failure_of(error)})
        return False
    return True


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
