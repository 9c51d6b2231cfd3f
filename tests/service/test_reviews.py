"""Reviews of agreements: what can be done, by whom, in which state; and that nothing is silent or lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from pydantic import TypeAdapter

from service.reviews import shapes
from service.reviews.doing import today
from service.reviews.orcid import read_orcid
from service.reviews.reviewers import read_reviewer
from service.reviews.steps import STATES, STEPS
from tests.service.asking import codes, problem
from tests.service.stored import SAFEGUARDS, Service, name_of, small

# Real iDs of ORCID's own examples.
ONE, TWO = "0000-0002-1825-0097", "0000-0001-5109-3700"
REASON = {"reason": "as discussed"}
Do = Callable[..., httpx2.Response]


def begin(stored: Service, **more: Any) -> str:
    data = {"arrangement": small(**more), "note": "first"}
    return name_of(stored.ask("POST", "/v1/agreements", "submitter", json=data))


def read(stored: Service, name: str) -> dict[str, Any]:
    response = stored.ask("GET", f"/v1/agreements/{name}", "reader")
    TypeAdapter(shapes.Agreement).validate_json(response.content, strict=True)
    assert response.headers["etag"] == f'"{response.json()["version"]}"'
    return dict(response.json())


def do(
    stored: Service, name: str, path: str, role: str, body: dict[str, Any], version: int = 0, **more: Any
) -> httpx2.Response:
    tag = f'"{version or read(stored, name)["version"]}"'
    url = f"/v1/agreements/{name}/{path}"
    return stored.ask("POST", url, role, json=body, headers={"If-Match": tag}, **more)


def go(stored: Service, name: str, *states: str) -> None:
    for state in states:
        role = "reviewer" if state in ("in_review", "approved", "changes_requested", "rejected") else "submitter"
        response = do(stored, name, "steps", role, {"to": state, **REASON})
        assert response.status_code == 200, response.text


def signoff(stored: Service, name: str, verdict: str = "approve", reviewer: str = ONE, **more: Any) -> httpx2.Response:
    body = {"verdict": verdict, "role": "data_protection_officer", "reviewer": reviewer, **REASON}
    return do(stored, name, "signoffs", "reviewer", body, **more)


def active(stored: Service, **more: Any) -> str:
    name = begin(stored, measures=SAFEGUARDS, **more)
    go(stored, name, "submitted", "in_review")
    assert signoff(stored, name).status_code == 200
    go(stored, name, "approved", "active")
    return name


def test_from_draft_to_active_everything_is_on_record(stored: Service) -> None:
    name = active(stored)
    found = read(stored, name)
    assert (found["state"], found["version"], found["outcome"]) == ("active", 6, "permitted_with_conditions")
    told = [(act["kind"], act["version"], act["body"].get("to")) for act in found["acts"]]
    assert told == [
        ("stepped", 2, "submitted"),
        ("stepped", 3, "in_review"),
        ("signed", 4, None),
        ("stepped", 5, "approved"),
        ("stepped", 6, "active"),
    ]
    assert found["acts"][2]["body"]["reviewer"] == ONE
    (revision,) = found["revisions"]
    record = stored.ask("GET", f"/v1/evaluations/{revision['evaluation']}", "reader").json()
    assert record["arrangement"] == small(measures=SAFEGUARDS)
    assert stored.ask("GET", "/v1/agreements?state=active", "reader").json()["items"][0]["id"] == name
    assert stored.ask("GET", "/v1/agreements?state=draft", "reader").json()["items"] == []


def test_the_table_of_steps_is_what_is_allowed(stored: Service) -> None:
    name = begin(stored)
    state = read(stored, name)["state"]
    for to in STATES:
        if (state, to) not in STEPS:
            response = do(stored, name, "steps", "submitter", {"to": to, **REASON})
            assert problem(response, 409)["errors"][0] == {
                "code": "wrong-state",
                "where": "/to",
                "message": f"a `draft` cannot become `{to}`",
                "help": "it can become `submitted`, `withdrawn`",
            }
    assert read(stored, name)["version"] == 1
    # Nothing leads out of an end, and every other state is reached.
    assert {start for start, _ in STEPS} == set(STATES) - {"rejected", "expired", "withdrawn"}
    assert {to for _, to in STEPS} == set(STATES) - {"draft"}


def test_a_step_needs_the_permission_that_the_table_names(stored: Service) -> None:
    name = begin(stored)
    assert codes(do(stored, name, "steps", "reviewer", {"to": "submitted", **REASON}), 403) == {"": "not-allowed"}
    go(stored, name, "submitted")
    assert codes(do(stored, name, "steps", "submitter", {"to": "in_review", **REASON}), 403) == {"": "not-allowed"}
    assert codes(do(stored, name, "comments", "reader", {"text": "x"}), 403) == {"": "not-allowed"}


def test_nothing_is_approved_that_may_not_start_or_that_nobody_signed(stored: Service) -> None:
    name = begin(stored)
    go(stored, name, "submitted", "in_review")
    found = problem(do(stored, name, "steps", "reviewer", {"to": "approved", **REASON}), 409)
    assert {each["code"] for each in found["errors"]} == {"not-permitted", "not-signed"}
    assert signoff(stored, name).status_code == 200
    assert codes(do(stored, name, "steps", "reviewer", {"to": "approved", **REASON}), 409) == {"": "not-permitted"}


def test_an_objection_stands_until_its_reviewer_withdraws_it(stored: Service) -> None:
    name = begin(stored, measures=SAFEGUARDS)
    go(stored, name, "submitted", "in_review")
    signoff(stored, name, "approve", ONE)
    signoff(stored, name, "object", TWO)
    assert codes(do(stored, name, "steps", "reviewer", {"to": "approved", **REASON}), 409) == {"": "objection"}
    signoff(stored, name, "approve", TWO)
    go(stored, name, "approved")


def test_nobody_signs_their_own_work_off(stored: Service) -> None:
    both = stored.key("submitter", "reviewer")
    made = stored.ask("POST", "/v1/agreements", key=both, json={"arrangement": small(measures=SAFEGUARDS)})
    name = name_of(made)
    go(stored, name, "submitted", "in_review")
    assert codes(signoff(stored, name, key=both), 409) == {"": "own-work"}


def test_a_revision_makes_earlier_signatures_void(stored: Service) -> None:
    name = begin(stored, measures=SAFEGUARDS)
    go(stored, name, "submitted", "in_review")
    signoff(stored, name)
    revision = {"arrangement": small(measures=SAFEGUARDS, title="second"), "note": "more people"}
    assert codes(do(stored, name, "revisions", "submitter", revision), 409) == {"": "wrong-state"}
    go(stored, name, "changes_requested")
    response = do(stored, name, "revisions", "submitter", revision)
    assert (response.json()["revision"], response.json()["title"]) == (2, "second")
    go(stored, name, "submitted", "in_review")
    assert codes(do(stored, name, "steps", "reviewer", {"to": "approved", **REASON}), 409) == {"": "not-signed"}


# -- overrides --------------------------------------------------------------------------------------------------------


def test_an_override_needs_reason_day_and_second_person_and_is_visible_for_ever(stored: Service) -> None:
    name = begin(stored)
    go(stored, name, "submitted", "in_review")
    signoff(stored, name)
    until = (today() + timedelta(days=30)).isoformat()
    wish = {"reviewer": ONE, "reason": "lives are at stake", "expires_on": until}
    for missing in wish:
        body = {key: value for key, value in wish.items() if key != missing}
        assert codes(do(stored, name, "overrides", "reviewer", body), 422) == {f"/{missing}": "missing-key"}
    late = {**wish, "expires_on": today().isoformat()}
    assert codes(do(stored, name, "overrides", "reviewer", late), 422) == {"/expires_on": "bad-value"}
    response = do(stored, name, "overrides", "reviewer", wish)
    assert response.json()["override"] is None  # one person is not enough
    act = response.json()["acts"][-1]["id"]
    assert codes(do(stored, name, "steps", "reviewer", {"to": "approved", **REASON}), 409) == {"": "not-permitted"}
    second = stored.key("reviewer", scopes=["agreements:review", "agreements:read"])
    word = {"override": act, "reviewer": TWO, "reason": "I agree"}
    assert codes(do(stored, name, "confirmations", "reviewer", word), 409) == {"": "own-work"}  # the same key
    same = {**word, "reviewer": ONE}
    assert codes(do(stored, name, "confirmations", "reviewer", same, key=second), 409) == {"": "own-work"}
    other = {**word, "override": "act_" + "0" * 26}
    assert codes(do(stored, name, "confirmations", "reviewer", other, key=second), 422) == {
        "/override": "unknown-override"
    }
    confirmed = do(stored, name, "confirmations", "reviewer", word, key=second)
    assert confirmed.json()["override"] == {
        "act": act,
        "outcome": "not_yet_permitted",
        "reason": "lives are at stake",
        "expires_on": until,
    }
    go(stored, name, "approved", "active", "withdrawn")
    found = read(stored, name)
    assert found["outcome"] == "not_yet_permitted"  # the outcome itself is never changed
    assert [act["kind"] for act in found["acts"]].count("override_confirmed") == 1


def test_what_may_start_is_not_overridden(stored: Service) -> None:
    name = begin(stored, measures=SAFEGUARDS)
    go(stored, name, "submitted", "in_review")
    wish = {"reviewer": ONE, "expires_on": (today() + timedelta(days=1)).isoformat(), **REASON}
    assert codes(do(stored, name, "overrides", "reviewer", wish), 409) == {"": "nothing-to-override"}


# -- comments and answers ---------------------------------------------------------------------------------------------


def test_comments_are_anchored_to_what_is_there(stored: Service) -> None:
    name = begin(stored)
    finding = {"transfer": "t", "instrument": "zz.data-act", "dataset": "d"}
    fact = "/parties/1/traits"
    for body in (
        {"text": "of the whole\nin two lines"},
        {"text": "of a finding", "finding": finding},
        {"text": "of a fact", "fact": fact},
    ):
        assert do(stored, name, "comments", "submitter", body).status_code == 200
    wrong = {"text": "x", "finding": {**finding, "instrument": "zz.other"}}
    assert codes(do(stored, name, "comments", "reviewer", wrong), 422) == {"/finding": "unknown-finding"}
    wrong = {"text": "x", "fact": "/parties/9/country"}
    assert codes(do(stored, name, "comments", "reviewer", wrong), 422) == {"/fact": "unknown-place"}
    for text in ("", " ", "a\u202eb", "a\x00b", "x" * 10_001):
        assert codes(do(stored, name, "comments", "reviewer", {"text": text}), 422).keys() == {"/text"}, text
    bodies = [act["body"] for act in read(stored, name)["acts"]]
    assert [body["text"] for body in bodies] == ["of the whole\nin two lines", "of a finding", "of a fact"]
    assert (bodies[1]["finding"], bodies[2]["fact"]) == (finding, fact)


def test_an_answer_makes_a_revision_in_which_the_fact_is_known(stored: Service) -> None:
    data = small()
    del data["datasets"][0]["subjects"]
    name = name_of(stored.ask("POST", "/v1/agreements", "submitter", json={"arrangement": data}))
    record = stored.ask("GET", f"/v1/evaluations/{read(stored, name)['revisions'][0]['evaluation']}", "reader").json()
    question = next(each for each in record["decision"]["questions"] if each["pointer"].endswith("/subjects"))
    answer = {"pointer": question["pointer"], "value": small()["datasets"][0]["subjects"], "source": "their registrar"}
    response = do(stored, name, "answers", "submitter", answer)
    assert response.json()["revision"] == 2
    act = response.json()["acts"][-1]
    assert (act["kind"], act["body"]["source"]) == ("answered", "their registrar")
    assert question["ask"] in [each["ask"] for each in act["body"]["questions"]]
    evaluation = response.json()["revisions"][1]["evaluation"]
    assert stored.ask("GET", f"/v1/evaluations/{evaluation}", "reader").json()["arrangement"] == small()
    assert codes(do(stored, name, "answers", "submitter", answer), 422) == {"/pointer": "unknown-question"}


# -- at the same time -------------------------------------------------------------------------------------------------


def test_whoever_worked_on_an_older_version_is_told_what_changed(stored: Service) -> None:
    name = begin(stored)
    do(stored, name, "comments", "reviewer", {"text": "x"})
    do(stored, name, "revisions", "submitter", {"arrangement": small(measures=SAFEGUARDS)})
    response = do(stored, name, "steps", "submitter", {"to": "submitted", **REASON}, version=1)
    reviewer, submitter = (stored.principal(stored.key(role)).id for role in ("reviewer", "submitter"))
    assert problem(response, 409)["errors"][0] == {
        "code": "version-changed",
        "where": "header:If-Match",
        "message": f"version 3 is the current one; since 1: commented, by {reviewer}; "
        f"revised: revision 2, `permitted_with_conditions`, by {submitter}",
        "help": "read it again, and decide anew",
    }
    assert response.headers["etag"] == '"3"'
    assert read(stored, name)["state"] == "draft"


def test_a_change_names_the_version_that_it_changes(stored: Service) -> None:
    name = begin(stored)
    path = f"/v1/agreements/{name}/steps"
    body = {"to": "submitted", **REASON}
    assert codes(stored.ask("POST", path, "submitter", json=body), 428) == {"header:If-Match": "version-needed"}
    for tag in ("*", 'W/"1"', "x", '"-1"', '"' + "1" * 20 + '"'):
        response = stored.ask("POST", path, "submitter", json=body, headers={"If-Match": tag})
        assert codes(response, 422) == {"header:If-Match": "bad-value"}, tag


def test_of_many_that_step_at_once_one_does(stored: Service) -> None:
    name = begin(stored)
    stored.key("submitter")
    with ThreadPoolExecutor(8) as threads:
        found = list(
            threads.map(
                lambda _: do(stored, name, "steps", "submitter", {"to": "submitted", **REASON}, version=1), range(8)
            )
        )
    assert sorted(each.status_code for each in found) == [200, *[409] * 7]
    assert len(read(stored, name)["acts"]) == 1


# -- others, and bad input --------------------------------------------------------------------------------------------


def test_one_organisation_never_sees_or_changes_anothers(stored: Service) -> None:
    name = begin(stored)
    roles = ("submitter", "reviewer", "administrator")
    assert codes(stored.ask("GET", f"/v1/agreements/{name}", *roles, of="theirs"), 404) == {
        "path:id": "unknown-agreement"
    }
    assert stored.ask("GET", "/v1/agreements", *roles, of="theirs").json()["items"] == []
    for path, body in {
        "steps": {"to": "withdrawn", **REASON},
        "comments": {"text": "x"},
        "signoffs": {"verdict": "approve", "role": "x", "reviewer": ONE, **REASON},
        "overrides": {"reviewer": ONE, "expires_on": "2099-01-01", **REASON},
        "confirmations": {"override": "x", "reviewer": ONE, **REASON},
        "revisions": {"arrangement": small()},
        "answers": {"pointer": "/parties/1/owners", "value": "none", "source": "x"},
        "attention": REASON,
    }.items():
        url = f"/v1/agreements/{name}/{path}"
        response = stored.ask("POST", url, *roles, of="theirs", json=body, headers={"If-Match": '"1"'})
        assert codes(response, 404) == {"path:id": "unknown-agreement"}, path
    assert read(stored, name)["version"] == 1


def test_faults_of_an_arrangement_are_told_where_they_stand_in_the_request(stored: Service) -> None:
    data = small()
    data["transfers"][0]["importer"] = "unx"
    response = stored.ask("POST", "/v1/agreements", "submitter", json={"arrangement": data, "notes": "x"})
    assert codes(response, 422) == {"/notes": "unknown-key"}
    response = stored.ask("POST", "/v1/agreements", "submitter", json={"arrangement": data})
    assert codes(response, 422) == {"/arrangement/transfers/0/importer": "unknown-party"}
    assert stored.ask("GET", "/v1/agreements", "reader").json()["items"] == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"\xff", b'{"to": 1}', json.dumps({"to": "x"}).encode()])
def test_bodies_that_are_no_step_are_refused(stored: Service, body: bytes) -> None:
    headers = {"If-Match": '"1"', "Content-Type": "application/json"}
    problem(stored.ask("POST", "/v1/agreements/ag_x/steps", "submitter", content=body, headers=headers), 422)


def test_who_has_no_orcid_id_signs_with_another_identifier_and_stays_one_person(stored: Service) -> None:
    name = begin(stored)
    go(stored, name, "submitted", "in_review")
    assert signoff(stored, name, reviewer="DPO@uni.example").json()["acts"][-1]["body"]["reviewer"] == "dpo@uni.example"
    body = {"reviewer": "dpo@uni.example", "expires_on": str(today() + timedelta(days=1)), **REASON}
    override = do(stored, name, "overrides", "reviewer", body).json()["acts"][-1]["id"]
    confirmation = {"override": override, "reviewer": "Dpo@Uni.Example", **REASON}
    assert codes(do(stored, name, "confirmations", "reviewer", confirmation), 409) == {"": "own-work"}


@pytest.mark.parametrize(
    "text", ["", "me", "a@b", "0000-0002-1825-0098", "http://orcid.org/x", "javascript:x@y.z", "http://x.example/y"]
)
def test_what_is_no_reviewer(text: str) -> None:
    with pytest.raises(ValueError, match="ORCID"):
        read_reviewer(text)


@pytest.mark.parametrize("text", [ONE, TWO, f"https://orcid.org/{ONE}", "0000-0002-1694-233X"])
def test_orcids(text: str) -> None:
    assert read_orcid(text) == text[-19:]


@pytest.mark.parametrize("text", ["", "0000-0002-1825-0098", "0000-0002-1694-2330", ONE.replace("-", ""), ONE + "\n"])
def test_what_is_no_orcid(text: str) -> None:
    with pytest.raises(ValueError, match="ORCID"):
        read_orcid(text)
