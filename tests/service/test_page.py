"""The page for people: it loads nothing from elsewhere, runs only what is its own, and asks routes that exist."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any, get_args

import pytest
from starlette.testclient import TestClient

from engine.facts.vocabulary import FactType
from service.access.routes import GUARDS
from service.documents.writing import FORMS
from tests.service.door import Door

WEB = files("service.web")
SCRIPTS = {name: (WEB / name).read_text(encoding="utf-8") for name in ("page.js", "made.js", "result.js")}
PAGE = (WEB / "index.html").read_text(encoding="utf-8")


class Reader(HTMLParser):
    """Collects the elements of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(PAGE)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def test_the_page_and_its_files_are_there_for_everybody_under_a_strict_policy(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?:", policy)
    for tag, attributes in Reader().elements:
        for name in ("src", "href"):
            address = attributes.get(name)
            if address and not address.startswith(("#", "data:")):
                assert client.get(f"/{address}").status_code == 200, f"{tag} {address}"
    for name in SCRIPTS:
        found = client.get(f"/web/{name}")
        assert found.headers["content-type"].startswith("text/javascript")
        assert client.get(f"/web/{name}", headers={"if-none-match": found.headers["etag"]}).status_code == 304


def test_nothing_comes_from_elsewhere_and_nothing_is_read_as_markup() -> None:
    addresses = [value for _, each in Reader().elements for name, value in each.items() if name in ("src", "href")]
    assert not [each for each in addresses if each and re.match(r"(https?:)?//", each)]
    for name, text in SCRIPTS.items():
        assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(", text), name
        assert not re.findall(r"""["'`](?:https?:)?//""", text), name
    style = (WEB / "page.css").read_text(encoding="utf-8")
    assert "url(" not in style
    assert "@import" not in style


def test_everything_to_fill_in_has_a_label() -> None:
    elements = Reader().elements
    labelled = {each["for"] for tag, each in elements if tag == "label"}
    fields = {each["id"] for tag, each in elements if tag in ("input", "select", "textarea")}
    assert fields == {"example", "file", "arrangement", "day", "key"} == labelled
    assert ("html", {"lang": "en"}) in elements
    described = {each.get("aria-describedby") for _, each in elements} - {None}
    assert described <= {each.get("id") for _, each in elements}


def test_the_page_asks_routes_that_exist() -> None:
    asked = set(re.findall(r"""ask\("(v1/[a-z-]+)\"""", SCRIPTS["page.js"]))
    assert asked == {"v1/evaluations", "v1/map", "v1/reports"}
    assert {("POST", f"/{path}") for path in asked} <= GUARDS.keys()
    offered = set(re.findall(r"""\["([a-z]+)", "[A-Z]""", SCRIPTS["result.js"]))
    assert offered == {*FORMS, "crate"}


def test_every_example_that_the_page_offers_can_be_decided(client: TestClient, shipped: dict[str, Any]) -> None:
    offered = client.get("/web/examples.json").json()
    assert offered.keys() == shipped.keys()
    name = "eu-us-company"
    assert client.post("/v1/evaluations?store=false", json=offered[name]).json()["title"] == offered[name]["title"]


def test_every_answer_that_is_no_choice_says_how_it_is_written() -> None:
    told = re.search(r"const HOW = \{(.*?)\n\};", SCRIPTS["result.js"], re.DOTALL)
    assert told
    types = {*get_args(FactType), "owners", "party"}
    # Those that are left are choices, a number or a date, which the browser asks for, and plain text.
    assert set(re.findall(r"^  (\w+): ", told[1], re.MULTILINE)) == types - {
        "bool",
        "enum",
        "party",
        "int",
        "date",
        "text",
    }


@pytest.mark.parametrize("outcome", ["prohibited", "not_yet_permitted", "undetermined", "permitted_with_conditions"])
def test_every_outcome_has_a_sign_and_a_look_of_its_own(outcome: str) -> None:
    assert f"{outcome}:" in SCRIPTS["result.js"]
    assert f".outcome.{outcome} {{" in (WEB / "page.css").read_text(encoding="utf-8")


def test_the_page_says_where_to_sign_in_where_there_is_a_way(client: TestClient, sqlite_door: Door) -> None:
    assert "Sign in" not in client.get("/").text
    assert '<a href="auth">Sign in or out</a>' in sqlite_door.browser().get("/").text
