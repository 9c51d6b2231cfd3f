"""What the form for people is made of: the schema of an arrangement, the vocabulary's words, places, areas of law."""

from __future__ import annotations

import gzip
import json
import re
from datetime import date
from typing import Any

import pycountry

from engine.decision.statute import Law
from engine.facts.places import countries, country_name, country_of, is_place
from engine.law.files import RulesetFiles
from service.vocabulary import vocabulary_data

_PART = re.compile(r"\b[A-Z]{2}-[A-Z0-9]{1,3}\b")
_AREAS = {"eu": "European Union", "ga4gh": "Limits on the use of data (GA4GH)", "regimes": "Export control regimes"}


def wording(law: Law, schema: dict[str, Any], files: RulesetFiles) -> bytes:
    """Return everything as compressed JSON; it is the same for everybody, as the OpenAPI document is."""
    vocabulary = vocabulary_data(law.library)
    data = {
        "schema": schema,
        "enums": vocabulary["enums"],
        "readings": vocabulary["readings"],
        "places": places(files),
        "areas": areas(law, date.today()),  # noqa: DTZ011 - the countries that people think of today
    }
    return gzip.compress(json.dumps(data, ensure_ascii=False).encode(), mtime=0)


def places(files: RulesetFiles) -> dict[str, Any]:
    """Return the names of countries in their order, with those of subdivisions where some law turns on them."""
    read = {country_of(code) for _, text in files.named() for code in _PART.findall(text) if is_place(code)}
    parts: dict[str, dict[str, str]] = {country: {} for country in sorted(read)}
    for part in sorted(pycountry.subdivisions, key=lambda part: str(part.name)):
        if part.country_code in parts:
            parts[part.country_code][part.code] = part.name
    named = sorted((country_name(code), code) for code in countries())
    return {"countries": {code: name for name, code in named}, "parts": parts}


def areas(law: Law, day: date) -> dict[str, dict[str, Any]]:
    """Return the areas of law that traits and measures belong to, with the countries where that law is at home."""
    library = law.library
    found: dict[str, dict[str, Any]] = {}
    for name in sorted({*map(_area, library.traits), *map(_area, library.measures)}):
        code = name.upper()
        found[name] = {
            "name": _AREAS.get(name) or country_name(code),
            "countries": [code] if code in countries() else [],
        }
    for country, covered in sorted(law.books.on(day).covered.items()):
        for name in found.keys() & {_area(instrument) for instrument in covered.by}:
            if country not in found[name]["countries"]:
                found[name]["countries"].append(country)
    return found


def _area(name: str) -> str:
    return name.partition(".")[0]
