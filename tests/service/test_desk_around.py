"""Around the reviews of the desk, in a real browser: ways in, lists, the watch, stored evaluations, small screens."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from sqlalchemy import insert, update

from service.storage.columns import now
from service.storage.ids import new_id
from service.storage.tables import agreements, deliveries, sessions, webhooks
from tests.service.sitting import (
    LAB,
    OFFICE,
    OPEN,
    Desk,
    act,
    fill,
    open_it,
    press,
    put,
    ready,
    sees,
    text,
    unfold,
)
from tests.service.stored import SAFEGUARDS, small


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
