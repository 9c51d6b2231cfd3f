"""The review desk as people use it: an agreement under review, in a real browser, several at once."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.service.sitting import (
    HOSTILE,
    LAB,
    LATER,
    OFFICE,
    ONE,
    OPEN,
    SECOND,
    TWO,
    Desk,
    act,
    fill,
    open_it,
    press,
    put,
    sees,
    sign,
    text,
    unfold,
)
from tests.service.stored import SAFEGUARDS, small


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
    asked = lab.locator("form.question", has_text="Are the data of")
    asked.locator("select").select_option("pseudonymised")
    expect(asked.locator(".means")).not_to_be_empty()
    put(lab, "Are the data of d identified, pseudonymised, anonymous ...?", "identified")
    press(lab, "Answer: Are the data of d identified, pseudonymised, anonymous ...?", "form.question")
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
