"""Who may do what: the table of routes, keys, and what somebody without one may do."""

from __future__ import annotations

import hmac
import re
import statistics
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from starlette.testclient import TestClient

from engine.decision.statute import Law
from service.access import keys
from service.access.permissions import ANONYMOUS, PERMISSIONS, ROLES, permissions_of
from service.access.routes import GUARDS, methods_and_paths
from service.app import create_app
from service.settings import Settings
from service.storage.columns import now
from service.storage.database import Database
from service.storage.tables import api_keys, organisations
from service.storage.upgrading import upgrade
from tests.service.asking import codes, problem
from tests.service.stored import Service, service, small

READ = {"law:read", "evaluations:read", "agreements:read"}
WHO: dict[str, frozenset[str]] = {
    # Written out by hand: changing what a role may do is to be a decision, not an accident.
    "reader": frozenset(READ),
    "submitter": frozenset({*READ, "evaluate", "evaluations:write", "agreements:write"}),
    "reviewer": frozenset({*READ, "evaluate", "agreements:review"}),
    "rule_author": frozenset({*READ, "evaluate"}),
    "administrator": frozenset(PERMISSIONS) - {"agreements:review"},
}


def test_the_table_names_every_route_and_no_other(app: FastAPI) -> None:
    assert set(methods_and_paths(app.routes)) == set(GUARDS)


