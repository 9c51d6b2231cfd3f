"""The vocabulary and the coverage of a library, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.decision.statute import Law
from engine.facts.places import countries, country_name
from engine.facts.vocabulary import Term
from engine.law.model import BEGINNING, END, CoveredDays, Library, Measure, Reading, Trait


def vocabulary_data(library: Library) -> dict[str, Any]:
    """Return everything that an arrangement can say and a condition can ask."""
    vocabulary = library.vocabulary
    return {
        "enums": {name: _terms(terms) for name, terms in vocabulary.enums.items()},
        "facts": [
            {
                "name": f"{spec.root}.{spec.name}",
                "type": spec.type,
                "of": spec.of or None,
                "says": spec.says,
                "ask": spec.ask or None,
            }
            for spec in vocabulary.facts.values()
        ],
        "traits": [_trait(trait) for _, trait in sorted(library.traits.items())],
        "measures": [_measure(measure) for _, measure in sorted(library.measures.items())],
        "readings": [_reading(reading) for _, reading in sorted(library.readings.items())],
    }


def _terms(terms: Mapping[str, Term]) -> list[dict[str, Any]]:
    return [{"name": term.name, "says": term.says, "uri": term.uri or None} for term in terms.values()]


def _trait(trait: Trait) -> dict[str, Any]:
    return {
        "id": trait.id,
        "of": trait.of,
        "type": trait.type,
        "values": list(trait.values),
        "ask": trait.ask or None,
        "by": trait.by or None,
        "derived": trait.derived,
        "instrument": trait.instrument,
    }


def _measure(measure: Measure) -> dict[str, Any]:
    fields = [
        {
            "name": field.name,
            "type": field.type,
            "values": list(field.values),
            "attainable": list(field.attainable),
            "ask": field.ask,
        }
        for field in measure.fields.values()
    ]
    return {
        "id": measure.id,
        "lever": measure.lever,
        "effort": measure.effort,
        "by": measure.by,
        "days": measure.days,
        "ask": measure.ask,
        "fields": fields,
        "instrument": measure.instrument,
    }


def _reading(reading: Reading) -> dict[str, Any]:
    options = [
        {"name": option.name, "says": option.says, "cite": option.cite, "href": option.href or None}
        for option in reading.options.values()
    ]
    return {"id": reading.id, "ask": reading.ask, "options": options, "instrument": reading.instrument}


def coverage_data(law: Law, day: date) -> dict[str, Any]:
    """Return the countries whose law is encoded on a day, with what is left out of it, and all others."""
    covered = law.books.on(day).covered
    return {
        "as_of": day.isoformat(),
        "covered": [
            {"country": country, "name": country_name(country), **_spell(covered[country])}
            for country in sorted(covered)
        ],
        "not_covered": [
            {"country": country, "name": country_name(country)} for country in sorted(countries() - covered.keys())
        ],
    }


def _spell(spell: CoveredDays) -> dict[str, Any]:
    first, last = spell.period.first, spell.period.last
    return {
        "from": None if first == BEGINNING else first.isoformat(),
        "until": None if last == END else last.isoformat(),
        "by": list(spell.by),
        "left_out": list(spell.left_out),
    }
