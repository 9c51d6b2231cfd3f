"""The review desk as people use it: in a real browser, signed in, several at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from service.reviews.doing import today
from service.storage.columns import now
from service.storage.ids import new_id
from service.storage.tables import agreements, deliveries, sessions, webhooks
from tests.service.browsing import Chromium, Page, browser_here, chromium
from tests.service.door import Door
from tests.service.stored import SAFEGUARDS, small

ONE, TWO = "0000-0002-1825-0097", "0000-0001-5109-3700"
LAB = {"sub": "u-lab", "name": "Liisa Lab", "groups": ["lab"]}
OFFICE = {"sub": "u-office", "name": "Olli Office", "groups": ["office"]}
SECOND = {"sub": "u-second", "name": "Saara Second", "groups": ["office"]}
LATER = (today() + timedelta(days=30)).isoformat()
# Whatever runs it leaves a mark, and nothing may.
HOSTILE = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>\"'><b>bold</b>"


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    path = browser_here()
    if path is None:
        pytest.skip("no Chromium here; SAFECONDUCT_TEST_BROWSER names one")
    with chromium(path, tmp_path_factory.mktemp("browser")) as running:
        yield running


class Desk:
    """A door, and people at the desk behind it."""

    def __init__(self, door: Door, browser: Chromium) -> None:
        self.door, self._browser = door, browser
        self.pages: list[Page] = []

    def sit(self, person: dict[str, Any], width: int = 1280) -> Page:
        """Sign somebody in, and let them look at the list."""
        self.door.provider.person = person
        page = self._browser.person(width)
        self.pages.append(page)
        page.go(f"{self.door.address}/auth/sign-in?next=/desk")
        page.sees(f"Signed in as {person['name']}", "All agreements")
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
def desk(sqlite_door: Door, browser: Chromium) -> Iterator[Desk]:
    made = Desk(sqlite_door, browser)
    yield made
    for page in made.pages:
        assert page.faults() == []


def open_it(page: Page, title: str = "Survey data of Zedland") -> None:
    if page.text("h1") != "Agreements":
        page.press("Agreements")
    page.press(title)
    page.sees("What you can do")


OPEN = ".acts details[open] form"


def fill(page: Page, **fields: str) -> None:
    """Fill in fields of the form that is open by what they are called, `_` for a blank."""
    for name, value in fields.items():
        page.put(name.replace("_", " "), value, OPEN)


def act(page: Page, title: str, button: str, **fields: str) -> None:
    """Unfold a form, fill it in, and send it."""
    page.press(title, ".acts summary")
    fill(page, **fields)
    page.press(button, OPEN)
    page.sees(f"Done: {title}.")


def sign(page: Page, reviewer: str = ONE, reason: str = "All of it is shown.") -> None:
    said = {"You": "approve", "In_the_role_of": "data_protection_officer"}
    act(page, "Sign off, or object", "Sign", **said, Your_ORCID_iD=reviewer, Reason=reason)


def test_two_people_carry_an_agreement_from_draft_to_active(desk: Desk) -> None:
    name = desk.begin(measures=SAFEGUARDS)
    lab, office = desk.sit(LAB), desk.sit(OFFICE)
    open_it(lab)
    assert "Approve" not in lab.text(".acts")
    assert "Sign off" not in lab.text(".acts")
    act(lab, "Submit for review", "Submit", Reason="It is complete.")
    open_it(office)
    act(office, "Take into review", "Take it", Reason="I look at it.")
    office.press("1 finding lets it pass")
    office.press("Comment on Zedland Data Act 2019 (transfer t, data set d)")
    assert office.ask("document.activeElement.id") == "comment-text"
    fill(office, Comment="Is the assessment of this year?")
    office.press("Comment", OPEN)
    office.sees("Done: Comment.", "1 comment", "Is the assessment of this year?")
    assert desk.read(name)["acts"][-1]["body"]["finding"] == {
        "transfer": "t",
        "instrument": "zz.data-act",
        "dataset": "d",
    }
    sign(office)
    assert "data protection officer ✓ approves 0000-0002-1825-0097 All of it is shown." in office.text("main")
    act(office, "Approve", "Approve", Reason="As signed off.")
    open_it(lab)
    act(lab, "Put into force", "Put into force", Reason="The contract is signed.", Last_day=LATER)
    found = desk.read(name)
    assert (found["state"], found["expires_on"], found["version"]) == ("active", LATER, 7)
    assert lab.ask("document.querySelector('#act-step-active')") is None


def test_whoever_comes_second_is_told_what_was_done_and_loses_nothing(desk: Desk) -> None:
    name = desk.begin(measures=SAFEGUARDS)
    lab = desk.sit(LAB)
    open_it(lab)
    lab.press("Submit for review", ".acts summary")
    fill(lab, Reason="Three paragraphs of reasons.")
    desk.do(name, "comments", {"text": "Wait, the storage is missing."})
    lab.press("Submit", OPEN)
    lab.sees("somebody else was faster", "You were looking at version 1; it is version 2 now.", "commented")
    assert lab.ask("document.activeElement.innerText") == "Show it as it is now"
    lab.press("Show it as it is now")
    lab.sees("This is version 2.", "Wait, the storage is missing.")
    assert lab.ask("document.querySelector('#step-submitted-reason').value") == "Three paragraphs of reasons."
    assert desk.read(name)["state"] == "draft"
    lab.press("Submit", OPEN)
    lab.sees("Done: Submit for review.")
    assert desk.read(name)["acts"][-1]["body"]["reason"] == "Three paragraphs of reasons."


def test_what_can_no_longer_be_sent_is_still_there_to_take_along(desk: Desk) -> None:
    name = desk.begin(measures=SAFEGUARDS)
    lab = desk.sit(LAB)
    open_it(lab)
    lab.press("Submit for review", ".acts summary")
    fill(lab, Reason="Three paragraphs of reasons.")
    desk.do(name, "steps", {"to": "withdrawn", "reason": "no longer needed"})
    lab.press("Submit", OPEN)
    lab.sees("it is version 2 now", "draft to withdrawn")
    lab.press("Show it as it is now")
    lab.sees("Typed, and not sent", "It is withdrawn, and stays so.")
    assert lab.ask("document.querySelector('#stranded-step-submitted').value") == "Three paragraphs of reasons."


def test_an_override_takes_a_second_person_and_is_always_in_sight(desk: Desk) -> None:
    name = desk.begin()
    desk.do(name, "steps", {"to": "submitted", "reason": "as it is"})
    office = desk.sit(OFFICE)
    open_it(office)
    act(office, "Take into review", "Take it", Reason="I look at it.")
    sign(office)
    office.press("Approve", ".acts summary")
    fill(office, Reason="Now.")
    office.press("Approve", OPEN)
    office.sees("The service did not do it.", "its outcome is `not_yet_permitted`")
    act(office, "Propose an override", "Propose the override", Reason="A pilot.", Last_day_of_the_override=LATER)
    office.sees("Does not count yet: a second person has to confirm it.")
    assert "Confirm the override" not in office.text(".acts")
    second = desk.sit(SECOND)
    open_it(second)
    act(second, "Confirm the override as second person", "Confirm the override", Your_ORCID_iD=TWO, Reason="I agree.")
    shown = second.text(".overrides")
    assert "Counts today." in shown
    assert f"Olli Office, {ONE}" in shown
    assert f"you, {TWO}" in shown
    assert "A pilot." in shown
    assert "I agree." in shown
    act(second, "Approve", "Approve", Reason="By the override.")
    assert desk.read(name)["state"] == "approved"
    act(second, "Ask for changes", "Ask for changes", Reason="After all.")
    assert "A pilot." in second.text(".overrides")


def test_what_others_wrote_is_never_markup(desk: Desk) -> None:
    name = desk.begin(title=HOSTILE, measures=SAFEGUARDS)
    desk.do(name, "comments", {"text": HOSTILE})
    office = desk.sit({**OFFICE, "name": HOSTILE[:60]})
    open_it(office, HOSTILE)
    assert HOSTILE in office.text("h1")
    assert HOSTILE in office.text(".comments")
    assert office.ask("document.querySelectorAll('main b, main script, img:not([src^=blob])').length") == 0
    office.press("its decision")
    office.sees("Decide again by the law of today", HOSTILE)
    assert office.ask("document.title") == f"{HOSTILE} - Safeconduct"


def test_a_review_is_begun_and_a_missing_fact_answered_on_the_page(desk: Desk) -> None:
    data = small(measures=SAFEGUARDS)
    del data["datasets"][0]["identifiability"]
    lab = desk.sit(LAB)
    lab.press("Begin a review")
    lab.put("The arrangement", json.dumps(data)[:-1])
    lab.press("Begin the review")
    lab.sees("This is no JSON.")
    lab.put("The arrangement", json.dumps({**data, "parties": []}))
    lab.press("Begin the review")
    lab.sees("/arrangement/parties")
    lab.put("The arrangement", json.dumps(data))
    lab.press("Begin the review")
    lab.sees("Missing facts (1)", "? undetermined")
    name = str(lab.ask("location.hash")).rpartition("/")[2]
    lab.put("Are the data of d identified, pseudonymised, anonymous ...?", "identified")
    lab.press("Answer", "form.question")
    lab.sees("You answer “identified”.")
    assert lab.ask("document.activeElement.id") == "answer-source"
    # Somebody is faster here as well.
    desk.do(name, "comments", {"text": "Ask the registry."})
    lab.put("How is this known?", "The registry says so.")
    lab.press("Send the answer")
    lab.press("Show it as it is now")
    lab.sees("Ask the registry.")
    assert lab.ask("document.querySelector('#answer-source').value") == "The registry says so."
    lab.press("Send the answer")
    lab.sees("Done: Answer: Are the data", "No fact is missing", "permitted with conditions")
    lab.press("What changed since revision 1")
    lab.sees('/datasets/0/identifiability not stated "identified"', "What came out differently")
    assert desk.read(name)["acts"][-1]["body"]["source"] == "The registry says so."


def test_a_fact_that_is_no_choice_is_written_as_an_arrangement_has_it(desk: Desk) -> None:
    dataset = {**small()["datasets"][0]}
    del dataset["subjects"]
    name = desk.begin(measures=SAFEGUARDS, datasets=[dataset])
    lab = desk.sit(LAB)
    open_it(lab)
    lab.press("Answer", ".question")
    lab.put("How is this known?", "The registry says so.")
    lab.put("Answer", '[{"country": "BV", "persons": 1200', ".answering")
    lab.press("Send the answer")
    lab.sees("This is no JSON")
    lab.put("Answer", '[{"country": "BV", "persons": 1200}]', ".answering")
    lab.press("Send the answer")
    lab.sees("Done: Answer: From which countries", "No fact is missing")
    assert desk.read(name)["outcome"] == "permitted_with_conditions"
    desk.do(desk.begin(title="Another", datasets=[dataset]), "steps", {"to": "submitted", "reason": "as it is"})
    office = desk.sit(OFFICE)
    open_it(office, "Another")
    office.sees("Answers make another revision.")
    assert office.ask("document.querySelectorAll('.question button').length") == 0


def test_whoever_is_signed_out_meanwhile_signs_in_again_and_goes_on(desk: Desk) -> None:
    desk.begin(measures=SAFEGUARDS)
    lab = desk.sit(LAB)
    open_it(lab)
    lab.press("Submit for review", ".acts summary")
    fill(lab, Reason="Three paragraphs of reasons.")
    desk.door.set(sessions, expires_at=now())
    lab.press("Submit", OPEN)
    lab.sees("You are no longer signed in. Nothing that you typed is lost.", "Sign in in another tab")
    other = lab.tab()
    other.go(f"{desk.door.address}/auth/sign-in")
    other.sees("You are signed in")
    lab.press("Submit", OPEN)
    lab.sees("Done: Submit for review.", "Three paragraphs of reasons.")


def test_a_key_is_in_the_page_alone_and_gone_with_it(desk: Desk, browser: Chromium) -> None:
    page = browser.person()
    desk.pages.append(page)
    page.go(f"{desk.door.address}/desk#/watch")
    page.sees("Sign in, or use a key:")
    assert "What the watch found" not in page.text()
    page.put("API key", "sck_01m8d5nz7zj696vse4k48r7qyh.nothing")
    page.press("Use this key")
    page.sees("This key is not good")
    key = desk.door.administrators["ours"]
    page.put("API key", key)
    page.press("Use this key")
    page.sees("With the key", "What the watch found")
    kept = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, history.state])"
    assert key not in page.ask(f"{kept} + document.documentElement.outerHTML")
    assert page.ask("[...document.querySelectorAll('input')].filter((each) => each.value).length") == 0
    page.do("Page.reload")
    page.sees("Sign in, or use a key:")


def test_lost_permissions_come_first_and_a_reviewer_takes_the_flag_away(desk: Desk) -> None:
    lost = desk.begin(title="Lost", measures=SAFEGUARDS)
    changed = desk.begin(title="Changed", measures=SAFEGUARDS)
    desk.begin(title="Quiet", measures=SAFEGUARDS)
    for name, flag in ((lost, "permission_lost"), (changed, "outcome_changed")):
        values = {"attention": flag, "attention_at": now(), "watched_outcome": "prohibited", "state": "active"}
        with desk.door.database.writing() as connection:
            connection.execute(update(agreements).where(agreements.c.id == name).values(**values))
    office = desk.sit(OFFICE)
    first, everything = office.text(".attention"), office.text("main")
    assert first.index("Lost") < first.index("Changed")
    assert "Quiet" not in first
    assert "Quiet" in everything
    office.put("State", "draft")
    office.press("Show")
    office.sees("Agreements: draft")
    assert "Lost" not in office.text("main")
    office.press("Watch")
    office.sees("What the watch found", "Webhook deliveries given up")
    office.press("Lost")
    office.sees("Permission lost", "by the law of today it is not")
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
    office.press("Watch")
    office.sees(f"agreement.made {name} no answer")
    office.press("Send agreement.made again")
    office.sees("To be sent again.")
    (sent,) = desk.door.rows(deliveries)
    assert (sent["state"], sent["attempts"]) == ("waiting", 0)


def test_a_list_goes_on_and_back(desk: Desk) -> None:
    desk.door.provider.person = LAB
    browser = desk.door.browser()
    browser.sign_in()
    for number in range(26):
        browser.change("POST", "/v1/agreements", json={"arrangement": small(title=f"Number {number}.")})
    lab = desk.sit(LAB)
    assert "Number 0." not in lab.text("main")
    lab.press("Older")
    lab.sees("Number 0.")
    assert "Number 25." not in lab.text("main")
    lab.ask("history.back()")
    lab.sees("Number 25.")


def test_a_stored_evaluation_is_opened_decided_again_and_taken_into_review(desk: Desk) -> None:
    desk.begin(measures=SAFEGUARDS)
    lab = desk.sit(LAB)
    lab.press("Stored evaluations")
    lab.put("Title has", "zedland")
    lab.press("Show")
    lab.press("Survey data of Zedland")
    for law in ("today", "that time"):
        lab.press(f"Decide again by the law of {law}")
        lab.sees("The very same answer, to the letter.")
    lab.press("Begin a review of this arrangement")
    lab.until("document.querySelector('#new-arrangement')?.value.includes('Survey data of Zedland')")


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
        office.go(f"{desk.door.address}/desk#/{view}")
        office.until("document.activeElement.tagName === 'H1' && !document.querySelector('#status').textContent")
        assert office.ask(SOUND) == [], view
        for index in range(office.ask("document.querySelectorAll('main details').length")):
            office.ask(f"document.querySelectorAll('main details')[{index}].open = true")
            assert office.ask(SOUND) == [], view
