"""What the page at `/` says of a decision, in a real browser: names for ids, and questions answered at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.service.browser import people_at
from tests.service.filling import DECIDE, at, described, outcome, place, write

pytestmark = pytest.mark.slow
HOSPITAL, UNIVERSITY = "Helsinki University Hospital", "Stanford University"
BETWEEN = f"the transfer from {HOSPITAL} to {UNIVERSITY}"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with people_at(browser) as people:
        page = people.one()
        page.goto(f"{address}/")
        expect(page.locator("#example option").nth(3)).to_be_attached()
        yield page


def genomes(**transfer: Any) -> dict[str, Any]:
    return {
        "title": "Genomes to Stanford",
        "parties": [
            {"id": "huh", "name": HOSPITAL, "kind": "hospital", "country": "FI"},
            {"id": "su", "name": UNIVERSITY, "kind": "university", "country": "US"},
        ],
        "datasets": [
            {
                "id": "wgs",
                "title": "Whole genomes",
                "categories": ["human_genomic"],
                "identifiability": "pseudonymised",
                "key_holder": "huh",
                "subjects": [{"country": "FI", "persons": 1200}],
            }
        ],
        "transfers": [
            {"id": "t-1", "exporter": "huh", "importer": "su", "datasets": ["wgs"], "mode": "copy", **transfer}
        ],
    }


def decided(page: Page, **transfer: Any) -> None:
    write(page, json.dumps(genomes(**transfer)))
    page.click(DECIDE)
    outcome(page)


def question(page: Page, text: str) -> Locator:
    return page.locator(".question", has_text=text)


def test_questions_name_the_parts_as_people_named_them(page: Page) -> None:
    decided(page)
    asked = page.locator("#result").inner_text()
    assert f"What is {BETWEEN} for?" in asked
    assert "Do the data of “Whole genomes” come from registers" in asked
    assert "Known by: exporter and importer." in asked
    assert "transfer t-1" not in asked
    assert "wgs" not in asked


def test_what_the_answers_mean_stands_beside_them(page: Page) -> None:
    decided(page)
    expect(question(page, "for?").locator("label", has_text="Clinical trial")).to_contain_text(
        "A clinical investigation."
    )
    means = question(page, "Are coded data personal data").locator(".means")
    expect(means).to_contain_text("Absolute: ")
    expect(means).to_contain_text("Contextual: ")
    agreement = question(page, "What kind of agreement")
    agreement.locator("select").select_option("sale")
    expect(agreement.locator(".means")).not_to_be_empty()


def test_one_answer_takes_the_others_along_and_goes_on_with_what_is_left(page: Page) -> None:
    decided(page)
    question(page, "for?").get_by_label("Scientific research").check()
    question(page, "What kind of agreement").locator("select").select_option("research_collaboration")
    register = question(page, "Finnish Act on Secondary Use")
    register.locator("select").select_option("none")
    expect(page.locator("#result")).to_contain_text("Other laws wait for facts")
    register.get_by_role("button", name=re.compile("^Answer: ")).click()
    expect(page.locator("#questions")).to_be_focused()
    expect(page.locator("#status")).to_contain_text("Decided again: not yet permitted; ")
    said = described(page)
    assert said["transfers"][0]["purposes"] == ["scientific_research"]
    assert said["transfers"][0]["agreement"] == "research_collaboration"
    assert said["datasets"][0]["traits"] == {"fi.register_data": "none"}


def test_what_would_make_it_lawful_says_what_has_to_be_found_and_leads_to_its_field(page: Page) -> None:
    decided(page, purposes=["scientific_research"])
    first = page.locator(".note", has_text="art 46(2)(c)").first
    expect(first).to_contain_text("It has to show: finding is adequate.")
    # Where the assessment finds otherwise, the set says what stands beside it.
    assert "It has to show" not in page.locator(".note", has_text="art 46(2)(c)").nth(1).inner_text()
    first.get_by_role("button", name="standard contractual clauses").click()
    field = page.locator(place("/measures/eu.scc"))
    expect(field).to_have_class("field places led")
    field.get_by_label("Yes").check()
    assert described(page)["measures"] == {"eu.scc": True}


def test_a_country_that_was_chosen_counts_also_where_nobody_pressed_add(page: Page) -> None:
    write(page, json.dumps(genomes()))
    stored = page.locator(at("/transfers/0/storage-add"))
    stored.focus()
    stored.select_option("US")
    page.locator(at("/transfers/0/storage-part")).select_option("US-CA")
    expect(page.locator(place("/transfers/0/storage"))).not_to_contain_text("California, United States")
    page.locator(at("/title")).focus()
    expect(page.locator(place("/transfers/0/storage"))).to_contain_text("California, United States")
    # Where the browser gives a list no focus, to decide takes what is in sight.
    page.locator(at("/datasets/0/collected_in-add")).select_option("FI")
    page.click(DECIDE)
    outcome(page)
    said = described(page)
    assert said["transfers"][0]["storage"] == ["US-CA"]
    assert said["datasets"][0]["collected_in"] == ["FI"]


def test_a_document_is_called_after_the_arrangement_and_a_part_after_whole_words(page: Page) -> None:
    decided(page)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Markdown", exact=True).click()
    assert re.fullmatch(r"genomes-to-stanford-[0-9a-f]{12}\.md", downloading.value.suggested_filename)
    page.click(at("/datasets-add"))
    title = page.locator(at("/datasets/1/title"))
    title.fill("Process recipes and wafer measurements")
    title.blur()
    assert described(page)["datasets"][1]["id"] == "process-recipes"
