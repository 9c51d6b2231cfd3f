"""Crates over HTTP: of an arrangement, of a record, and of an agreement with its sign-offs."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from rocrate.rocrate import ROCrate
from starlette.testclient import TestClient

from service.documents.signoffs import CONFIRMATION, OVERRIDE, SIGN_OFF
from service.reviews.doing import today
from tests.documents.checking import faults_of
from tests.service.stored import SAFEGUARDS, Service, small
from tests.service.test_reviews import ONE, REASON, TWO, begin, do, go, read, signoff


def graph_of(content: bytes) -> dict[str, dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        return {each["@id"]: each for each in json.loads(held.read("ro-crate-metadata.json"))["@graph"]}


def crate_of(stored: Service, name: str) -> bytes:
    response = stored.ask("GET", f"/v1/agreements/{name}/crate", "reader")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"] == f'attachment; filename="safeconduct-{name}.crate.zip"'
    return response.content


def test_an_arrangement_gets_a_crate_and_nothing_is_stored(client: TestClient, example: dict[str, Any]) -> None:
    response = client.post("/v1/reports?format=crate", json=example)
    assert response.headers["content-type"] == "application/zip"
    assert "arrangement.json" in graph_of(response.content)


def test_a_record_gets_a_crate_with_the_very_decision_of_record(stored: Service) -> None:
    place = stored.submit(small()).headers["location"]
    content = stored.ask("GET", f"{place}/report?format=crate", "reader").content
    decision = stored.ask("GET", f"{place}/decision", "reader").content
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        assert held.read("decision.json") == decision
        assert json.loads(held.read("arrangement.json")) == small()
    graph = graph_of(content)
    assert graph["decision.json"]["sha256"] == hashlib.sha256(decision).hexdigest()
    assert graph["#keeper"]["name"] == "ours"
    assert stored.ask("GET", f"{place}/report?format=crate", "reader", of="theirs").status_code == 404


def test_a_sign_off_is_an_action_with_agent_role_reason_time_and_outcome(stored: Service, tmp_path: Path) -> None:
    name = begin(stored, measures=SAFEGUARDS)
    go(stored, name, "submitted", "in_review")
    assert signoff(stored, name).status_code == 200
    body = {"verdict": "object", "role": "ethics_board", "reviewer": TWO, "reason": "the consent is too narrow"}
    assert do(stored, name, "signoffs", "reviewer", body).status_code == 200
    content = crate_of(stored, name)
    graph = graph_of(content)
    given = {act["body"].get("role"): act for act in read(stored, name)["acts"] if act["kind"] == "signed"}
    for role, orcid, status, reason in (
        ("data_protection_officer", ONE, "Completed", REASON["reason"]),
        ("ethics_board", TWO, "Failed", "the consent is too narrow"),
    ):
        action = graph[f"#signoff-{given[role]['id']}"]
        assert action["@type"] == "AssessAction"
        assert action["additionalType"] == {"@id": "https://w3id.org/shp#SignOff"} == {"@id": SIGN_OFF}
        assert action["agent"] == {"@id": f"https://orcid.org/{orcid}"}
        assert graph[action["participant"]["@id"]]["roleName"] == role
        assert (action["description"], action["endTime"]) == (reason, given[role]["at"])
        assert action["actionStatus"] == f"http://schema.org/{status}ActionStatus"
        assert {"@id": "./"} in action["object"]
        assert {"@id": action["@id"]} in graph["./"]["mentions"]
        assert graph[f"https://orcid.org/{orcid}"]["@type"] == "Person"
    assert graph["./"]["creativeWorkStatus"] == "in_review"
    (tmp_path / "made.zip").write_bytes(content)
    assert faults_of(tmp_path / "made.zip") == []
    assert ROCrate(tmp_path / "made.zip").get(f"#signoff-{given['ethics_board']['id']}")["agent"].id.endswith(TWO)


def test_what_was_signed_before_a_revision_is_about_that_revision(stored: Service) -> None:
    name = begin(stored, measures=SAFEGUARDS)
    go(stored, name, "submitted", "in_review")
    signoff(stored, name)
    go(stored, name, "changes_requested")
    later = small(measures=SAFEGUARDS, title="Survey data of Zedland, again")
    assert do(stored, name, "revisions", "submitter", {"arrangement": later}).status_code == 200
    content = crate_of(stored, name)
    (action,) = [each for each in graph_of(content).values() if each["@type"] == "AssessAction"]
    assert action["object"] in ({"@id": "revisions/1/decision.json"}, [{"@id": "revisions/1/decision.json"}])
    assert "revision 1, replaced since" in action["name"]
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        assert json.loads(held.read("arrangement.json")) == later
        assert json.loads(held.read("revisions/1/arrangement.json")) == small(measures=SAFEGUARDS)
        assert json.loads(held.read("review.json"))["revision"] == 2


def test_an_override_is_never_silent(stored: Service) -> None:
    name = begin(stored)
    go(stored, name, "submitted", "in_review")
    last = today().replace(year=today().year + 1, day=1).isoformat()
    proposed = do(stored, name, "overrides", "reviewer", {"reviewer": ONE, "expires_on": last, **REASON})
    act = proposed.json()["acts"][-1]["id"]
    other = stored.key("reviewer", "reader")
    body = {"override": act, "reviewer": TWO, **REASON}
    assert do(stored, name, "confirmations", "reviewer", body, key=other).status_code == 200
    kinds = {
        each["additionalType"]["@id"]: each
        for each in graph_of(crate_of(stored, name)).values()
        if each["@type"] == "AssessAction"
    }
    assert set(kinds) == {OVERRIDE, CONFIRMATION}
    assert last in kinds[OVERRIDE]["name"]
    assert kinds[CONFIRMATION]["instrument"] == {"@id": f"#override-{act}"}


def test_the_same_state_of_an_agreement_gives_the_same_bytes(stored: Service) -> None:
    name = begin(stored)
    first = crate_of(stored, name)
    assert crate_of(stored, name) == first
    go(stored, name, "submitted")
    assert crate_of(stored, name) != first


def test_no_organisation_gets_the_crate_of_another(stored: Service) -> None:
    name = begin(stored)
    assert stored.ask("GET", f"/v1/agreements/{name}/crate", "reader", of="theirs").status_code == 404


def test_the_document_of_an_agreement_hides_no_override_and_names_who_signed(stored: Service) -> None:
    name = begin(stored)
    do(stored, name, "comments", "submitter", {"text": "Please by *Monday*.", "fact": "/parties"})
    go(stored, name, "submitted", "in_review")
    signoff(stored, name, reviewer="dpo@uni.example")
    until = str(today() + timedelta(days=30))
    first, second = stored.key("reviewer"), stored.key("reviewer", of="ours", scopes=("agreements:review",))
    tag = {"If-Match": f'"{read(stored, name)["version"]}"'}
    body = {"reviewer": ONE, "reason": "lives depend on it", "expires_on": until}
    response = stored.ask("POST", f"/v1/agreements/{name}/overrides", key=first, json=body, headers=tag)
    override = response.json()["acts"][-1]["id"]

    def written(form: str = "markdown", of: str = "ours") -> bytes:
        response = stored.ask("GET", f"/v1/agreements/{name}/report?format={form}", "reader", of=of)
        assert response.status_code == (200 if of == "ours" else 404), response.text
        return response.content

    text = written().decode()
    assert f"Override: to proceed until {until} although NOT YET PERMITTED. Proposed by ORCID iD {ONE}" in text
    assert "No second person has confirmed it: it does not count." in text
    body = {"override": override, "reviewer": TWO, "reason": "I saw the files"}
    tag = {"If-Match": response.headers["etag"]}
    stored.ask("POST", f"/v1/agreements/{name}/confirmations", key=second, json=body, headers=tag)
    go(stored, name, "approved", "active")
    text = written().decode()
    assert f"Confirmed by ORCID iD {TWO} on {today()}: I saw the files" in text
    for said in (
        "| approves | data protection officer |",
        "dpo\\@uni.example",  # and no link: documents open no mail
        "from approved to active",
        "commented on /parties",
    ):
        assert said in text, said
    assert text.index("Review of the agreement") < text.index("Map of transfers")
    assert written("pdf").startswith(b"%PDF")
    with zipfile.ZipFile(io.BytesIO(crate_of(stored, name))) as held:
        assert held.read("report.md").decode() == text
        graph = {each["@id"]: each for each in json.loads(held.read("ro-crate-metadata.json"))["@graph"]}
    assert graph["mailto:dpo@uni.example"]["name"] == "Holder of dpo@uni.example"
    written(of="theirs")
