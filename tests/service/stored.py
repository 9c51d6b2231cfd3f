"""A service with a database and the law of the invented countries: decisions cost little there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from engine.decision.statute import load_law
from service.access import keys, organisations
from service.access.permissions import Principal
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from tests.rulesets_for_tests.making import write_rulesets

SAFEGUARDS = {"zz.clauses": True, "zz.assessment": {"finding": "adequate"}}


def small(**more: Any) -> dict[str, Any]:
    """Return survey data of Zedland on their way abroad: not yet permitted, and with `SAFEGUARDS` permitted."""
    party = {"id": "inst", "country": "BV", "kind": "research_institute", "traits": {"zz.public_body": False}}
    return {
        "title": "Survey data of Zedland",
        "parties": [party, {"id": "uni", "country": "IO", "kind": "university", "owners": "none"}],
        "datasets": [
            {
                "id": "d",
                "categories": ["survey_microdata"],
                "identifiability": "identified",
                "subjects": [{"country": "BV", "persons": 1200}],
            }
        ],
        "transfers": [
            {
                "id": "t",
                "exporter": "inst",
                "importer": "uni",
                "datasets": ["d"],
                "mode": "copy",
                "purposes": ["scientific_research"],
            }
        ],
        **more,
    }


class Service:
    """A running service, and the keys of two organisations that know nothing of each other."""

    def __init__(self, client: TestClient, database: Database, like: Service | None = None) -> None:
        """Make the keys; those of another service, where the database is a copy of its own."""
        self.client = client
        self.database = database
        self.administrators: dict[str, str] = (
            like.administrators if like else {each: self._found(each) for each in ("ours", "theirs")}
        )
        self._keys: dict[tuple[str, tuple[str, ...]], str] = like._keys if like else {}

    def _found(self, name: str) -> str:
        return self.database.write(lambda connection: organisations.found(connection, name)).text

    def key(self, *roles: str, of: str = "ours", **more: Any) -> str:
        """Return a key with some roles."""
        if not more and (of, roles) in self._keys:
            return self._keys[of, roles]
        with self.database.reading() as connection:
            administrator, _ = keys.identify(connection, self.administrators[of])
        assert administrator

        def work(connection: Any) -> str:
            return keys.make(connection, administrator, "a test", roles, **more).text

        made = self.database.write(work)
        if not more:
            self._keys[of, roles] = made
        return made

    def principal(self, text: str) -> Principal:
        """Return whom a key belongs to."""
        with self.database.reading() as connection:
            found, _ = keys.identify(connection, text)
        assert found
        return found

    def ask(self, method: str, path: str, *roles: str, of: str = "ours", key: str = "", **more: Any) -> httpx2.Response:
        """Ask as somebody with some roles; `key=None` for nobody."""
        headers = dict(more.pop("headers", {}))
        if key or roles:
            headers["Authorization"] = f"Bearer {key or self.key(*roles, of=of)}"
        return self.client.request(method, path, headers=headers, **more)

    def submit(self, data: Any = None, query: str = "", of: str = "ours", **headers: str) -> httpx2.Response:
        """Have an arrangement decided and stored."""
        data = small() if data is None else data
        return self.ask("POST", f"/v1/evaluations{query}", "submitter", of=of, json=data, headers=headers)


def name_of(response: httpx2.Response) -> str:
    """Return the id of what was made."""
    assert response.status_code == 201, response.text
    return response.headers["location"].rpartition("/")[2]


@contextmanager
def service(url: str, folder: Path, **settings: Any) -> Iterator[Service]:
    """Run a service on a database."""
    rulesets = folder / "rulesets"
    if not rulesets.exists():
        write_rulesets(rulesets)
    app = create_app(load_law(rulesets), Settings(rulesets=rulesets, database=url, data=folder, **settings))
    database = Database(url)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Service(client, database)
    database.close()
