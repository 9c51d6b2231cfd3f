"""The guided form in a real browser: filled in from nothing, led by faults, in step with the JSON, and without loss."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.imports.documents import EX9
from tests.service.browser import people_at
from tests.service.filling import DECIDE, at, described, enter, focused, outcome, place, show, write

pytestmark = pytest.mark.slow
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


@pytest.fixture
def width() -> int:
    """The width of the window; tests say another."""
    return 1200


@pytest.fixture
def page(browser: Browser, address: str, width: int) -> Iterator[Page]:
    with people_at(browser) as people:
        page = people.one(width, is_mobile=width < 500)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"{address}/")
        expect(page.locator("#example option").nth(3)).to_be_attached()
        yield page


def test_from_nothing_to_a_first_decision_without_any_json(page: Page) -> None:
    expect(page.locator("#needs")).to_have_text(re.compile("^7 answers are still needed"))
    enter(page, "/title", "Cohort to Tokyo")
    for index, (name, country) in enumerate((("University of Turku", "FI"), ("University of Tokyo", "JP"))):
        enter(page, f"/parties/{index}/name", name)
        page.select_option(at(f"/parties/{index}/kind"), "university")
        page.select_option(at(f"/parties/{index}/country"), country)
    page.click(f"{place('/datasets/0/categories')} summary")
    page.click(f"{place('/datasets/0/categories')} .term")
    page.select_option(at("/transfers/0/mode"), "copy")
    expect(page.locator("#needs")).to_have_text("All that is needed is there.")
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
        show(page, name)
        page.evaluate(OPEN)
        assert page.evaluate(TOUCH) > 20, name
        assert described(page) == data, name
        expect(page.locator("#fields .note"), name).to_have_count(0)


def test_an_example_is_edited_and_put_back_to_not_known(page: Page, shipped: dict[str, dict[str, Any]]) -> None:
    show(page, "thl-nih-diabetes")
    wanted = json.loads(json.dumps(shipped["thl-nih-diabetes"]))
    page.evaluate(OPEN)
    page.select_option(at("/datasets/0/identifiability"), "anonymous")
    page.click(at("/datasets/0/minors-1"))
    page.select_option(at("/transfers/0/storage-add"), "CA")
    page.click(f"{place('/transfers/0/storage')} .adding button")
    page.click(at("/measures/eu.research_law-1"))
    enter(page, "/measures/eu.ethics_approval/reference", "vote 7")
    wanted["datasets"][0].update(identifiability="anonymous", minors=False)
    wanted["transfers"][0]["storage"] = ["US", "CA"]
    wanted["measures"].update({"eu.research_law": False})
    wanted["measures"]["eu.ethics_approval"]["reference"] = "vote 7"
    assert described(page) == wanted
    page.select_option(at("/datasets/0/identifiability"), "")
    page.click(at("/datasets/0/minors-2"))
    page.click(at("/datasets/0/consent/explicit-2"))
    page.click(at("/measures/eu.research_law-2"))
    page.select_option(at("/datasets/0/subjects/0/persons-how"), "")
    del wanted["datasets"][0]["identifiability"], wanted["datasets"][0]["minors"]
    del wanted["datasets"][0]["consent"]["explicit"], wanted["measures"]["eu.research_law"]
    del wanted["datasets"][0]["subjects"][0]["persons"]
    assert described(page) == wanted


def test_a_renamed_party_is_followed_by_all_that_refer_to_it(page: Page) -> None:
    show(page, "thl-nih-diabetes")
    page.evaluate(OPEN)
    page.evaluate("document.querySelectorAll('#fields details').forEach((fold) => { fold.open = true; })")
    enter(page, "/parties/0/id", "institute")
    found = described(page)
    assert (
        found["transfers"][0]["exporter"]
        == found["datasets"][0]["key_holder"]
        == found["parties"][0]["id"]
        == "institute"
    )


def test_a_fault_leads_to_its_field_and_goes_when_it_is_mended(page: Page) -> None:
    show(page, "thl-nih-diabetes")
    data = described(page)
    data["parties"][1]["owners"] = [{"country": "US", "percent": 70}, {"country": "CA", "percent": 140}]
    write(page, json.dumps(data))
    page.click(DECIDE)
    fault = "National Institutes of Health › Owners › Owner 2 › Share in percent"
    expect(page.locator("#faults li").first).to_contain_text(fault)
    page.click("#faults li a")
    field = page.locator(at("/parties/1/owners/1/percent"))
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    error = (field.get_attribute("aria-describedby") or "").split()[-1]
    expect(page.locator(f'[id="{error}"]')).to_contain_text("more than 100")
    enter(page, "/parties/1/owners/1/percent", "30")
    expect(page.locator("#fields .error")).to_have_count(0)
    assert described(page)["parties"][1]["owners"][1]["percent"] == 30


def test_the_text_moves_the_form_and_what_is_no_json_keeps_it_waiting(page: Page) -> None:
    write(page, '{"title": "Typed", "parties": [{"id": "a", "name": "Alpha", "country": "FI", "kind": "bank"}]}')
    expect(page.locator(at("/title"))).to_have_value("Typed")
    expect(page.locator(".card .card-name").first).to_have_text("Alpha")
    write(page, '{"title": ')
    expect(page.locator("#fields")).to_have_js_property("inert", True)
    expect(page.locator("#json-error")).to_contain_text("not JSON")
    write(page, '{"title": "Again", "parties": []}')
    expect(page.locator("#fields")).to_have_js_property("inert", False)
    expect(page.locator(at("/title"))).to_have_value("Again")


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
    write(page, json.dumps(strange))
    page.evaluate(OPEN)
    page.evaluate(TOUCH)
    enter(page, "/title", "Stranger")
    assert described(page) == {**strange, "title": "Stranger"}
    for each in ("later", "motto", "zz.no", "zz.none", "perhaps", "guild (not known here)", "spells (not known here)"):
        expect(page.locator("#fields")).to_contain_text(each)


def test_parts_are_added_and_taken_out(page: Page) -> None:
    show(page, "eu-us-company")
    before = described(page)
    page.click(at("/parties-add"))
    focused(page, f"/parties/{len(before['parties'])}/name")
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
    write(page, json.dumps(data))
    page.click(DECIDE)
    outcome(page)
    page.click('[data-leads="/datasets/0/subjects"]')
    expect(page.locator(f"{at('/datasets/0/subjects')}:focus-within")).to_be_visible()
    # A fact of one law, which the form otherwise keeps folded away.
    page.click('[data-leads="/parties/1/traits/eu.link_to_union"]')
    focused(page, "/parties/1/traits/eu.link_to_union")


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
    page.set_input_files("#file", file)
    expect(page.locator(at("/title"))).to_have_value("From YAML")
    assert described(page) == {"title": "From YAML", "parties": [{"id": "a", "country": "NO", "kind": "bank"}]}


def test_a_file_that_cannot_be_read_says_why(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("title: [", encoding="utf-8")
    page.set_input_files("#file", file)
    expect(page.locator("#faults h2")).to_be_visible()
    expect(page.locator("#faults")).to_contain_text("(at arrangement:2:1)")


def test_a_plan_becomes_a_draft_that_shows_what_it_could_not_hold(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(EX9, encoding="utf-8")
    page.set_input_files("#file", file)
    expect(page.locator("#draft h2").first).to_be_visible()
    expect(page.locator("#draft")).to_contain_text("Drafted from plan.json")
    expect(page.locator("#draft")).to_contain_text("Said by the document, and not in the draft")
    assert described(page)["datasets"][0]["id"] == "interviews"
    expect(page.locator("#drafted")).to_be_focused()
    expect(page.locator("#draft li a").first).to_have_text("holder › Country")
    page.click("#draft li a")
    focused(page, "/parties/0/country")


@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_is_wider_than_the_window_and_everything_has_a_name(page: Page, width: int) -> None:
    show(page, "three-party-genomics")
    page.evaluate(OPEN)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    nameless = page.evaluate(
        "[...document.querySelectorAll('#form :is(input, select, textarea)')].filter((each) => !each.labels.length"
        " && !each.getAttribute('aria-label')).map((each) => each.outerHTML)"
    )
    assert nameless == []
    twice = page.evaluate(
        "(() => { const ids = [...document.querySelectorAll('[id]')].map((each) => each.id);"
        "return ids.filter((id, index) => ids.indexOf(id) !== index); })()"
    )
    assert twice == []
