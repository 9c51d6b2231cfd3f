"""Many threads write in one transaction: what is acknowledged is committed, and who fails, fails alone."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from service.storage.database import Database
from service.storage.together import Together

sizes: list[int] = []


def put(connection: Connection, names: Sequence[str]) -> None:
    sizes.append(len(names))
    for name in names:
        connection.execute(text("INSERT INTO marks VALUES (:name)"), {"name": name})


@pytest.fixture
def marks(database: Database) -> Database:
    sizes.clear()
    database.write(lambda connection: connection.execute(text("CREATE TABLE marks (name VARCHAR(40) PRIMARY KEY)")))
    return database


def kept(database: Database) -> list[str]:
    with database.reading() as connection:
        return sorted(connection.execute(text("SELECT name FROM marks")).scalars())


def test_what_waits_is_written_in_one_transaction_and_acknowledged_once_it_is_committed(marks: Database) -> None:
    names = [f"n{number:02}" for number in range(40)]

    def add(name: str) -> bool:
        marks.write_together(put, name)
        return name in kept(marks)

    with ThreadPoolExecutor(20) as threads:
        assert all(threads.map(add, names))
    assert kept(marks) == names
    assert sum(sizes) == len(names)
    assert len(sizes) < len(names)


def held(together: Together[str], first: str, others: Sequence[str]) -> list[BaseException | None]:
    """Let others come while the first is being written, and return what each was told."""
    with ThreadPoolExecutor(len(others) + 1) as threads:
        futures: list[Future[None]] = [threads.submit(together.add, first)]
        is_writing.wait(10)
        futures += [threads.submit(together.add, name) for name in others]
        while len(together._waiting) < len(others):
            pass
        may_go_on.set()
        return [future.exception(10) for future in futures]


is_writing, may_go_on = threading.Event(), threading.Event()


def test_an_item_that_cannot_be_written_costs_no_other(marks: Database) -> None:
    marks.write_together(put, "b")
    is_writing.clear()
    may_go_on.clear()

    def write(names: Sequence[str]) -> None:
        is_writing.set()
        may_go_on.wait(10)
        marks.write(lambda connection: put(connection, names))

    told = held(Together(write, lambda error: isinstance(error, IntegrityError)), "first", ["a", "b", "c"])
    assert [type(error) for error in told] == [type(None), type(None), IntegrityError, type(None)]
    assert kept(marks) == ["a", "b", "c", "first"]


def test_where_the_database_fails_nobody_is_told_that_it_was_written_and_nothing_is_tried_one_by_one() -> None:
    is_writing.clear()
    may_go_on.clear()
    tried: list[Sequence[str]] = []

    def write(names: Sequence[str]) -> None:
        tried.append(names)
        is_writing.set()
        may_go_on.wait(10)
        raise OSError("away")

    told = held(Together(write, lambda _: False), "first", ["a", "b", "c"])
    assert [str(error) for error in told] == ["away"] * 4
    assert [len(names) for names in tried] == [1, 3]


def test_of_a_batch_that_cannot_be_committed_nothing_is_there(marks: Database) -> None:
    with pytest.raises(DBAPIError):
        marks.write(lambda connection: put(connection, ["x", "y", "x"]))
    assert kept(marks) == []
