"""A service that people sign in at: the service, the provider and browsers, all over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from sqlalchemy import Table, select, update

from engine.decision.statute import Law
from service.access import keys, organisations
from service.access.grants import Grant
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.tables import audit_entries, people, sessions
from tests.service.asking import problem
from tests.service.providing import CLIENT, SECRET, Provider, serving

Open = Callable[..., AbstractContextManager["Door"]]
HTML = {"Accept": "text/html,application/xhtml+xml"}


class Browser(httpx2.Client):
    """A browser: it keeps cookies, follows where it is sent, and says where its requests come from."""

    def __init__(self, address: str) -> None:
        super().__init__(base_url=address, follow_redirects=True, timeout=30, verify=False)
        self.origin = address

    def sign_in(self, path: str = "/auth/sign-in", **headers: str) -> httpx2.Response:
        """Go the whole way, to the provider and back."""
        return self.get(path, headers=headers)

    def leave(self) -> str:
        """Go as far as the provider, and return the address at which it sends the browser back."""
        there = self.get("/auth/sign-in", follow_redirects=False)
        assert there.status_code == 303, there.text
        back = self.get(there.headers["location"], follow_redirects=False)
        return str(back.headers["location"])

    def change(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """Change something, as a page of the service does."""
        token = self.get("/auth/me").json()["csrf_token"]
        headers = {"Origin": self.origin, "X-CSRF-Token": token, **more.pop("headers", {})}
        return self.request(method, path, headers=headers, **more)

    @property
    def session(self) -> str | None:
        """The cookie of the session."""
        return self.cookies.get("safeconduct")


class Door:
    """A running service with its provider.

    Attributes:
        forget: Lets the service forget what the provider says of itself, as it does after an hour.
    """

    def __init__(
        self,
        address: str,
        provider: Provider,
        database: Database,
        administrators: dict[str, str],
        forget: Callable[[], None],
    ) -> None:
        self.address = address
        self.provider = provider
        self.forget = forget
        self.database = database
        self.administrators = administrators

    def browser(self) -> Browser:
        """Return a browser that has been nowhere."""
        return Browser(self.address)

    def ask(self, method: str, path: str, key: str = "", **more: Any) -> httpx2.Response:
        """Ask with a key, or without anything."""
        headers = {**({"Authorization": f"Bearer {key}"} if key else {}), **more.pop("headers", {})}
        return self.browser().request(method, path, headers=headers, **more)

    def organisation(self, name: str = "ours") -> str:
        """Return the id of an organisation."""
        with self.database.reading() as connection:
            found, _ = keys.identify(connection, self.administrators[name])
        assert found
        return found.organisation

    def audited(self, *actions: str, of: str = "ours") -> list[tuple[str, str, str]]:
        """Return actor, action and reason of the entries of an organisation about people."""
        mine = audit_entries.c.organisation == self.organisation(of)
        query = select(audit_entries).where(mine).order_by(audit_entries.c.number)
        with self.database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        about = [row for row in rows if row["action"].startswith(("person.", "sign-in."))]
        return [(row["actor"], row["action"], row["detail"].get("reason", "")) for row in about]

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """Return everything in a table."""
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]

    def set(self, table: Table, **values: Any) -> None:
        """Change every row of a table."""
        with self.database.writing() as connection:
            connection.execute(update(table).values(**values))

    def person(self) -> dict[str, Any]:
        """Return the one person that there is."""
        (found,) = self.rows(people)
        return found

    def session(self) -> dict[str, Any]:
        """Return the one session that there is."""
        (found,) = self.rows(sessions)
        return found


def query_of(address: str) -> dict[str, str]:
    """Return the query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def _found(database: Database, name: str) -> str:
    return database.write(lambda connection: organisations.found(connection, name)).text


@contextmanager
def opened(url: str, rulesets: Path, law: Law, **more: Any) -> Iterator[Door]:
    """Run a service with a database of two organisations: the office reviews in ours, the clinic reads in theirs."""
    database = Database(url)
    made = {name: _found(database, name) for name in ("ours", "theirs")}
    providers: list[Provider] = []

    def provide(address: str) -> Any:
        providers.append(Provider(address))
        return providers[0].app

    def settle(address: str) -> Settings:
        with database.reading() as connection:
            found = {name: keys.identify(connection, text)[0] for name, text in made.items()}
        ours, theirs = (each.organisation for each in found.values() if each)
        values: dict[str, Any] = {
            "rulesets": rulesets,
            "database": url,
            "workers": False,
            "public_url": address,
            "oidc_issuer": providers[0].issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_grants": (
                Grant("groups", "office", ours, ("administrator", "reviewer")),
                Grant("groups", "lab", ours, ("submitter",)),
                Grant("groups", "clinic", theirs, ("reader",)),
            ),
            **more,
        }
        return Settings(**values)

    with ExitStack() as stack:
        stack.callback(database.close)
        stack.enter_context(serving(provide))
        apps: list[Any] = []

        def make(address: str) -> Any:
            apps.append(create_app(law, settle(address)))
            return apps[0]

        address = stack.enter_context(serving(make))
        asking = apps[0].state.shelf.provider
        yield Door(address, providers[0], database, made, asking._said.clear if asking else lambda: None)


def refused(door: Door, response: httpx2.Response, code: str = "sign-in-refused", status: int = 403) -> str:
    """Hold a refusal against what every refusal is: nobody is in. Return its message."""
    body = problem(response, status)
    assert {error["code"] for error in body["errors"]} == {code}
    assert "safeconduct=" not in response.headers.get("set-cookie", "")
    assert door.rows(sessions) == []
    return str(body["errors"][0]["message"])
