"""Databases to test on: SQLite in a file and PostgreSQL, each test with one of its own.

PostgreSQL is looked for at `SAFECONDUCT_TEST_POSTGRESQL` (default: user postgres on 127.0.0.1:5432), and a database is
made there for each test and dropped after it. Where it does not answer, its tests FAIL: half of the storage would be
untested, and a skip is easily overlooked. `SAFECONDUCT_TEST_POSTGRESQL=none` says on purpose that it is left out; the
tests are then skipped, and the last line of the run says so. So it does where there is no browser to test pages in.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from service.storage.database import Database
from service.storage.upgrading import upgrade
from tests.service.browser import browser_here, why_none

SERVER = os.environ.get("SAFECONDUCT_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
KINDS = ("sqlite", "postgresql")


def _run(statement: str) -> None:
    with psycopg.connect(SERVER, autocommit=True, connect_timeout=5) as connection:
        connection.execute(statement.encode())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded database in a file, to be copied: whoever closes it last leaves no other file beside it."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    database = Database(str(path))
    upgrade(database)
    database.close()
    assert list(path.parent.iterdir()) == [path]
    return path


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[str]:
    """The name of an upgraded database, to be copied."""
    if SERVER == "none":
        pytest.skip("PostgreSQL is left out: SAFECONDUCT_TEST_POSTGRESQL=none")
    name = f"safeconduct_test_{secrets.token_hex(6)}"
    try:
        _run(f"CREATE DATABASE {name}")
    except psycopg.OperationalError as error:
        pytest.fail(
            f"no PostgreSQL to test on ({error}); start one on 127.0.0.1:5432, name one in "
            "SAFECONDUCT_TEST_POSTGRESQL, or leave it out with SAFECONDUCT_TEST_POSTGRESQL=none",
            pytrace=False,
        )
    database = Database(address(name))
    upgrade(database)
    database.close()
    yield name
    _run(f"DROP DATABASE {name} WITH (FORCE)")


def address(name: str) -> str:
    return SERVER.rpartition("/")[0] + f"/{name}"


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the kind of the test: for tests marked by `on_both`."""
    if request.param == "sqlite":
        yield str(tmp_path / "test.sqlite3")
        return
    request.getfixturevalue("postgresql_template")  # finds out whether there is a server
    yield from fresh_database()


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The same with all tables."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    template = request.getfixturevalue("postgresql_template")
    yield from fresh_database(f" TEMPLATE {template}")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a database of SQLite with all tables."""
    return str(shutil.copyfile(sqlite_template, tmp_path / "test.sqlite3"))


@pytest.fixture
def postgresql_url(postgresql_template: str) -> Iterator[str]:
    """The address of a database of PostgreSQL with all tables."""
    yield from fresh_database(f" TEMPLATE {postgresql_template}")


def fresh_database(how: str = "") -> Iterator[str]:
    """Make a database of PostgreSQL, yield its address, and drop it."""
    name = f"safeconduct_test_{secrets.token_hex(6)}"
    _run(f"CREATE DATABASE {name}{how}")
    yield address(name)
    _run(f"DROP DATABASE {name} WITH (FORCE)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name in ("database_url", "empty_url"):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, KINDS, indirect=True)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if SERVER == "none":
        terminalreporter.write_line("NOT TESTED ON POSTGRESQL: SAFECONDUCT_TEST_POSTGRESQL=none", red=True, bold=True)
    if browser_here() is None:
        terminalreporter.write_line(f"NOT TESTED IN A BROWSER: {why_none()}", red=True, bold=True)
