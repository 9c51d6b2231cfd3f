"""The files of the review desk: nothing comes from elsewhere, and its words are those of the service."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import get_args

import pytest
from starlette.testclient import TestClient

from engine.inference.outcomes import RANK
from service.access.routes import GUARDS
from service.desk import FILES
from service.reviews import shapes
from service.reviews.steps import REVISABLE, STATES, STEPS
from service.routes.webhooks import DeliveryLine, WebhookLine
from service.shapes import Shape
from service.shapes_records import EvaluationLine, ReplayChange
from tests.service.door import Door

WEB = files("service.web")
SCRIPTS = {name: (WEB / name).read_text(encoding="utf-8") for name in FILES if name.endswith(".js")}
PAGE = (WEB / "desk.html").read_text(encoding="utf-8")
STYLE = (WEB / "desk.css").read_text(encoding="utf-8")
ALL = "\n".join(SCRIPTS.values())


def words_in(name: str, script: str) -> set[str]:
    """Return the words in quotes of a constant list or mapping."""
    found = re.search(rf"const {name} = [\[{{](.*?)[\]}}];", SCRIPTS[script], re.DOTALL)
    assert found, name
    return set(re.findall(r'"(\w+)"', found[1])) or set(re.findall(r"^  (\w+):", found[1], re.MULTILINE))


def keys_in(start: str, end: str, script: str) -> set[str]:
    """Return the keys of a mapping that is written between two texts, one key at the beginning of each line."""
    inside = SCRIPTS[script].partition(start)[2].partition(end)[0]
    assert inside, start
    return set(re.findall(r"^ +(\w+): ", inside, re.MULTILINE))


def test_the_desk_is_the_same_for_everybody_and_under_a_strict_policy(client: TestClient) -> None:
    answer = client.get("/desk")
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
    assert not re.search(r"unsafe|https?:", policy)
    assert {each.name for each in WEB.iterdir() if each.name.startswith("desk")} == {*FILES, "desk.html"}
    for name in FILES:
        found = client.get(f"/web/{name}")
        assert found.headers["content-type"].startswith("text/css" if name.endswith(".css") else "text/javascript")


def test_nothing_comes_from_elsewhere_and_nothing_is_read_as_markup() -> None:
    addresses = re.findall(r'(?:src|href)="([^"]*)"', PAGE)
    assert not [each for each in addresses if re.match(r"(https?:)?//", each)]
    assert not re.search(r"<style|<script>| style=| on\w+=", PAGE)
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    for name, text in SCRIPTS.items():
        assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(", text), name
        # A link to a person's iD is the one address that is not the service's own, and it is only followed by hand.
        assert set(re.findall(r"""["'`](?:https?:)?//[^$"]*""", text)) <= {"`https://orcid.org/"}, name


def test_a_key_is_never_put_where_it_outlives_the_page() -> None:
    assert not re.findall(r"localStorage|sessionStorage|document\.cookie|indexedDB", ALL)


def test_every_module_can_be_read_at_one_sitting() -> None:
    assert {name: len(text.splitlines()) for name, text in SCRIPTS.items() if len(text.splitlines()) >= 300} == {}


def test_states_outcomes_flags_and_acts_are_those_of_the_service() -> None:
    assert words_in("STATES", "desk-words.js") == set(STATES)
    assert words_in("OUTCOMES", "desk-words.js") | {"not_applicable"} == set(RANK)
    assert keys_in("const ATTENTION = {", "};", "desk-words.js") == set(get_args(shapes.Attention))
    assert keys_in("const said = {", "}[act.kind]", "desk-history.js") == set(
        get_args(shapes.Act.model_fields["kind"].annotation)
    )
    assert words_in("IS_REVISABLE", "desk-acts.js") == REVISABLE


def test_each_step_is_offered_to_those_who_may_take_it() -> None:
    submitters = words_in("OF_SUBMITTERS", "desk-acts.js")
    assert keys_in("const STEPS = {", "};", "desk-acts.js") == {to for _, to in STEPS}
    for (_, to), permission in STEPS.items():
        assert permission == ("agreements:write" if to in submitters else "agreements:review"), to


def test_the_desk_asks_routes_that_exist() -> None:
    asked = {re.sub(r"\$\{[^}]*\}", "{id}", each) for each in re.findall(r'["`](v1/[^"`?]*)', ALL)}
    known = {path.removeprefix("/") for _, path in GUARDS}
    assert {each for each in asked if each not in known} == {"v1/agreements/{id}/{id}"}  # an act
    acts = set(re.findall(r'path: "(\w+)"', ALL))
    assert {("POST", f"/v1/agreements/{{id}}/{each}") for each in acts} == {
        each for each in GUARDS if each[0] == "POST" and each[1].startswith("/v1/agreements/{id}/")
    }


@pytest.mark.parametrize(
    ("script", "shape", "other"),
    [
        ("desk-list.js", shapes.AgreementLine, {"data"}),
        ("desk-watch.js", DeliveryLine, set(WebhookLine.model_fields)),
        ("desk-history.js", shapes.Act, {"ask"}),
        ("desk-records.js", EvaluationLine, set(ReplayChange.model_fields)),
    ],
)
def test_lists_read_what_the_service_tells(script: str, shape: type[Shape], other: set[str]) -> None:
    read = set(re.findall(r"\b(?:each|act|delivery)\.(\w+)", SCRIPTS[script]))
    assert read - other
    assert read - other <= shape.model_fields.keys()


@pytest.mark.parametrize("state", [each for each in STATES if each != "draft"])
def test_every_state_has_a_look_of_its_own(state: str) -> None:
    assert f".state.{state}" in STYLE


def test_the_desk_says_where_to_sign_in_where_there_is_a_way(client: TestClient, sqlite_door: Door) -> None:
    assert "Sign in" not in client.get("/desk").text
    browser = sqlite_door.browser()
    assert '<a href="auth">Sign in or out</a>' in browser.get("/desk").text
    assert 'href="/desk"' in browser.get("/auth", headers={"Accept": "text/html"}).text
