"""Places, categories and DUO codes, by the many names that documents give them."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import pycountry

from engine.facts.duo import LOCAL_LIMITS, RESEARCH_USES, USE_LIMITS
from engine.facts.places import countries, is_place
from engine.law.model import Library

_EU_PLACE: Final = re.compile(r"https?://publications\.europa\.eu/resource/authority/country/([A-Z]{3})\Z")
_DUO: Final = re.compile(r"(?:https?://purl\.obolibrary\.org/obo/)?DUO[:_](0?)(\d{7})\Z")
# What the authority of the European Union or old lists call by another name than ISO.
_OTHER_PLACES: Final = {"UK": "GB", "EL": "GR", "XKX": "XK", "1A0": "XK"}
_OLD_DPV: Final = (
    ("https://w3id.org/dpv/dpv-pd#", "https://w3id.org/dpv/pd#"),
    ("https://www.w3id.org/dpv/pd#", "https://w3id.org/dpv/pd#"),
    ("http://www.w3.org/ns/dpv#", "https://w3id.org/dpv#"),
    ("http://w3id.org/dpv#", "https://w3id.org/dpv#"),
)
# Terms that are narrower than one of the vocabulary.
_NARROWER: Final = {
    "https://w3id.org/dpv/pd#HealthRecord": "health",
    "https://w3id.org/dpv/pd#HealthHistory": "health",
    "https://w3id.org/dpv/pd#Prescription": "health",
    "https://w3id.org/dpv/pd#MedicalHealth": "health",
    "https://w3id.org/dpv/pd#DNACode": "human_genomic",
    "https://w3id.org/dpv/pd#Race": "racial_ethnic_origin",
    "https://w3id.org/dpv/pd#Fingerprint": "biometric",
    "https://w3id.org/dpv/pd#Retina": "biometric",
}
SHORT: Final = {
    "NRES": "DUO:0000004",
    "GRU": "DUO:0000042",
    "HMB": "DUO:0000006",
    "DS": "DUO:0000007",
    "POA": "DUO:0000011",
    "CC": "DUO:0000043",
    "RS": "DUO:0000012",
    "NMDS": "DUO:0000015",
    "GSO": "DUO:0000016",
    "NPOA": "DUO:0000044",
    "NPUNCU": "DUO:0000018",
    "NPU": "DUO:0000045",
    "NCU": "DUO:0000046",
    "GS": "DUO:0000022",
    "US": "DUO:0000026",
    "PS": "DUO:0000027",
    "IS": "DUO:0000028",
    "MOR": "DUO:0000024",
    "TS": "DUO:0000025",
    "PUB": "DUO:0000019",
    "COL": "DUO:0000020",
    "IRB": "DUO:0000021",
    "RTN": "DUO:0000029",
}
RETIRED: Final = {
    "DUO:0000005": "retired; general research use and clinical care are `DUO:0000042` and `DUO:0000043` today",
    "DUO:0000014": "retired; research use only is what every permission but `DUO:0000004` says today",
}


_ROR = re.compile(r"https://ror\.org/0[a-z0-9]{8}\Z")


def is_ror(text: str) -> bool:
    """Return whether a text is the address of an organisation in ROR."""
    return bool(_ROR.match(text))


def place_of(text: object) -> str | None:
    """Return the ISO 3166 code of a place given as alpha-2, alpha-3, subdivision or EU authority URI, else None."""
    if not isinstance(text, str):
        return None
    given = text.strip()
    found = _EU_PLACE.match(given)
    code = found[1] if found else given.upper()
    if code in _OTHER_PLACES:
        return _OTHER_PLACES[code] if _OTHER_PLACES[code] in countries() else None
    if not found and is_place(code):
        return code
    return _alpha3().get(code)


@cache
def _alpha3() -> dict[str, str]:
    return {country.alpha_3: country.alpha_2 for country in pycountry.countries}


def current_uri(uri: str) -> str:
    """Return the URI that a term of DPV has today."""
    for old, new in _OLD_DPV:
        if uri.startswith(old):
            return new + uri.removeprefix(old)
    return uri


def category_of(uri: str, library: Library) -> str | None:
    """Return the category of data that a (current) URI stands for, else None."""
    terms = library.vocabulary.enums["category"].values()
    exact = next((term.name for term in terms if term.uri == uri), None)
    return _NARROWER.get(uri) or exact


def is_duo(text: str) -> bool:
    """Return whether a text is written as a code of the Data Use Ontology, known or not."""
    return _DUO.match(text.strip()) is not None


def duo_code(text: str) -> tuple[str | None, str]:
    """Return the code that a tag stands for, and a remark.

    Returns:
        The code and what was unusual about the tag, or None and why the tag is no limit of a data set.
    """
    given = text.strip()
    if given in LOCAL_LIMITS:
        return given, ""
    found = _DUO.match(given)
    code = f"DUO:{found[2]}" if found else SHORT.get(given.upper(), "")
    if not code:
        return None, "not a code of the Data Use Ontology"
    if code in RETIRED:
        return None, RETIRED[code]
    if code in RESEARCH_USES:
        return None, f"what a requester does: `{RESEARCH_USES[code]}` under `research` in the `use` of a transfer"
    if code not in USE_LIMITS:
        return None, "not a use limit that is known"
    return code, f"eight digits; the code is `{code}`" if found and found[1] else ""
