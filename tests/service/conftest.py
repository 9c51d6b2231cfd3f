from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from engine.decision.statute import Law, load_law
from service.app import create_app
from service.examples import examples
from service.settings import Settings
from tests.rulesets_for_tests.making import shipped_law, write_rulesets
from tests.service.browser import people_at, running
from tests.service.door import Door, Open, opened
from tests.service.providing import serving
from tests.service.stored import Service, service

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.service.sitting import Desk

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def law() -> Law:
    return shipped_law()


@pytest.fixture(scope="session")
def app(law: Law) -> FastAPI:
    return create_app(law, Settings(database="none"))


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def shipped(law: Law) -> dict[str, dict[str, Any]]:
    found = dict(examples(law, ROOT / "examples"))
    assert found
    return found


@pytest.fixture
def example(shipped: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A copy that a test may change."""
    copied: dict[str, Any] = json.loads(json.dumps(shipped["thl-nih-diabetes"]))
    return copied


@pytest.fixture
def stored(database_url: str, tmp_path: Path) -> Iterator[Service]:
    """A service that stores, on each database."""
    with service(database_url, tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Law]:
    folder = write_rulesets(tmp_path_factory.mktemp("invented") / "rulesets")
    return folder, load_law(folder)


@pytest.fixture
def opening(database_url: str, invented: tuple[Path, Law]) -> Open:
    """Opens a service with other settings."""
    return lambda **more: opened(database_url, *invented, **more)


@pytest.fixture
def door(opening: Open) -> Iterator[Door]:
    with opening() as door:
        yield door


@pytest.fixture
def sqlite_door(sqlite_url: str, invented: tuple[Path, Law]) -> Iterator[Door]:
    """The same where the kind of database makes no difference."""
    with opened(sqlite_url, *invented) as door:
        yield door


# -- in a real browser ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(law: Law) -> Iterator[str]:
    """Where a service that stores nothing answers."""
    with serving(lambda _address: create_app(law, Settings(database="none"))) as address:
        yield address


# Of one module: while Playwright runs, no other test of its process could run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running() as browser:
        yield browser


@pytest.fixture
def desk(sqlite_door: Door, browser: Browser) -> Iterator[Desk]:
    """The review desk, with nobody at it yet."""
    from tests.service.sitting import Desk  # imports Playwright, which most tests have no use for

    with people_at(browser) as people:
        yield Desk(sqlite_door, people)
