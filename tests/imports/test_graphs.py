"""Catalogues as they are met: other serialisations, odd nesting, people among the makers, literals that are traps."""

from __future__ import annotations

import json
import logging
import time
import warnings
from typing import Any

import pytest
from rdflib import XSD, Literal

from engine.errors import ArrangementError
from engine.imports import Draft, import_document
from tests.rulesets_for_tests.making import shipped_law

PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
CONTEXT = {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}
RDF_XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"'
    ' xmlns:dct="http://purl.org/dc/terms/"><dcat:Dataset rdf:about="cohort"><dct:title>Herzkohorte für äöü</dct:title>'
    "<dct:issued>2020</dct:issued></dcat:Dataset></rdf:RDF>"
)


def drafted(document: str | dict[str, Any]) -> Draft:
    text = document if isinstance(document, str) else json.dumps(document)
    return import_document(text, shipped_law().library)


def titles(draft: Draft) -> list[str]:
    return [dataset["title"] for dataset in draft.arrangement["datasets"]]


def unmapped(draft: Draft) -> dict[str, str]:
    return {note.where: note.message for note in draft.notes if note.kind == "unmapped"}


@pytest.mark.parametrize(
    "start", ["", '<?xml version="1.0"?>\n', '<?xml version="1.0" encoding="ISO-8859-1"?>', "<!-- of 2020 -->"]
)
def test_a_catalogue_in_rdf_xml_is_read(start: str) -> None:
    draft = drafted(start + RDF_XML)
    assert titles(draft) == ["Herzkohorte für äöü"]
    assert unmapped(draft) == {"<cohort> <http://purl.org/dc/terms/issued>": "says `2020`"}


@pytest.mark.parametrize("text", ["<!doctype html><html></html>", '<?xml version="1.0"?><codeBook/>', RDF_XML[:-9]])
def test_xml_that_is_no_rdf_is_refused(text: str) -> None:
    with pytest.raises(ArrangementError) as raised:
        drafted(text)
    assert [(fault.code, "RDF/XML" in fault.message) for fault in raised.value.faults] == [("bad-rdf", True)]


def test_entities_are_not_read() -> None:
    bomb = "<!DOCTYPE r [<!ENTITY a 'x'><!ENTITY b SYSTEM 'file:///etc/passwd'>]>" + RDF_XML
    with pytest.raises(ArrangementError) as raised:
        drafted('<?xml version="1.0"?>' + bomb)
    assert [fault.message for fault in raised.value.faults] == ["a document type declaration is not read"]


@pytest.mark.parametrize("subject", ["<>", "<#cohort>", "<cohort/1>", "<//data.example/1>", "[]"])
def test_relative_names_and_nameless_nodes_are_subjects_too(subject: str) -> None:
    assert titles(drafted(PREFIXES + f"{subject} a dcat:Dataset ; dct:title 'Cohort' .")) == ["Cohort"]


def test_turtle_may_begin_with_a_bracket() -> None:
    draft = drafted("[] a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/title> 'Cohort' .")
    assert titles(draft) == ["Cohort"]


def test_people_among_the_makers_are_no_parties() -> None:
    draft = drafted(
        PREFIXES
        + "<urn:d> a dcat:Dataset ; dct:title 'Cohort' ; dct:publisher <urn:org> ;"
        + " dct:creator <urn:ada>, <https://orcid.org/0000-0002-1825-0097> ."
        + "<urn:ada> a foaf:Person ; foaf:name 'Ada Adams' ."
        + "<https://orcid.org/0000-0002-1825-0097> foaf:name 'Bob Burr' ."
        + "<urn:org> a foaf:Organization ; foaf:name 'Institute' ."
    )
    assert [party["name"] for party in draft.arrangement["parties"]] == ["Institute"]
    assert {"says `Ada Adams`", "says `Bob Burr`"} <= set(unmapped(draft).values())


