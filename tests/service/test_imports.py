"""Documents over HTTP: a draft and its notes, or a problem in the one shape of errors."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.imports.documents import EX9, TURTLE
from tests.imports.test_graphs import RDF_XML
from tests.service.asking import codes


@pytest.mark.parametrize(
    ("text", "media", "data_set"),
    [
        (EX9, "application/json", "interviews"),
        (TURTLE, "text/turtle; charset=utf-8", "disease-registry"),
        (RDF_XML, "application/rdf+xml", "herzkohorte-f-r"),
        ("GRU, IRB", "text/plain", "dataset"),
    ],
)
def test_a_document_becomes_a_draft(client: TestClient, text: str, media: str, data_set: str) -> None:
    response = client.post("/v1/imports", content=text, headers={"Content-Type": media})
    assert response.status_code == 200, response.text
    body = response.json()
    assert list(body) == ["arrangement", "notes"]
    assert body["arrangement"]["datasets"][0]["id"] == data_set
    assert body["notes"]


@pytest.mark.parametrize("text", ["", '{"dmp": 3}', "[" * 9999, "GRU", '"GRU"', "\x00", '{"a": 1}', b"\xff"])
def test_a_document_that_cannot_be_read_is_422(client: TestClient, text: str | bytes) -> None:
    response = client.post("/v1/imports", content=text, headers={"Content-Type": "application/json"})
    assert codes(response, 422)


def test_a_form_that_is_not_known_is_422(client: TestClient) -> None:
    response = client.post("/v1/imports?from=word", content="{}", headers={"Content-Type": "application/json"})
    assert set(codes(response, 422)) == {"query:from"}


def test_a_document_of_another_medium_is_415(client: TestClient) -> None:
    response = client.post("/v1/imports", content="x", headers={"Content-Type": "application/xml"})
    assert codes(response, 415) == {"header:Content-Type": "unsupported-content-type"}
