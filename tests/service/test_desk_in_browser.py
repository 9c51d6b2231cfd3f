"""The review desk as people use it: in a real browser, signed in, several at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import insert, update

from service.reviews.doing import today
from service.storage.columns import now
from service.storage.ids import new_id
from service.storage.tables import agreements, deliveries, sessions, webhooks
from tests.service.browser import People, people_at, running
from tests.service.door import Door
from tests.service.stored import SAFEGUARDS, small

ONE, TWO = "0000-0002-1825-0097", "0000-0001-5109-3700"
LAB = {"sub": "u-lab", "name": "Liisa Lab", "groups": ["lab"]}
OFFICE = {"sub": "u-office", "name": "Olli Office", "groups": ["office"]}
SECOND = {"sub": "u-second", "name": "Saara Second", "groups": ["office"]}
LATER = (today() + timedelta(days=30)).isoformat()
# Whatever runs it leaves a mark, and nothing may.
HOSTILE = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>\"'><b>bold</b>"


# Of this module: while Playwright runs, no other test of its process could run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running() as browser:
        yield browser


class Desk:
    """A door, and people at the desk behind it."""

    def __init__(self, door: Door, people: People) -> None:
        self.door, self.people = door, people

    def sit(self, person: dict[str, Any], width: int = 1280) -> Page:
        """Sign somebody in, and let them look at the list."""
        self.door.provider.person = person
        page = self.people.one(width)
        page.goto(f"{self.door.address}/auth/sign-in?next=/desk")
        sees(page, f"Signed in as {person['name']}", "All agreements")
        return page

    def begin(self, **more: Any) -> str:
        """Begin an agreement over HTTP, as the lab."""
        self.door.provider.person = LAB
        browser = self.door.browser()
        browser.sign_in()
        response = browser.change("POST", "/v1/agreements", json={"arrangement": small(**more)})
        return str(response.json()["id"])

    def read(self, name: str) -> dict[str, Any]:
        """Return an agreement."""
        return dict(self.door.ask("GET", f"/v1/agreements/{name}", self.door.administrators["ours"]).json())

    def do(self, name: str, path: str, body: dict[str, Any]) -> None:
        """Do something over HTTP, as the administrator with a key."""
        tag = {"If-Match": f'"{self.read(name)["version"]}"'}
        key = self.door.administrators["ours"]
        response = self.door.ask("POST", f"/v1/agreements/{name}/{path}", key, json=body, headers=tag)
        assert response.status_code == 200, response.text


@pytest.fixture
def desk(sqlite_door: Door, browser: Browser) -> Iterator[Desk]:
    with people_at(browser) as people:
        yield Desk(sqlite_door, people)


OPEN = ".acts details[open] form"


def sees(page: Page, *texts: str) -> None:
    """Wait until the page says all this."""
    for text in texts:
        expect(page.locator("body")).to_contain_text(text, use_inner_text=True)


def text(page: Page, selector: str = "body") -> str:
    """Return what can be read now, in one line."""
    return " ".join(" ".join(page.locator(selector).all_inner_texts()).split())


def ready(page: Page, within: str) -> Locator:
    """Return a part of a page that is not about to be replaced: what is pressed or filled in there would be lost."""
    expect(page.locator("[aria-busy]")).to_have_count(0)
    return page.locator(within)


def press(page: Page, name: str, within: str = "body") -> None:
    """Press a button or follow a link."""
    part = ready(page, within)
    part.get_by_role("button", name=name, exact=True).or_(part.get_by_role("link", name=name, exact=True)).click()


def unfold(page: Page, title: str, within: str = ".acts") -> None:
    """Unfold what is folded away."""
    ready(page, within).locator("summary").get_by_text(title, exact=True).click()


def put(page: Page, name: str, value: str, within: str = "body") -> None:
    """Fill in a field, or choose from it."""
    # A label may say more in brackets: that the field may be left out.
    field = ready(page, within).get_by_label(re.compile(rf"^{re.escape(name)}( \(|$)"))
    if field.evaluate("(each) => each.type") == "select-one":
        field.select_option(value)
    else:
        field.fill(value)


def open_it(page: Page, title: str = "Survey data of Zedland") -> None:
    if text(page, "h1") != "Agreements":
        press(page, "Agreements", "nav")
    press(page, title)
    sees(page, "What you can do")


def fill(page: Page, **fields: str) -> None:
    """Fill in fields of the form that is open by what they are called, `_` for a blank."""
    for name, value in fields.items():
        put(page, name.replace("_", " "), value, OPEN)


def act(page: Page, title: str, button: str, **fields: str) -> None:
    """Unfold a form, fill it in, and send it."""
    unfold(page, title)
    fill(page, **fields)
    press(page, button, OPEN)
    sees(page, f"Done: {title}.")


def sign(page: Page, reviewer: str = ONE, reason: str = "All of it is shown.") -> None:
    said = {"You": "approve", "In_the_role_of": "data_protection_officer"}
    act(page, "Sign off, or object", "Sign", **said, Your_ORCID_iD=reviewer, Reason=reason)


def test_two_people_carry_an_agreement_from_draft_to_active(desk: Desk) -> None:
    name = desk.begin(measures=SAFEGUARDS)
    lab, office = desk.sit(LAB), desk.sit(OFFICE)
    open_it(lab)
    assert "Approve" not in text(lab, ".acts")
    assert "Sign off" not in text(lab, ".acts")
    act(lab, "Submit for review", "Submit", Reason="It is complete.")
    open_it(office)
    act(office, "Take into review", "Take it", Reason="I look at it.")
    unfold(office, "1 finding lets it pass", "main")
    press(office, "Comment on Zedland Data Act 2019 (transfer t, data set d)")
    expect(office.locator("#comment-text")).to_be_focused()
    fill(office, Comment="Is the assessment of this year?")
    press(office, "Comment", OPEN)
    sees(office, "Done: Comment.", "1 comment", "Is the assessment of this year?")
    assert desk.read(name)["acts"][-1]["body"]["finding"] == {
        "transfer": "t",
        "instrument": "zz.data-act",
        "dataset": "d",
    }
    sign(office)
    assert "data protection officer ✓ approves 0000-0002-1825-0097 All of it is shown." in text(office, "main")
    act(office, "Approve", "Approve", Reason="As signed off.")
    open_it(lab)
    act(lab, "Put into force", "Put into force", Reason="The contract is signed.", Last_day=LATER)
    found = desk.read(name)
    assert (found["state"], found["expires_on"], found["version"]) == ("active", LATER, 7)
    expect(lab.locator("#act-step-active")).to_have_count(0)


def test_whoever_comes_second_is_told_what_was_done_and_loses_nothing(desk: Desk) -> None:
    name = desk.begin(measures=SAFEGUARDS)
    lab = desk.sit(LAB)
    open_it(lab)
    unfold(lab, "Submit for review")
    fill(lab, Reason="Three paragraphs of reasons.")
    desk.do(name, "comments", {"text": "Wait, the storage is missing."})
    press(lab, "Submit", OPEN)
    sees(lab, "somebody else was faster", "You were looking at version 1; it is version 2 now.", "commented")
    expect(lab.get_by_text("Show it as it is now", exact=True)).to_be_focused()
    press(lab, "Show it as it is now")
    sees(lab, "This is version 2.", "Wait, the storage is missing.")
    expect(lab.locator("#step-submitted-reason")).to_have_value("Three paragraphs of reasons.")
    assert desk.read(name)["state"] == "draft"
    press(lab, "Submit", OPEN)
    sees(lab, "Done: Submit for review.")
    assert desk.read(name)["acts"][-1]["body"]["reason"] == "Three paragraphs of reasons."


def test_what_can_no_longer_be_sent_is_still_there_to_take_along(desk: Desk) -> None:
    name = desk.begin(measures=SAFEGUARDS)
    lab = desk.sit(LAB)
    open_it(lab)
    unfold(lab, "Submit for review")
    fill(lab, Reason="Three paragraphs of reasons.")
    desk.do(name, "steps", {"to": "withdrawn", "reason": "no longer needed"})
    press(lab, "Submit", OPEN)
    sees(lab, "it is version 2 now", "draft to withdrawn")
    press(lab, "Show it as it is now")
    sees(lab, "Typed, and not sent", "It is withdrawn, and stays so.")
    expect(lab.locator("#stranded-step-submitted")).to_have_value("Three paragraphs of reasons.")


def test_an_override_takes_a_second_person_and_is_always_in_sight(desk: Desk) -> None:
    name = desk.begin()
    desk.do(name, "steps", {"to": "submitted", "reason": "as it is"})
    office = desk.sit(OFFICE)
    open_it(office)
    act(office, "Take into review", "Take it", Reason="I look at it.")
    sign(office)
    unfold(office, "Approve")
    fill(office, Reason="Now.")
    press(office, "Approve", OPEN)
    sees(office, "The service did not do it.", "its outcome is `not_yet_permitted`")
    act(office, "Propose an override", "Propose the override", Reason="A pilot.", Last_day_of_the_override=LATER)
    sees(office, "Does not count yet: a second person has to confirm it.")
    assert "Confirm the override" not in text(office, ".acts")
    second = desk.sit(SECOND)
    open_it(second)
    act(second, "Confirm the override as second person", "Confirm the override", Your_ORCID_iD=TWO, Reason="I agree.")
    shown = text(second, ".overrides")
    assert "Counts today." in shown
    assert f"Olli Office, {ONE}" in shown
    assert f"you, {TWO}" in shown
    assert "A pilot." in shown
    assert "I agree." in shown
    act(second, "Approve", "Approve", Reason="By the override.")
    assert desk.read(name)["state"] == "approved"
    act(second, "Ask for changes", "Ask for changes", Reason="After all.")
    assert "A pilot." in text(second, ".overrides")


def test_what_others_wrote_is_never_markup(desk: Desk) -> None:
    name = desk.begin(title=HOSTILE, measures=SAFEGUARDS)
    desk.do(name, "comments", {"text": HOSTILE})
    office = desk.sit({**OFFICE, "name": HOSTILE[:60]})
    open_it(office, HOSTILE)
    assert HOSTILE in text(office, "h1")
    assert HOSTILE in text(office, ".comments")
    expect(office.locator("main b, main script, img:not([src^=blob])")).to_have_count(0)
    press(office, "its decision")
    sees(office, "Decide again by the law of today", HOSTILE)
    assert office.title() == f"{HOSTILE} - Safeconduct"


def test_a_review_is_begun_and_a_missing_fact_answered_on_the_page(desk: Desk) -> None:
    data = small(measures=SAFEGUARDS)
    del data["datasets"][0]["identifiability"]
    lab = desk.sit(LAB)
    press(lab, "Begin a review", "nav")
    put(lab, "The arrangement", json.dumps(data)[:-1])
    press(lab, "Begin the review")
    sees(lab, "This is no JSON.")
    put(lab, "The arrangement", json.dumps({**data, "parties": []}))
    press(lab, "Begin the review")
    sees(lab, "/arrangement/parties")
    put(lab, "The arrangement", json.dumps(data))
    press(lab, "Begin the review")
    sees(lab, "Missing facts (1)", "? undetermined")
    name = lab.url.rpartition("/")[2]
    put(lab, "Are the data of d identified, pseudonymised, anonymous ...?", "identified")
    press(lab, "Answer", "form.question")
    sees(lab, "You answer “identified”.")
    expect(lab.locator("#answer-source")).to_be_focused()
    # Somebody is faster here as well.
    desk.do(name, "comments", {"text": "Ask the registry."})
    put(lab, "How is this known?", "The registry says so.")
    press(lab, "Send the answer")
    press(lab, "Show it as it is now")
    sees(lab, "Ask the registry.")
    expect(lab.locator("#answer-source")).to_have_value("The registry says so.")
    press(lab, "Send the answer")
    sees(lab, "Done: Answer: Are the data", "No fact is missing", "permitted with conditions")
    press(lab, "What changed since revision 1")
    sees(lab, '/datasets/0/identifiability not stated "identified"', "What came out differently")
    assert desk.read(name)["acts"][-1]["body"]["source"] == "The registry says so."


def test_a_fact_that_is_no_choice_is_written_as_an_arrangement_has_it(desk: Desk) -> None:
    dataset = {**small()["datasets"][0]}
    del dataset["subjects"]
    name = desk.begin(measures=SAFEGUARDS, datasets=[dataset])
    lab = desk.sit(LAB)
    open_it(lab)
    press(lab, "Answer", ".question")
    put(lab, "How is this known?", "The registry says so.")
    put(lab, "Answer", '[{"country": "BV", "persons": 1200', ".answering")
    press(lab, "Send the answer")
    sees(lab, "This is no JSON")
    put(lab, "Answer", '[{"country": "BV", "persons": 1200}]', ".answering")
    press(lab, "Send the answer")
    sees(lab, "Done: Answer: From which countries", "No fact is missing")
    assert desk.read(name)["outcome"] == "permitted_with_conditions"
    desk.do(desk.begin(title="Another", datasets=[dataset]), "steps", {"to": "submitted", "reason": "as it is"})
    office = desk.sit(OFFICE)
    open_it(office, "Another")
    sees(office, "Answers make another revision.")
    expect(office.locator(".question button")).to_have_count(0)


def test_whoever_is_signed_out_meanwhile_signs_in_again_and_goes_on(desk: Desk) -> None:
    desk.begin(measures=SAFEGUARDS)
    lab = desk.sit(LAB)
    open_it(lab)
    unfold(lab, "Submit for review")
    fill(lab, Reason="Three paragraphs of reasons.")
    desk.door.set(sessions, expires_at=now())
    press(lab, "Submit", OPEN)
    sees(lab, "You are no longer signed in. Nothing that you typed is lost.", "Sign in in another tab")
    other = lab.context.new_page()
    other.goto(f"{desk.door.address}/auth/sign-in")
    sees(other, "You are signed in")
    press(lab, "Submit", OPEN)
    sees(lab, "Done: Submit for review.", "Three paragraphs of reasons.")


def test_a_key_is_in_the_page_alone_and_gone_with_it(desk: Desk) -> None:
    page = desk.people.one()
    page.goto(f"{desk.door.address}/desk#/watch")
    sees(page, "Sign in, or use a key:")
    assert "What the watch found" not in text(page)
    put(page, "API key", "sck_01m8d5nz7zj696vse4k48r7qyh.nothing")
    press(page, "Use this key")
    sees(page, "This key is not good")
    key = desk.door.administrators["ours"]
    put(page, "API key", key)
    press(page, "Use this key")
    sees(page, "With the key", "What the watch found")
    kept = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, history.state])"
    assert key not in page.evaluate(f"{kept} + document.documentElement.outerHTML")
    assert page.evaluate("[...document.querySelectorAll('input')].filter((each) => each.value).length") == 0
    page.reload()
    sees(page, "Sign in, or use a key:")


def test_lost_permissions_come_first_and_a_reviewer_takes_the_flag_away(desk: Desk) -> None:
    lost = desk.begin(title="Lost", measures=SAFEGUARDS)
    changed = desk.begin(title="Changed", measures=SAFEGUARDS)
    desk.begin(title="Quiet", measures=SAFEGUARDS)
    for name, flag in ((lost, "permission_lost"), (changed, "outcome_changed")):
        values = {"attention": flag, "attention_at": now(), "watched_outcome": "prohibited", "state": "active"}
        with desk.door.database.writing() as connection:
            connection.execute(update(agreements).where(agreements.c.id == name).values(**values))
    office = desk.sit(OFFICE)
    first, everything = text(office, ".attention"), text(office, "main")
    assert first.index("Lost") < first.index("Changed")
    assert "Quiet" not in first
    assert "Quiet" in everything
    put(office, "State", "draft")
    press(office, "Show")
    sees(office, "Agreements: draft")
    assert "Lost" not in text(office, "main")
    press(office, "Watch")
    sees(office, "What the watch found", "Webhook deliveries given up")
    press(office, "Lost")
    sees(office, "Permission lost", "by the law of today it is not")
    act(office, "Say that attention was given", "Take the flag away", Reason="Stopped by telephone.")
    assert desk.read(lost)["attention"] is None


def test_what_could_not_be_delivered_is_sent_again(desk: Desk) -> None:
    organisation, webhook = desk.door.organisation(), new_id("wh")
    given = {"url": "https://x.example", "types": [], "secret": "x", "enabled": True}
    with desk.door.database.writing() as connection:
        row = {"id": webhook, "organisation": organisation, "created_at": now(), "created_by": "key", **given}
        connection.execute(insert(webhooks).values(row))
    name = desk.begin()
    desk.door.set(deliveries, state="dead", attempts=9, failure="no answer", done_at=now())
    office = desk.sit(OFFICE)
    press(office, "Watch")
    sees(office, f"agreement.made {name} no answer")
    press(office, "Send agreement.made again")
    sees(office, "To be sent again.")
    (sent,) = desk.door.rows(deliveries)
    assert (sent["state"], sent["attempts"]) == ("waiting", 0)
    # One that its receiver ended is in sight, and switched on again there.
    desk.door.set(webhooks, enabled=False)
    office.reload()
    sees(office, "Webhooks that their receivers ended", "https://x.example", "It has not looked yet.")
    press(office, "Switch https://x.example on")
    sees(office, "It is on.")
    assert [each["enabled"] for each in desk.door.rows(webhooks)] == [True]


def test_a_list_goes_on_and_back(desk: Desk) -> None:
    desk.door.provider.person = LAB
    browser = desk.door.browser()
    browser.sign_in()
    for number in range(26):
        browser.change("POST", "/v1/agreements", json={"arrangement": small(title=f"Number {number}.")})
    lab = desk.sit(LAB)
    assert "Number 0." not in text(lab, "main")
    press(lab, "Older")
    sees(lab, "Number 0.")
    assert "Number 25." not in text(lab, "main")
    lab.go_back()
    sees(lab, "Number 25.")


def test_a_stored_evaluation_is_opened_decided_again_and_taken_into_review(desk: Desk) -> None:
    desk.begin(measures=SAFEGUARDS)
    lab = desk.sit(LAB)
    press(lab, "Stored evaluations")
    put(lab, "Title has", "zedland")
    press(lab, "Show")
    press(lab, "Survey data of Zedland")
    for law in ("today", "that time"):
        press(lab, f"Decide again by the law of {law}")
        sees(lab, "The very same answer, to the letter.")
    press(lab, "Begin a review of this arrangement")
    expect(lab.locator("#new-arrangement")).to_have_value(re.compile("Survey data of Zedland"))


# Every field and button has a name, no name of an element is there twice, and nothing is wider than the screen.
SOUND = """
(() => {
  const all = (kind) => [...document.querySelectorAll(kind)];
  const ids = all("[id]").map((each) => each.id);
  const labelled = (each) => [...each.labels].some((one) => one.textContent.trim());
  const named = (each) => each.ariaLabel || each.textContent.trim();
  const described = all("[aria-describedby]").flatMap((each) => each.getAttribute("aria-describedby").split(" "));
  const wide = document.documentElement.scrollWidth;
  return [
    ...all("input, select, textarea").filter((each) => !labelled(each)).map((each) => `no label: ${each.outerHTML}`),
    ...all("button, a, summary").filter((each) => !named(each)).map((each) => `no name: ${each.outerHTML}`),
    ...ids.filter((each, index) => ids.indexOf(each) !== index).map((each) => `twice: ${each}`),
    ...described.filter((each) => !ids.includes(each)).map((each) => `not there: ${each}`),
    ...(wide > innerWidth ? [`wide: ${wide}`] : []),
    ...(all("main").length === 1 && all("h1").length === 1 ? [] : ["landmarks"]),
  ];
})()
"""


def test_every_view_fits_a_phone_and_can_be_used_without_seeing_it(desk: Desk) -> None:
    name = desk.begin(title="W" * 150)
    desk.do(name, "steps", {"to": "submitted", "reason": "x" * 300})
    desk.do(name, "comments", {"text": "y" * 300, "fact": "/datasets/0/duo"})
    evaluation = desk.read(name)["revisions"][0]["evaluation"]
    office = desk.sit(OFFICE, width=360)
    for view in ("agreements", f"agreements/{name}", "watch", "evaluations", f"evaluations/{evaluation}", "new"):
        office.goto(f"{desk.door.address}/desk#/{view}")
        expect(ready(office, "h1")).to_be_focused()
        expect(office.locator("#status")).to_have_text("")
        assert office.evaluate(SOUND) == [], view
        for index in range(office.evaluate("document.querySelectorAll('main details').length")):
            office.evaluate(f"document.querySelectorAll('main details')[{index}].open = true")
            assert office.evaluate(SOUND) == [], view
