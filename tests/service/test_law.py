"""Browsing the law gives what the engine gives, in the shapes that are published."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from engine.decision.schema import arrangement_schema
from engine.decision.statute import Law
from engine.facts.places import countries
from service import shapes


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/v1/instruments", list[shapes.InstrumentLine]),
        ("/v1/instruments?as_of=1999-01-01", list[shapes.InstrumentLine]),
        ("/v1/facts", shapes.VocabularyText),
        ("/v1/jurisdictions", shapes.Coverage),
        ("/readyz", shapes.Readiness),
        ("/healthz", shapes.Health),
    ],
)
def test_answers_have_the_published_shape(client: TestClient, path: str, shape: Any) -> None:
    response = client.get(path)
    assert response.status_code == 200
    TypeAdapter(shape).validate_json(response.content, strict=True)


def test_every_instrument_and_rule_can_be_read(client: TestClient, law: Law) -> None:
    for name in law.library.instruments:
        shapes.InstrumentText.model_validate_json(client.get(f"/v1/instruments/{name}").content, strict=True)
    for name in law.library.rules:
        shapes.RuleText.model_validate_json(client.get(f"/v1/rules/{name}").content, strict=True)


def test_instruments_are_those_of_the_day(client: TestClient) -> None:
    def names(day: str) -> set[str]:
        return {each["id"] for each in client.get(f"/v1/instruments?as_of={day}").json()}

    # The Regulation replaced the Directive on 25 May 2018 (article 99(2)).
    assert "eu.gdpr-transfers" not in names("2018-05-24")
    assert "eu.gdpr-transfers" in names("2018-05-25")
    assert "eu.directive-95-46-transfers" in names("2018-05-24")
    assert "eu.directive-95-46-transfers" not in names("2018-05-25")


def test_enums_carry_their_public_terms(client: TestClient) -> None:
    modes = {term["name"]: term["uri"] for term in client.get("/v1/facts").json()["enums"]["mode"]}
    assert modes["copy"] == "https://w3id.org/dpv#Transfer"
    assert modes["enclave"] is None


def test_every_country_is_either_covered_or_not(client: TestClient) -> None:
    found = client.get("/v1/jurisdictions?as_of=2026-11-23").json()
    covered = {each["country"]: each for each in found["covered"]}
    others = {each["country"]: each["name"] for each in found["not_covered"]}
    assert covered.keys().isdisjoint(others)
    assert len(covered) + len(others) == 249  # ISO 3166-1
    assert others["AQ"] == "Antarctica"
    assert covered["FI"]["left_out"]
    assert "eu.gdpr-transfers" in covered["FI"]["by"]


def test_the_schema_is_the_engines(client: TestClient, law: Law) -> None:
    response = client.get("/v1/schema")
    assert response.headers["content-type"] == "application/schema+json"
    assert response.json() == arrangement_schema(law.library)


def test_the_schema_says_what_each_member_is_and_what_a_place_looks_like(law: Law) -> None:
    schema = arrangement_schema(law.library)
    parts = {"": schema, **{name: part for name, part in schema["$defs"].items() if name != "Measures"}}
    silent = [
        f"{part}.{name}"
        for part, each in parts.items()
        for name, says in each["properties"].items()
        if not says.get("description")
    ]
    assert not silent
    party = schema["$defs"]["Party"]["properties"]
    assert party["kind"]["description"] == law.library.vocabulary.facts["party", "kind"].says
    for place in (*countries(), "US-TX", "GB-ENG", "FR-75C"):
        assert re.match(party["country"]["pattern"], place), place
    assert not re.match(party["country"]["pattern"], "Finland")


def test_answers_forbid_scripts_frames_and_sniffing(client: TestClient) -> None:
    headers = client.get("/v1/instruments").headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
