"""Connections: SQLite in a file, or PostgreSQL by URL. One way to read, one way to write, the same on both."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from engine.errors import SafeconductError
from service.storage.raw import tolerating
from service.storage.together import Together

ResultT = TypeVar("ResultT")
ItemT = TypeVar("ItemT")
_POOL = 8
_OVERFLOW = 8
_CONNECT_SECONDS = 3
_LOCK_SECONDS = 15
_TRIES = 4
# Deadlock and serialization failure: the transaction was rolled back whole, and a second try is right.
_AGAIN = frozenset({"40001", "40P01"})
_POSTGRESQL_OPTIONS = f"-c statement_timeout=60s -c lock_timeout={_LOCK_SECONDS}s -c timezone=UTC"


class DatabaseUrlError(SafeconductError):
    """An address of a database that cannot be used."""


class Database:
    """A database with its pool of connections. Safe to share among threads."""

    def __init__(self, url: str) -> None:
        self.url = read_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgresql(self.url)
        self._turn = threading.Lock()
        self._together: dict[Any, Together[Any]] = {}

    @property
    def shown(self) -> str:
        """Its address, for people to see: no password is in it."""
        return shown_url(self.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection in one transaction, to read with."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """Yield a connection for one statement that reads.

        PostgreSQL needs no transaction around it, which would be two more ways there and back.
        """
        options = {} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        with self.engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that is committed at the end, or rolled back when something is raised.

        On SQLite it takes the write lock at once: a transaction that reads first and wants to write later could find
        that another has written in between, and nothing but a retry would help. Threads of this process queue for it:
        SQLite itself would let them sleep and try again, and some of them would wait very long.
        """
        with self._queued(), self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Yield a connection to check with: it sees one moment, however many statements are made, and any text."""
        with self.engine.connect() as connection:
            if not self.is_sqlite:
                yield connection.execution_options(isolation_level="REPEATABLE READ")
                return
            # On SQLite a transaction sees nothing else than its moment.
            with tolerating(connection):
                yield connection

    @contextmanager
    def _queued(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=_LOCK_SECONDS):
            raise PoolTimeoutError("others write for too long")
        try:
            yield
        finally:
            self._turn.release()

    def write(self, work: Callable[[Connection], ResultT]) -> ResultT:
        """Run `work` in a transaction; again where the database asks for that. It must do nothing but write there."""
        for tries_left in reversed(range(_TRIES)):
            try:
                with self.writing() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not tries_left or getattr(error.orig, "sqlstate", None) not in _AGAIN:
                    raise
        raise AssertionError

    def write_together(self, work: Callable[[Connection, Sequence[ItemT]], None], item: ItemT) -> None:
        """Run `work` for an item in a transaction with those that other threads bring at the time.

        Args:
            work: A function of a module, by which items find together. As in `write`, it may run more than once.
        """
        made: Together[ItemT] = Together(
            lambda items: self.write(lambda connection: work(connection, items)), _is_of_one
        )
        self._together.setdefault(work, made).add(item)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def read_url(text: str) -> URL:
    """Return the address of a database; a path alone is a file of SQLite.

    Raises:
        DatabaseUrlError: It is neither SQLite nor PostgreSQL, or cannot be read.
    """
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise DatabaseUrlError("the address of the database cannot be read") from None
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite":
        return url
    raise DatabaseUrlError(f"`{url.drivername[:40]}` is no database of ours; use SQLite or PostgreSQL")


def shown_url(url: URL) -> str:
    """Return an address without its password."""
    return url.difference_update_query(["password"]).render_as_string(hide_password=True)


def failure_of(error: BaseException) -> str:
    """Return `away`, `full` or `busy` where a database cannot be used just now, else an empty string."""
    if isinstance(error, PoolTimeoutError):
        return "busy"
    if not isinstance(error, DBAPIError):
        return ""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _SQLITE_FAILURES.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF, "")
    state = getattr(cause, "sqlstate", None)
    if state == "53100":
        return "full"
    if state in ("55P03", "57014", *_AGAIN):
        return "busy"
    # Connection failures have no state at all; classes 08, 53 and 57 are connections, resources and shutdowns.
    away = error.connection_invalidated or (state or "08")[:2] in ("08", "53", "57")
    return "away" if away and type(error).__name__ in ("OperationalError", "InterfaceError") else ""


def _is_of_one(error: Exception) -> bool:
    return not failure_of(error)


_SQLITE_FAILURES = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR: "away",
    sqlite3.SQLITE_CANTOPEN: "away",
    sqlite3.SQLITE_READONLY: "away",
}


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _keep_private(Path(url.database))
    engine = create_engine(
        url,
        pool_size=_POOL,
        max_overflow=_OVERFLOW,
        pool_timeout=_LOCK_SECONDS,
        connect_args={"timeout": _LOCK_SECONDS},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _keep_private(file: Path) -> None:
    """Make a file that nobody else can read, unless it is there; SQLite gives the files beside it the same mode."""
    with suppress(OSError):  # why it cannot be made, whoever opens it says
        file.touch(mode=0o600, exist_ok=False)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Transactions are begun by us: the driver would begin none before a read, and never one that is immediate.
    connection.isolation_level = None
    cursor = connection.cursor()
    for name, value in (("journal_mode", "WAL"), ("synchronous", "FULL"), ("foreign_keys", "ON")):
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url,
        pool_size=_POOL,
        max_overflow=_OVERFLOW,
        pool_timeout=_LOCK_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,  # an error is logged, and values are what callers sent
        connect_args={"connect_timeout": _CONNECT_SECONDS, "options": _POSTGRESQL_OPTIONS},
    )
