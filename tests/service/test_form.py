"""The guided form in a real browser: filled in from nothing, led by faults, in step with the JSON, and without loss."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.decision.statute import Law
from service.app import create_app
from service.settings import Settings
from tests.imports.documents import EX9
from tests.service.browser import Page, browsing, found
from tests.service.providing import serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not found(), reason="no Chromium on this machine (SAFECONDUCT_TEST_BROWSER names one)"),
]
JSON = "#arrangement"
DECIDE = "#form .bar [type=submit]"
# Opens what has something in it, until nothing more opens; the lists of what single laws ask stay shut.
OPEN = """(() => { let shut; do {
  shut = [...document.querySelectorAll('#fields details:not([open])')].filter((fold) => fold.matches('.card')
    || /stated|Choose from|More/.test(fold.firstChild.textContent));
  shut.forEach((fold) => { fold.open = true; fold.dispatchEvent(new Event('toggle')); });
} while (shut.length); })()"""
# Says of every control that it was used, with what it shows.
TOUCH = """[...document.querySelectorAll('#fields :is(input, select, textarea)')]
  .filter((each) => each.type !== 'search' && !each.disabled && !(each.type === 'radio' && !each.checked))
  .filter((each) => !/-(add|none)$/.test(each.id)).map((each) => ['input', 'change']
    .forEach((name) => each.dispatchEvent(new Event(name, { bubbles: true })))).length"""


@pytest.fixture(scope="module")
def address(law: Law) -> Iterator[str]:
    with serving(lambda _address: create_app(law, Settings(database="none"))) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browsing(tmp_path_factory.mktemp("browser")) as page:
        yield page


@pytest.fixture
def page(browser: Page, address: str) -> Iterator[Page]:
    browser.open(f"{address}/")
    browser.wait("document.querySelector('#example').options.length > 3")
    yield browser
    assert not browser.errors


def at(pointer: str) -> str:
    return f'[id="at{pointer}"]'


def place(pointer: str) -> str:
    return f'[data-at="{pointer}"]'


def described(page: Page) -> Any:
    return json.loads(page.run("document.querySelector('#arrangement').value"))


def outcome(page: Page) -> str:
    page.wait("document.querySelector('#outcome, #faults h2')")
    assert not page.run("document.querySelector('#faults').textContent")
    return str(page.run("document.querySelector('.outcome.big').textContent"))


def test_from_nothing_to_a_first_decision_without_any_json(page: Page) -> None:
    assert page.run("document.querySelector('#needs').textContent").startswith("7 answers are still needed")
    page.type(at("/title"), "Cohort to Tokyo")
    for index, (name, country) in enumerate((("University of Turku", "FI"), ("University of Tokyo", "JP"))):
        page.type(at(f"/parties/{index}/name"), name)
        page.choose(at(f"/parties/{index}/kind"), "university")
        page.choose(at(f"/parties/{index}/country"), country)
    page.click(f"{place('/datasets/0/categories')} summary")
    page.wait(f"document.querySelector('{place('/datasets/0/categories')} .term')")
    page.click(f"{place('/datasets/0/categories')} .term")
    page.choose(at("/transfers/0/mode"), "copy")
    assert page.run("document.querySelector('#needs').textContent") == "All that is needed is there."
    page.click(DECIDE)
    assert "undetermined" in outcome(page)
    # What was left alone is not there, neither as false nor as none; names became ids that can be read.
    assert described(page) == {
        "title": "Cohort to Tokyo",
        "parties": [
            {"id": "university-of-turku", "name": "University of Turku", "kind": "university", "country": "FI"},
            {"id": "university-of-tokyo", "name": "University of Tokyo", "kind": "university", "country": "JP"},
        ],
        "datasets": [{"id": "data-1", "categories": ["health"]}],
        "transfers": [
            {
                "id": "transfer-1",
                "exporter": "university-of-turku",
                "importer": "university-of-tokyo",
                "datasets": ["data-1"],
                "mode": "copy",
            }
        ],
    }


def test_every_example_goes_through_the_form_without_loss(page: Page, shipped: dict[str, dict[str, Any]]) -> None:
    for name, data in shipped.items():
        page.choose("#example", name)
        page.run(OPEN)
        assert page.run(TOUCH) > 20, name
        assert described(page) == data, name
        assert not page.run("document.querySelectorAll('#fields .note').length"), name


def test_an_example_is_edited_and_put_back_to_not_known(page: Page, shipped: dict[str, dict[str, Any]]) -> None:
    page.choose("#example", "thl-nih-diabetes")
    wanted = json.loads(json.dumps(shipped["thl-nih-diabetes"]))
    page.run(OPEN)
    page.choose(at("/datasets/0/identifiability"), "anonymous")
    page.click(at("/datasets/0/minors-1"))
    page.choose(at("/transfers/0/storage-add"), "CA")
    page.click(f"{place('/transfers/0/storage')} .adding button")
    page.click(at("/measures/eu.research_law-1"))
    page.type(at("/measures/eu.ethics_approval/reference"), "vote 7")
    wanted["datasets"][0].update(identifiability="anonymous", minors=False)
    wanted["transfers"][0]["storage"] = ["US", "CA"]
    wanted["measures"].update({"eu.research_law": False})
    wanted["measures"]["eu.ethics_approval"]["reference"] = "vote 7"
    assert described(page) == wanted
    page.choose(at("/datasets/0/identifiability"), "")
    page.click(at("/datasets/0/minors-2"))
    page.click(at("/datasets/0/consent/explicit-2"))
    page.click(at("/measures/eu.research_law-2"))
    page.choose(at("/datasets/0/subjects/0/persons-how"), "")
    del wanted["datasets"][0]["identifiability"], wanted["datasets"][0]["minors"]
    del wanted["datasets"][0]["consent"]["explicit"], wanted["measures"]["eu.research_law"]
    del wanted["datasets"][0]["subjects"][0]["persons"]
    assert described(page) == wanted


def test_a_renamed_party_is_followed_by_all_that_refer_to_it(page: Page) -> None:
    page.choose("#example", "thl-nih-diabetes")
    page.run(OPEN)
    page.run("document.querySelectorAll('#fields details').forEach((fold) => { fold.open = true; })")
    page.wait(f"document.querySelector('{at('/parties/0/id')}')")
    page.type(at("/parties/0/id"), "institute")
    found = described(page)
    assert (
        found["transfers"][0]["exporter"]
        == found["datasets"][0]["key_holder"]
        == found["parties"][0]["id"]
        == "institute"
    )


def test_a_fault_leads_to_its_field_and_goes_when_it_is_mended(page: Page) -> None:
    page.choose("#example", "thl-nih-diabetes")
    data = described(page)
    data["parties"][1]["owners"] = [{"country": "US", "percent": 70}, {"country": "CA", "percent": 140}]
    page.put(JSON, json.dumps(data))
    page.click(DECIDE)
    page.wait("document.querySelector('#faults li a')")
    said = page.run("document.querySelector('#faults li').textContent")
    assert "National Institutes of Health › Owners › Owner 2 › Share in percent" in said
    page.click("#faults li a")
    field = at("/parties/1/owners/1/percent")
    assert page.run("document.activeElement.id") == "at/parties/1/owners/1/percent"
    assert page.run(f"document.querySelector('{field}').getAttribute('aria-invalid')") == "true"
    error = page.run(f"document.querySelector('{field}').getAttribute('aria-describedby').split(' ').pop()")
    assert "more than 100" in page.run(f"document.getElementById('{error}').textContent")
    page.type(field, "30")
    assert not page.run("document.querySelectorAll('#fields .error').length")
    assert described(page)["parties"][1]["owners"][1]["percent"] == 30


def test_the_text_moves_the_form_and_what_is_no_json_keeps_it_waiting(page: Page) -> None:
    page.put(JSON, '{"title": "Typed", "parties": [{"id": "a", "name": "Alpha", "country": "FI", "kind": "bank"}]}')
    assert page.run(f"document.querySelector('{at('/title')}').value") == "Typed"
    assert page.run("document.querySelector('.card .card-name').textContent") == "Alpha"
    page.put(JSON, '{"title": ')
    assert page.run("document.querySelector('#fields').inert")
    assert "not JSON" in page.run("document.querySelector('#json-error').textContent")
    page.put(JSON, '{"title": "Again", "parties": []}')
    assert not page.run("document.querySelector('#fields').inert")
    assert page.run(f"document.querySelector('{at('/title')}').value") == "Again"


def test_what_the_form_does_not_know_is_kept_and_told(page: Page) -> None:
    strange = {
        "title": "Strange",
        "later": {"kept": True},
        "parties": [
            {"id": "a", "country": "XX", "kind": "guild", "nonprofit": "perhaps", "motto": "x", "traits": {"zz.no": 1}},
            "b",
        ],
        "datasets": [
            {"id": "d", "categories": ["health", "spells"], "subjects": [{"country": "FI", "persons": {"at_least": 5}}]}
        ],
        "measures": {"zz.none": True},
    }
    page.put(JSON, json.dumps(strange))
    page.run(OPEN)
    page.run(TOUCH)
    page.type(at("/title"), "Stranger")
    assert described(page) == {**strange, "title": "Stranger"}
    told = page.run("document.querySelector('#fields').textContent")
    for each in ("later", "motto", "zz.no", "zz.none", "perhaps", "guild (not known here)", "spells (not known here)"):
        assert each in told


def test_parts_are_added_and_taken_out(page: Page) -> None:
    page.choose("#example", "eu-us-company")
    before = described(page)
    page.click(at("/parties-add"))
    assert page.run("document.activeElement.id") == f"at/parties/{len(before['parties'])}/name"
    assert described(page)["parties"][-1] == {"id": "party-1"}
    page.click(f"{place('/parties/' + str(len(before['parties'])))} > .inside > button")
    assert described(page) == before


def test_a_question_leads_to_the_form_where_its_answer_is_more_than_a_choice(page: Page) -> None:
    parties = [{"id": "a", "kind": "university", "country": "FI"}, {"id": "b", "kind": "university", "country": "JP"}]
    transfer = {"id": "t", "exporter": "a", "importer": "b", "datasets": ["d"], "mode": "copy"}
    data = {
        "title": "x",
        "parties": parties,
        "datasets": [{"id": "d", "categories": ["health"]}],
        "transfers": [transfer],
    }
    page.put(JSON, json.dumps(data))
    page.click(DECIDE)
    outcome(page)
    page.click('[data-leads="/datasets/0/subjects"]')
    assert page.run(f"document.querySelector('{at('/datasets/0/subjects')}').contains(document.activeElement)")
    # A fact of one law, which the form otherwise keeps folded away.
    page.click('[data-leads="/parties/1/traits/eu.link_to_union"]')
    assert page.run("document.activeElement.id") == "at/parties/1/traits/eu.link_to_union"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", 'title: From YAML\nparties:\n  - {id: a, country: "NO", kind: bank}\n'),
        ("b.json", '{"title": "From YAML", "parties": [{"id": "a", "country": "NO", "kind": "bank"}]}'),
    ],
)
def test_a_file_shows_in_the_form(page: Page, tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    page.put_file("#file", file)
    page.wait(f"document.querySelector('{at('/title')}').value === 'From YAML'")
    assert described(page) == {"title": "From YAML", "parties": [{"id": "a", "country": "NO", "kind": "bank"}]}


def test_a_file_that_cannot_be_read_says_why(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("title: [", encoding="utf-8")
    page.put_file("#file", file)
    page.wait("document.querySelector('#faults h2')")
    assert "(at arrangement:2:1)" in page.run("document.querySelector('#faults').textContent")


def test_a_plan_becomes_a_draft_that_shows_what_it_could_not_hold(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(EX9, encoding="utf-8")
    page.put_file("#file", file)
    page.wait("document.querySelector('#draft h2')")
    notes = page.run("document.querySelector('#draft').textContent")
    assert "Drafted from plan.json" in notes
    assert "Said by the document, and not in the draft" in notes
    assert described(page)["datasets"][0]["id"] == "interviews"
    assert page.run("document.activeElement.id") == "drafted"
    missing = page.run("document.querySelector('#draft li a').textContent")
    page.click("#draft li a")
    assert missing == "holder › Country"
    assert page.run("document.activeElement.id") == "at/parties/0/country"


@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_is_wider_than_the_window_and_everything_has_a_name(page: Page, address: str, width: int) -> None:
    page.open(f"{address}/", width)
    page.wait("document.querySelector('#example').options.length > 3")
    page.choose("#example", "three-party-genomics")
    page.run(OPEN)
    assert page.run("document.documentElement.scrollWidth") <= width
    nameless = page.run(
        "[...document.querySelectorAll('#form :is(input, select, textarea)')].filter((each) => !each.labels.length"
        " && !each.getAttribute('aria-label')).map((each) => each.outerHTML)"
    )
    assert nameless == []
    twice = page.run(
        "(() => { const ids = [...document.querySelectorAll('[id]')].map((each) => each.id);"
        "return ids.filter((id, index) => ids.indexOf(id) !== index); })()"
    )
    assert twice == []