def test_a_publisher_in_two_countries_is_in_neither() -> None:
    country = "<http://publications.europa.eu/resource/authority/country/%s>"
    draft = drafted(
        PREFIXES + "<urn:d> a dcat:Dataset ; dct:publisher <urn:org> . <urn:org> foaf:name 'Institute' ;"
        f" dct:spatial {country % 'FRA'}, {country % 'BEL'} ."
    )
    assert "country" not in draft.arrangement["parties"][0]
    assert "<urn:org> <http://purl.org/dc/terms/spatial>" in unmapped(draft)


def test_a_graph_that_has_a_name_is_read() -> None:
    dataset = {"@id": "urn:d", "@type": "dcat:Dataset", "dct:title": "Cohort"}
    assert titles(drafted({"@context": CONTEXT, "@id": "urn:c", "@type": "dcat:Catalog", "@graph": [dataset]})) == [
        "Cohort"
    ]


def test_terms_that_no_context_explains_are_listed() -> None:
    document = {
        "@context": ["https://elsewhere.example/c", {**CONTEXT, "nothing": None}],
        "@type": "dcat:Catalog",
        "dataset": [{"@type": "dcat:Dataset", "title": "Cohort"}],
        "dcat:dataset": {"@id": "urn:d", "@type": "dcat:Dataset", "dct:title": "Cohort", "a/b": 1, "nothing": 2},
    }
    draft = drafted(document)
    assert titles(draft) == ["Cohort"]
    assert {"/dataset", "/dcat:dataset/a~1b", "/dcat:dataset/nothing"} <= set(unmapped(draft))


def test_terms_that_a_context_explains_are_not() -> None:
    title = {"@id": "dct:title", "@container": "@language"}
    scoped = {"@id": "dcat:dataset", "@context": {"inner": "dct:identifier"}}
    context = {**CONTEXT, "title": title, "dataset": scoped, "nodes": "@graph"}
    node = {"@id": "urn:d", "@type": "dcat:Dataset", "title": {"en": "Cohort", "de": "Kohorte"}}
    draft = drafted({"@context": context, "nodes": [{"@id": "urn:c", "dataset": {**node, "inner": "x"}}]})
    assert titles(draft) == ["Cohort"]
    assert not any("no context" in message for message in unmapped(draft).values())


def test_an_address_with_blanks_keeps_its_data_set() -> None:
    document = {"@context": CONTEXT, "@id": "https://data.example/heart cohort{1}", "@type": "dcat:Dataset"}
    draft = drafted({**document, "dct:issued": "2020"})
    assert len(draft.arrangement["datasets"]) == 1
    assert set(unmapped(draft)) == {"<https://data.example/heart%20cohort%7B1%7D> <http://purl.org/dc/terms/issued>"}


@pytest.mark.parametrize(
    "literal",
    [
        "1e99999999",
        '"1e999999999"^^xsd:decimal',
        f'"{"<b><i>" * 40_000}"^^rdf:HTML',
        f'"{"<a>" * 60_000}"^^rdf:XMLLiteral',
        f'"P{"9" * 5_000}Y"^^xsd:duration',
        '"ada@uni.example"^^xsd:boolean',
        '"ada@uni.example"^^xsd:date',
    ],
)
def test_literals_are_left_as_they_are_written(literal: str, caplog: pytest.LogCaptureFixture) -> None:
    """Read as values of Python, some took minutes and gigabytes; others were written to the log."""
    began = time.process_time()
    with warnings.catch_warnings(), caplog.at_level(logging.DEBUG):
        warnings.simplefilter("error")
        draft = drafted(PREFIXES + f"<urn:d> a dcat:Dataset ; dct:title 'Cohort' ; dct:issued {literal} .")
    assert time.process_time() - began < 20
    assert "<urn:d> <http://purl.org/dc/terms/issued>" in unmapped(draft)
    assert not caplog.records


def test_others_in_the_process_still_get_values_from_rdflib() -> None:
    drafted(PREFIXES)
    assert Literal("5", datatype=XSD.integer).value == 5
