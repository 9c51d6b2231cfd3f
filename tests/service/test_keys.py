"""Keys over HTTP: made, narrowed, rotated, ended; and never wider than the one who makes them."""

from __future__ import annotations

from datetime import timedelta

from pydantic import TypeAdapter

from service.routes.keys import KeyPage
from service.storage.columns import now
from tests.service.asking import codes
from tests.service.stored import Service


def make(stored: Service, key: str = "", **body: object) -> dict[str, str]:
    key = key or stored.administrators["ours"]
    response = stored.ask("POST", "/v1/keys", key=key, json={"name": "a key", "roles": ["reader"], **body})
    assert response.status_code == 201, response.text
    return dict(response.json())


def test_a_key_is_shown_once_and_works(stored: Service) -> None:
    made = make(stored, name="Lehrstuhl für Genetik")
    assert stored.ask("GET", "/v1/evaluations", key=made["key"]).status_code == 200
    listed = stored.ask("GET", "/v1/keys", key=stored.administrators["ours"])
    TypeAdapter(KeyPage).validate_json(listed.content, strict=True)
    (line,) = (each for each in listed.json()["items"] if each["id"] == made["id"])
    assert line["last_used_at"]
    assert made["key"].partition(".")[2] not in listed.text


def test_a_rotated_key_stays_good_for_a_while(stored: Service) -> None:
    administrator = stored.administrators["ours"]
    old = make(stored, scopes=["law:read"])
    path = f"/v1/keys/{old['id']}/rotate"
    new = stored.ask("POST", path, key=administrator, json={"overlap_seconds": 60}).json()
    assert all(stored.ask("GET", "/v1/facts", key=each["key"]).status_code == 200 for each in (old, new))
    assert codes(stored.ask("GET", "/v1/evaluations", key=new["key"]), 403)  # as narrow as the old one
    stored.ask("POST", path, key=administrator, json={"overlap_seconds": 0})
    assert codes(stored.ask("GET", "/v1/facts", key=old["key"]), 401)
    assert codes(stored.ask("POST", path, key=administrator, json={}), 409) == {"path:id": "key-ended"}
    for seconds in ("60", 60.0, True):
        assert codes(stored.ask("POST", path, key=administrator, json={"overlap_seconds": seconds}), 422)


def test_a_revoked_key_ends_at_once(stored: Service) -> None:
    made = make(stored)
    for _ in range(2):
        response = stored.ask("DELETE", f"/v1/keys/{made['id']}", key=stored.administrators["ours"])
        assert response.status_code == 204
    assert codes(stored.ask("GET", "/v1/facts", key=made["key"]), 401)


def test_a_key_is_not_made_with_what_none_of_its_roles_may(stored: Service) -> None:
    body = {"name": "x", "roles": ["reader", "reviewer"], "scopes": ["agreements:review", "audit:read", "evaluate"]}
    response = stored.ask("POST", "/v1/keys", "administrator", json=body)
    assert codes(response, 422) == {"/scopes/1": "bad-value"}
    assert make(stored, roles=["reader", "administrator"], scopes=["agreements:read", "audit:read"])


def test_a_narrow_key_makes_no_wider_one(stored: Service) -> None:
    narrow = make(stored, roles=["administrator"], scopes=["keys:manage", "law:read"])["key"]
    for scopes in (None, ["audit:read"], ["law:read", "evaluate"]):
        body = {"name": "x", "roles": ["administrator"], "scopes": scopes}
        assert codes(stored.ask("POST", "/v1/keys", key=narrow, json=body), 403) == {"": "not-allowed"}
    assert make(stored, narrow, scopes=["law:read"])
    wide = make(stored, roles=["submitter"])
    response = stored.ask("POST", f"/v1/keys/{wide['id']}/rotate", key=narrow, json={})
    assert codes(response, 403) == {"": "not-allowed"}


def test_keys_of_others_are_not_there(stored: Service) -> None:
    made, theirs = make(stored), stored.administrators["theirs"]
    assert codes(stored.ask("DELETE", f"/v1/keys/{made['id']}", key=theirs), 404) == {"path:id": "unknown-key"}
    assert codes(stored.ask("POST", f"/v1/keys/{made['id']}/rotate", key=theirs, json={}), 404)
    assert made["id"] not in stored.ask("GET", "/v1/keys", key=theirs).text
    assert stored.ask("GET", "/v1/facts", key=made["key"]).status_code == 200


def test_faults_of_a_form_are_all_told(stored: Service) -> None:
    body = {"name": "a\nb", "roles": ["reader", "root"], "scopes": ["law:read"], "expires": 1}
    response = stored.ask("POST", "/v1/keys", key=stored.administrators["ours"], json=body)
    assert codes(response, 422).keys() == {"/name", "/roles/1", "/expires"}
    for number in (4102444800, "4102444800", "2100"):
        body = {"name": "x", "roles": ["reader"], "expires_at": number}
        response = stored.ask("POST", "/v1/keys", key=stored.administrators["ours"], json=body)
        assert codes(response, 422) == {"/expires_at": "bad-value"}
    past = {"name": "x", "roles": ["reader"], "expires_at": (now() - timedelta(hours=1)).isoformat()}
    response = stored.ask("POST", "/v1/keys", key=stored.administrators["ours"], json=past)
    assert codes(response, 422) == {"/expires_at": "bad-value"}