def test_a_route_that_the_table_does_not_name_keeps_the_service_from_starting(
    law: Law, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = {key: guard for key, guard in GUARDS.items() if key != ("GET", "/v1/evaluations")}
    monkeypatch.setattr("service.access.routes.GUARDS", fewer)
    with pytest.raises(AssertionError, match=r"\('GET', '/v1/evaluations'\)"):
        create_app(law, Settings(database="none"))


def test_what_each_role_may_do_is_what_it_should() -> None:
    assert ROLES == WHO


def test_every_route_asks_everybody_for_what_the_table_says(stored: Service) -> None:
    for (method, path), guard in GUARDS.items():
        filled = re.sub(r"\{\w+\}", "x", path)
        allowed = {role for role in ROLES if guard in ("public", "known") or guard in ROLES[role]}
        for role in ROLES:
            status = stored.ask(method, filled, role).status_code
            assert (status not in (401, 403)) == (role in allowed), (method, path, role, status)
        nobody = stored.ask(method, filled)
        if guard == "public":
            assert nobody.status_code not in (401, 403)
        else:
            assert codes(nobody, 401) == {"header:Authorization": "credentials-needed"}, (method, path)
            assert nobody.headers["www-authenticate"].startswith("Bearer")
            assert codes(stored.ask(method, filled, key="sck_x.y"), 401) == {"header:Authorization": "bad-credentials"}


def test_a_refusal_comes_before_anything_about_the_request(stored: Service) -> None:
    assert codes(stored.ask("GET", "/v1/evaluations?limit=x&y=z"), 401)
    assert codes(stored.ask("POST", "/v1/evaluations", content=b"{"), 401)


# -- keys -------------------------------------------------------------------------------------------------------------


def test_the_text_of_a_key_is_nowhere_in_the_database(stored: Service) -> None:
    text = stored.key("reader")
    secret = text.partition(".")[2]
    assert len(secret) == 43  # 256 bits
    with stored.database.reading() as connection:
        rows = connection.execute(select(api_keys)).mappings().all()
    assert all(secret not in str(dict(row)) for row in rows)


def change(stored: Service, text: str, **values: Any) -> None:
    with stored.database.writing() as connection:
        connection.execute(update(api_keys).where(api_keys.c.id == text.partition(".")[0]).values(**values))


def test_keys_that_ended_or_are_wrong_are_all_refused_alike(stored: Service) -> None:
    good = stored.key("reader")
    name, _, secret = good.partition(".")
    expired = stored.key("reader", expires_at=now() - timedelta(seconds=1))
    revoked = stored.key("reader", "submitter")
    change(stored, revoked, revoked_at=now())
    wrong = [
        expired,
        revoked,
        name,
        f"{name}.",
        f"{name}.{secret}x",
        f"{name}.{secret[:-1]}",
        f"sck_{'0' * 26}.{secret}",
    ]
    answers = {stored.ask("GET", "/v1/facts", key=text).text for text in [*wrong, "x", ".", "\x7f"]}
    assert len(answers) == 1
    assert stored.ask("GET", "/v1/facts", key=good).status_code == 200


def test_a_header_that_is_no_bearer_is_refused(stored: Service) -> None:
    good = stored.key("reader")
    for value in ("", "Bearer", "Basic " + good, good, "Bearer  "):
        response = stored.client.get("/v1/facts", headers={"Authorization": value})
        assert codes(response, 401) == {"header:Authorization": "bad-credentials"}, value
    assert stored.client.get("/v1/facts", headers={"Authorization": f"bearer {good}"}).status_code == 200


def test_a_key_does_no_more_than_its_scopes(stored: Service) -> None:
    text = stored.key("administrator", scopes=["evaluations:read", "metrics:read"])
    assert stored.ask("GET", "/v1/evaluations", key=text).status_code == 200
    assert codes(stored.ask("POST", "/v1/evaluations", key=text, json=small()), 403) == {"": "not-allowed"}
    assert permissions_of(["reader"], ["keys:manage", "law:read"]) == {"law:read"}


def test_counters_of_all_organisations_are_read_by_the_first(stored: Service) -> None:
    assert stored.ask("GET", "/metrics", "administrator").status_code == 200
    assert codes(stored.ask("GET", "/metrics", "administrator", of="theirs"), 403) == {"": "not-allowed"}


def test_the_last_use_is_written_at_most_once_a_minute(stored: Service) -> None:
    text = stored.key("reader")

    def used() -> Any:
        with stored.database.reading() as connection:
            query = select(api_keys.c.last_used_at).where(api_keys.c.id == text.partition(".")[0])
            return connection.execute(query).scalar_one()

    assert used() is None
    stored.ask("GET", "/v1/facts", key=text)
    first = used()
    assert now() - first < timedelta(minutes=1)
    stored.ask("GET", "/v1/facts", key=text)
    assert used() == first
    change(stored, text, last_used_at=now() - timedelta(seconds=61))
    stored.ask("GET", "/v1/facts", key=text)
    assert used() > first


def test_guessing_takes_as_long_for_a_key_that_is_there(stored: Service) -> None:
    name = stored.key("reader").partition(".")[0]
    guesses = {"there": f"{name}.{'x' * 43}", "not there": f"sck_{'0' * 26}.{'x' * 43}"}
    seconds: dict[str, list[float]] = {kind: [] for kind in guesses}
    with stored.database.reading() as connection:
        for _ in range(300):
            for kind, text in guesses.items():
                start = time.perf_counter()
                assert keys.identify(connection, text)[0] is None
                seconds[kind].append(time.perf_counter() - start)
    there, not_there = (statistics.median(seconds[kind]) for kind in guesses)
    assert there < 2.5 * not_there  # reading a row costs something; comparing a secret must not


def test_secrets_are_compared_in_constant_time_whatever_is_guessed(
    stored: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, _, secret = stored.key("reader").partition(".")
    guesses = {f"{name}.{secret}": True, f"{name}.{'x' * 43}": False, f"{name}.": False}
    guesses |= {f"sck_{'0' * 26}.{secret}": False, "x": False, "": False}
    compared: list[tuple[str, str]] = []
    real = hmac.compare_digest

    def compare(given: str, kept: str) -> bool:
        compared.append((given, kept))
        return real(given, kept)

    monkeypatch.setattr("service.access.keys.hmac.compare_digest", compare)
    with stored.database.reading() as connection:
        for text, is_good in guesses.items():
            assert (keys.identify(connection, text)[0] is not None) == is_good
    # Once for each, hashes of one length, and never the secret itself.
    assert len(compared) == len(guesses)
    assert {len(each) for pair in compared for each in pair} == {64}


# -- nobody, and the first start --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [
        ({}, True),
        ({"host": "::1"}, True),
        ({"host": "localhost"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"host": "safeconduct.example"}, False),
        ({"database": "none"}, True),
        ({"database": "none", "host": "10.0.0.1"}, False),
        ({"database": "postgresql://h/d"}, False),
        ({"database": "postgresql://h/d", "anonymous": True}, True),
        ({"anonymous": False}, False),
        ({"public_url": "https://safeconduct.example"}, False),
        ({"public_url": "https://safeconduct.example", "anonymous": True}, True),
    ],
)
def test_when_credentials_may_be_left_out(settings: dict[str, Any], allowed: bool) -> None:
    assert Settings(**settings).allows_anonymous is allowed


