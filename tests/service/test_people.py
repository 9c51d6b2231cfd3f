"""Who gets in: roles by what the provider says, one organisation each, and who is kept out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx2

from service.access.grants import Grant
from service.access.people import Vouched, sign_in
from service.problems import Problem
from service.rehashing import check_objects
from service.settings import Settings
from service.storage.columns import now
from service.storage.tables import people, sessions
from tests.service.asking import codes
from tests.service.door import Door, Open, refused
from tests.service.stored import small


def test_somebody_without_a_role_is_refused(door: Door) -> None:
    for groups in ([], ["officers"], "off", None, [None, 7], {"office": True}):
        door.provider.person["groups"] = groups
        assert "role" in refused(door, door.browser().sign_in())
    assert door.rows(people) == []
    assert door.audited()[-1] == ("anonymous", "sign-in.refused", "no-role")


def test_a_single_value_of_a_claim_is_enough(sqlite_door: Door) -> None:
    sqlite_door.provider.person["groups"] = "lab"
    assert sqlite_door.browser().sign_in("/auth/sign-in?next=/auth/me").json()["roles"] == ["submitter"]


def test_roles_of_all_grants_of_one_organisation_add_up(door: Door) -> None:
    door.provider.person["groups"] = ["lab", "office", "chess"]
    roles = ["administrator", "reviewer", "submitter"]
    assert door.browser().sign_in("/auth/sign-in?next=/auth/me").json()["roles"] == roles


def test_somebody_of_several_organisations_is_refused(door: Door) -> None:
    door.provider.person["groups"] = ["lab", "clinic"]
    assert door.organisation() in refused(door, door.browser().sign_in())
    assert door.audited() == door.audited(of="theirs") == [("anonymous", "sign-in.refused", "several-organisations")]


def test_a_grant_of_an_organisation_that_is_not_there_lets_nobody_in(opening: Open) -> None:
    with opening(oidc_grants=(Grant("groups", "office", "org_" + "0" * 26, ("reader",)),)) as door:
        refused(door, door.browser().sign_in())
        assert door.rows(people) == []


def test_roles_are_those_of_the_last_sign_in_and_a_lost_role_ends_every_session(door: Door) -> None:
    first = door.browser()
    first.sign_in()
    door.provider.person["groups"] = ["lab"]
    door.browser().sign_in()
    assert first.get("/auth/me").json()["roles"] == ["submitter"]
    door.provider.person["groups"] = []
    refused(door, door.browser().sign_in())
    assert codes(first.get("/auth/me"), 401) == {"header:Cookie": "session-ended"}
    assert door.audited()[-1] == (door.person()["id"], "sign-in.refused", "no-role")


def test_somebody_who_changes_the_organisation_is_somebody_new_there(door: Door) -> None:
    first = door.browser()
    first.sign_in()
    name = first.change("POST", "/v1/agreements", json={"arrangement": small()}).headers["location"]
    door.provider.person["groups"] = ["clinic"]
    second = door.browser()
    me = second.sign_in("/auth/sign-in?next=/auth/me").json()
    assert me["organisation"] == door.organisation("theirs")
    assert {row["organisation"] for row in door.rows(people)} == {door.organisation(), door.organisation("theirs")}
    assert codes(second.get(name), 404) == {"path:id": "unknown-agreement"}
    assert second.get("/v1/agreements").json()["items"] == []
    assert codes(first.get("/v1/agreements"), 401) == {"header:Cookie": "session-ended"}


def test_a_disabled_person_is_out_at_once_and_stays_out(door: Door) -> None:
    door.provider.person |= {"sub": "u-2", "groups": ["lab"]}
    theirs = door.browser()
    theirs.sign_in()
    name = door.person()["id"]
    door.provider.person |= {"sub": "u-1", "groups": ["office"]}
    office = door.browser()
    office.sign_in()
    listed = office.get("/v1/people").json()["items"]
    assert {line["id"]: line["roles"] for line in listed}[name] == ["submitter"]
    changed = office.change("POST", f"/v1/people/{name}/disable").json()
    assert changed["disabled_at"]
    assert codes(theirs.get("/auth/me"), 401) == {"header:Cookie": "session-ended"}
    door.provider.person |= {"sub": "u-2", "groups": ["lab"]}
    assert codes(theirs.sign_in(), 403) == {"": "sign-in-refused"}
    assert office.change("POST", f"/v1/people/{name}/enable").json()["disabled_at"] is None
    assert theirs.sign_in("/auth/sign-in?next=/auth/me").status_code == 200
    actions = [(actor == name, action, reason) for actor, action, reason in door.audited()]
    assert actions[2:] == [
        (False, "person.disabled", ""),
        (True, "sign-in.refused", "disabled"),
        (False, "person.enabled", ""),
        (True, "person.signed-in", ""),
    ]
    with door.database.snapshot() as connection:
        check_objects(connection)  # nothing about people is written that the log does not know of


def test_a_session_of_somebody_disabled_is_not_good_even_if_it_is_there(door: Door) -> None:
    browser = door.browser()
    browser.sign_in()
    door.set(people, disabled_at=now())
    assert codes(browser.get("/auth/me"), 401) == {"header:Cookie": "session-ended"}


def test_two_first_sign_ins_at_once_are_one_person(door: Door) -> None:
    settings = Settings(oidc_grants=(Grant("groups", "office", door.organisation(), ("reader",)),))
    claims = {"iss": "https://id.example", "sub": "u-1", "groups": ["office"]}

    def enter(_: int) -> str | Problem:
        return door.database.write(lambda connection: sign_in(connection, Vouched(claims), settings, None))

    with ThreadPoolExecutor(8) as threads:
        tokens = set(threads.map(enter, range(8)))
    assert len(tokens) == len(door.rows(sessions)) == 8
    assert door.person()["roles"] == ["reader"]


def test_a_reviewer_known_by_an_orcid_id_signs_for_nobody_else(door: Door) -> None:
    door.provider.person["orcid"] = "0000-0002-1825-0097"
    browser = door.browser()
    browser.sign_in()
    key = door.administrators["ours"]
    path = door.ask("POST", "/v1/agreements", key, json={"arrangement": small()}).headers["location"]
    submitted = {"to": "submitted", "reason": "it is complete"}
    assert door.ask("POST", f"{path}/steps", key, json=submitted, headers={"If-Match": '"1"'}).status_code == 200
    taken = {"to": "in_review", "reason": "it is our turn"}
    assert browser.change("POST", f"{path}/steps", json=taken, headers={"If-Match": '"2"'}).status_code == 200

    def sign(reviewer: str) -> httpx2.Response:
        body = {"reviewer": reviewer, "role": "data_protection_officer", "verdict": "approve", "reason": "in order"}
        return browser.change("POST", f"{path}/signoffs", json=body, headers={"If-Match": '"3"'})

    assert browser.get("/auth/me").json()["orcid"] == "0000-0002-1825-0097"
    assert codes(sign("0000-0001-5109-3700"), 422) == {"/reviewer": "another-reviewer"}
    assert sign("https://orcid.org/0000-0002-1825-0097").status_code == 200


def test_keys_that_somebody_made_are_named_when_they_are_disabled(door: Door) -> None:
    browser = door.browser()
    browser.sign_in()
    key = browser.change("POST", "/v1/keys", json={"name": "a key", "roles": ["reader"]}).json()
    changed = door.ask("POST", f"/v1/people/{door.person()['id']}/disable", door.administrators["ours"])
    assert changed.json()["keys"] == [key["id"]]
    assert door.ask("GET", "/auth/me", key["key"]).status_code == 200


def test_people_of_others_are_not_there(door: Door) -> None:
    door.browser().sign_in()
    theirs = door.administrators["theirs"]
    assert door.ask("GET", "/v1/people", theirs).json()["items"] == []
    for name in (door.person()["id"], "per_x"):
        response = door.ask("POST", f"/v1/people/{name}/disable", theirs)
        assert codes(response, 404) == {"path:id": "unknown-person"}
    assert door.person()["disabled_at"] is None
