"""The page for people: it loads nothing from elsewhere, runs only what is its own, and asks routes that exist."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any, get_args

import pytest
from starlette.testclient import TestClient

from engine.decision.schema import EVIDENCE, arrangement_schema
from engine.decision.statute import Law
from engine.facts.vocabulary import FactType
from service import home
from service.access.routes import GUARDS
from service.documents.writing import FORMS
from tests.service.door import Door

WEB = files("service.web")
SCRIPTS = {name: (WEB / name).read_text(encoding="utf-8") for name in home.SCRIPTS}
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
    assert fields == {"example", "file", "kind", "arrangement", "key"} == labelled
    assert ("html", {"lang": "en"}) in elements
    described = {each for _, found in elements for each in (found.get("aria-describedby") or "").split()}
    assert described <= {each.get("id") for _, each in elements}


def test_the_form_is_made_of_the_published_schema_and_vocabulary(client: TestClient) -> None:
    answer = client.get("/web/words.json")
    words = answer.json()
    assert words["schema"] == client.get("/v1/schema").json()
    facts = client.get("/v1/facts").json()
    assert {"enums": words["enums"], "readings": words["readings"]} == {
        key: facts[key] for key in ("enums", "readings")
    }
    assert words["places"]["countries"]["FI"] == "Finland"
    assert words["places"]["parts"]["US"]["US-TX"] == "Texas"
    assert {"FI", "NO"} <= set(words["areas"]["eu"]["countries"])
    assert words["areas"]["us"] == {"name": "United States", "countries": ["US"]}
    assert client.get("/web/words.json", headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    plain = client.get("/web/words.json", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == words


def test_the_layout_names_only_what_the_schema_has(law: Law) -> None:
    schema = arrangement_schema(law.library)
    known = {f"{part}.{name}" for part, each in schema["$defs"].items() for name in each.get("properties", ())}
    known |= {f".{name}" for name in (*schema["properties"], *EVIDENCE)}
    named = set(re.findall(r'"([A-Z]?[A-Za-z]*\.[a-z_]+)"', SCRIPTS["layout.js"]))
    assert "Party.kind" in named
    assert named <= known
    categories = re.findall(r"\n    \[\"[A-Z].*?\]\]", SCRIPTS["layout.js"], re.DOTALL)
    sorted_in = re.findall(
        r'"([a-z_]+)"', "".join(categories[categories.index(next(c for c in categories if "psychotherapy" in c)) :])
    )
    assert set(sorted_in) == set(law.library.vocabulary.terms("category"))
    assert len(sorted_in) == len(set(sorted_in))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"\xef\xbb\xbftitle: x\nparties: []\n", 200),
        (b"title: [", 422),
        (b"\xff", 422),
        (b"a: &a x\nb: *a\n", 422),
        (b"a" * 500_001, 413),
    ],
)
def test_yaml_is_given_as_json_as_it_stands(client: TestClient, body: bytes, status: int) -> None:
    answer = client.post("/web/yaml", content=body, headers={"content-type": "application/yaml"})
    assert answer.status_code == status
    if status == 200:
        assert answer.json() == {"title": "x", "parties": []}
    assert client.post("/web/yaml", content=body, headers={"content-type": "text/html"}).status_code == 415


def test_the_page_asks_routes_that_exist() -> None:
    asked = set(re.findall(r"""ask\("((?:v1|web)/[a-z-]+)\"""", SCRIPTS["page.js"] + SCRIPTS["opening.js"]))
    assert asked == {"v1/evaluations", "v1/map", "v1/reports", "v1/imports", "web/yaml"}
    assert {("POST", f"/{path}") for path in asked} <= GUARDS.keys()
    offered = set(re.findall(r"""\["([a-z]+)", "[A-Z]""", SCRIPTS["result.js"]))
    assert offered == {*FORMS, "crate"}


def test_every_example_that_the_page_offers_can_be_decided(client: TestClient, shipped: dict[str, Any]) -> None:
    offered = client.get("/web/examples.json").json()
    assert offered.keys() == shipped.keys()
    name = "eu-us-company"
    assert client.post("/v1/evaluations?store=false", json=offered[name]).json()["title"] == offered[name]["title"]


def test_every_answer_that_is_more_than_a_choice_or_a_line_is_given_in_the_form() -> None:
    told = re.search(r"const IN_FORM = \[(.*?)\];", SCRIPTS["questions.js"])
    assert told
    types = {*get_args(FactType), "owners", "party"}
    # Those that are left are choices, a number or a date, which the browser asks for, plain text, and sets of words.
    on_the_spot = {"bool", "enum", "party", "int", "date", "text", "set"}
    assert set(re.findall(r'"(\w+)"', told[1])) == types - on_the_spot


@pytest.mark.parametrize("outcome", ["prohibited", "not_yet_permitted", "undetermined", "permitted_with_conditions"])
def test_every_outcome_has_a_sign_and_a_look_of_its_own(outcome: str) -> None:
    assert f"{outcome}:" in SCRIPTS["result.js"]
    assert f".outcome.{outcome} {{" in (WEB / "page.css").read_text(encoding="utf-8")


def test_the_page_says_where_to_sign_in_where_there_is_a_way(client: TestClient, sqlite_door: Door) -> None:
    assert "Sign in" not in client.get("/").text
    assert '<a href="auth">Sign in or out</a>' in sqlite_door.browser().get("/").text
