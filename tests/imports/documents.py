"""Documents as people have them, after the public examples of each standard."""

from __future__ import annotations

import json
from typing import Any


def plan(**dataset: Any) -> str:
    """Return a plan in maDMP 1.2 with one data set."""
    return json.dumps(
        {
            "dmp": {
                "title": "Oral histories of a harbour",
                "created": "2020-03-04T12:00:00",
                "language": "eng",
                "ethical_issues_exist": "unknown",
                "contact": {
                    "name": "Ada Adams",
                    "mbox": "ada@uni.example",
                    "contact_id": {"identifier": "https://orcid.org/0000-0002-1825-0097", "type": "orcid"},
                },
                "dataset": [{"title": "Interviews", "dataset_id": {"identifier": "x", "type": "other"}, **dataset}],
            }
        }
    )


# Example 9: recordings of people, open, on a host without a country, no word of a legal basis.
EX9 = plan(
    personal_data="yes",
    sensitive_data="no",
    distribution=[
        {
            "title": "Audio",
            "data_access": "open",
            "host": {"title": "Zenodo", "url": "https://zenodo.org"},
            "license": [{"license_ref": "https://creativecommons.org/licenses/by/4.0/", "start_date": "2020-09-01"}],
        }
    ],
)
# Example 6: interviews in a locked room.
EX6 = plan(
    personal_data="yes",
    sensitive_data="yes",
    security_and_privacy=[{"title": "Locked room", "description": "The recorder lies in a locked drawer."}],
    distribution=[{"title": "Tapes", "data_access": "closed"}],
)
# Example 4: measurements under an embargo that the licence's first day ends.
EX4 = plan(
    personal_data="no",
    sensitive_data="no",
    distribution=[
        {
            "title": "CSV",
            "data_access": "open",
            "host": {"title": "Repository", "url": "https://repo.example", "geo_location": "AT"},
            "license": [{"license_ref": "https://creativecommons.org/licenses/by/4.0/", "start_date": "2021-06-30"}],
        }
    ],
)

TURTLE = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix dpv: <https://w3id.org/dpv#> .
@prefix old: <https://w3id.org/dpv/dpv-pd#> .
@prefix hd: <http://healthdataportal.eu/ns/health#> .
@prefix obo: <http://purl.obolibrary.org/obo/> .
<https://data.example/registry> a dcat:Dataset ;
  dct:title "Register van een ziekte"@nl, "Disease registry"@en ;
  dct:spatial <http://publications.europa.eu/resource/authority/country/BEL> ;
  dct:accessRights <http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC> ;
  dpv:hasPersonalData old:HealthRecord, old:Gender ;
  dpv:hasPurpose <https://w3id.org/dpv#AcademicResearch> ;
  hd:numberOfUniqueIndividuals 1234 ;
  hd:hdab <https://ror.org/02x2q9v49> ;
  hd:retentionPeriod [ dcat:startDate "2020-01-01" ] ;
  dct:conformsTo obo:DUO_00000044, obo:DUO_0000042 .
<https://ror.org/02x2q9v49> foaf:name "Health Data Agency" ;
  dct:spatial <http://publications.europa.eu/resource/authority/country/BEL> .
"""
JSON_LD = {
    "@context": "https://evil.example/context.jsonld",
    "@id": "https://data.example/registry",
    "@type": "dcat:Dataset",
    "dct:title": "Disease registry",
    "dct:spatial": {"@id": "http://publications.europa.eu/resource/authority/country/BEL"},
}
CARD = {
    "@context": {"@vocab": "https://schema.org/", "sc": "https://schema.org/"},
    "@type": "sc:Dataset",
    "conformsTo": "http://mlcommons.org/croissant/1.1",
    "name": "Skin images",
    "creator": {"@type": "Organization", "name": "Laboratory", "url": "https://ror.org/00f54p054"},
    "license": "https://creativecommons.org/licenses/by-nc/4.0/",
    "usageInfo": ["http://purl.obolibrary.org/obo/DUO_0000042", {"@id": "http://purl.obolibrary.org/obo/DUO_0009999"}],
    "rai:personalSensitiveInformation": ["Health data", "Gender"],
    "spatialCoverage": "AUS",
    "recordSet": [{"@type": "cr:RecordSet", "name": "images"}],
}