def test_nobody_reads_or_leaves_anything(database_url: str, tmp_path: Path) -> None:
    assert not {each for each in ANONYMOUS if each.endswith((":write", ":manage")) or each.startswith("evaluations")}
    with service(database_url, tmp_path, anonymous=True) as stored:
        assert stored.ask("POST", "/v1/evaluations", json=small()).status_code == 200
        assert codes(stored.ask("POST", "/v1/evaluations?store=true", json=small()), 403) == {"": "not-allowed"}
        assert codes(stored.ask("GET", "/v1/evaluations"), 401)
        assert stored.ask("GET", "/v1/evaluations", "reader").json()["items"] == []
        # A bad key is not the same as none.
        assert codes(stored.ask("POST", "/v1/evaluations", key="sck_x.y", json=small()), 401)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_who_comes_through_a_proxy_needs_credentials_unless_the_operator_says_otherwise(
    invented: tuple[Path, Law], header: str
) -> None:
    """On this machine a proxy reaches what others do not, and lets them in."""
    passed_on = {header: "for=203.0.113.7"}
    with TestClient(create_app(invented[1], Settings(database="none"))) as client:
        assert client.get("/v1/instruments").status_code == 200
        assert codes(client.get("/v1/instruments", headers=passed_on), 401)
        assert codes(client.get("/metrics", headers=passed_on), 401)
    with TestClient(create_app(invented[1], Settings(database="none", anonymous=True))) as client:
        assert client.get("/v1/instruments", headers=passed_on).status_code == 200


def test_a_database_made_here_is_for_nobody_else_to_read(tmp_path: Path) -> None:
    """The folder may be one that everybody can look into, such as the one that systemd makes."""
    database = Database(str(tmp_path / "safeconduct.sqlite3"))
    upgrade(database)
    with database.reading() as connection:
        connection.execute(select(organisations))
        assert {each.name: each.stat().st_mode & 0o077 for each in tmp_path.iterdir()} == {
            f"safeconduct.sqlite3{end}": 0 for end in ("", "-wal", "-shm")
        }
    database.close()


def test_a_service_without_a_database_says_so(client: Any) -> None:
    assert problem(client.get("/v1/evaluations"), 401)
    assert codes(client.get("/v1/evaluations", headers={"Authorization": "Bearer x"}), 401)


def test_the_first_start_makes_one_administrator_and_tells_the_key_once(tmp_path: Path) -> None:
    told: list[keys.NewKey] = []
    for _ in range(2):
        app = create_app(Settings(data=tmp_path))
        shelf = app.state.shelf
        shelf.on_first_key = told.append
        shelf.open_storage()
        with shelf.database.reading() as connection:
            assert len(connection.execute(select(organisations)).all()) == 1
            principal, _ = keys.identify(connection, told[0].text)
        shelf.close()
        assert principal
        assert principal.permissions == ROLES["administrator"]
    assert len(told) == 1
