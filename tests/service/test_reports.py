from __future__ import annotations

import io
import json
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from tests.service.stored import Service, small

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("form", "media", "start"),
    [
        ("html", "text/html; charset=utf-8", b"<!doctype html>"),
        ("markdown", "text/markdown; charset=utf-8", b"# "),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK"),
        ("pdf", "application/pdf", b"%PDF-"),
        ("jsonld", "application/ld+json", b"{"),
    ],
)
def test_an_arrangement_gets_its_document_in_each_form(
    client: TestClient, example: dict[str, Any], form: str, media: str, start: bytes
) -> None:
    response = client.post(f"/v1/reports?format={form}", json=example)
    assert response.status_code == 200
    assert response.headers["content-type"] == media
    assert response.content.lstrip().startswith(start)
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_page_may_run_and_load_nothing(client: TestClient, example: dict[str, Any]) -> None:
    policy = client.post("/v1/reports", json=example).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_the_name_of_a_file_holds_nothing_of_the_callers(client: TestClient, example: dict[str, Any]) -> None:
    example["title"] = '../../etc/passwd"\r\nX-Bad: 1'.replace("\r\n", " ")
    given = client.post("/v1/reports?format=pdf", json=example).headers["content-disposition"]
    assert given.startswith('attachment; filename="safeconduct-')
    assert "passwd" not in given


def test_a_form_that_is_not_written_is_refused(client: TestClient, example: dict[str, Any]) -> None:
    assert client.post("/v1/reports?format=odt", json=example).status_code == 422


def test_every_fault_of_an_arrangement_is_told(client: TestClient, example: dict[str, Any]) -> None:
    example["transfers"][0]["importer"] = "nhi"
    example["parties"][0]["kind"] = "wizard"
    response = client.post("/v1/reports", json=example)
    assert response.status_code == 422
    assert {each["where"] for each in response.json()["errors"]} == {"/transfers/0/importer", "/parties/0/kind"}


def test_a_stored_decision_has_a_document_with_its_own_receipt(stored: Service) -> None:
    place = stored.submit(small()).headers["location"]
    receipt = json.loads(stored.ask("GET", f"{place}/decision", "reader").content)["receipt"]
    response = stored.ask("GET", f"{place}/report?format=pdf", "reader")
    assert response.status_code == 200
    for page in PdfReader(io.BytesIO(response.content)).pages:
        assert f"law {receipt['library_sha256'][:16]}, input {receipt['input_sha256'][:16]}" in page.extract_text()


def test_no_organisation_gets_the_document_of_another(stored: Service) -> None:
    place = stored.submit(small()).headers["location"]
    assert stored.ask("GET", f"{place}/report", "reader", of="theirs").status_code == 404


def test_the_map_of_transfers_is_drawn_for_an_arrangement_and_for_a_record(
    client: TestClient, example: dict[str, Any], stored: Service
) -> None:
    response = client.post("/v1/map", json=example)
    assert response.headers["content-type"].startswith("image/svg+xml")
    assert example["title"] in (ElementTree.fromstring(response.content).findtext(f"{SVG}title") or "")
    place = stored.submit(small()).headers["location"]
    picture = ElementTree.fromstring(stored.ask("GET", f"{place}/map", "reader").content)
    assert small()["title"] in (picture.findtext(f"{SVG}title") or "")
    assert stored.ask("GET", f"{place}/map", "reader", of="theirs").status_code == 404
