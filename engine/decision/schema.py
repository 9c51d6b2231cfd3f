"""The JSON Schema of an arrangement, with the words that a library knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from engine.decision.members import describe
from engine.facts.arrangement import PLACE_PATTERN, Arrangement
from engine.law.model import Library, Measure

_ENUMS = {
    ("Party", "kind"): "party_kind",
    ("Dataset", "identifiability"): "identifiability",
    ("Dataset", "made_public_by"): "made_public_by",
    ("Consent", "scope"): "consent_scope",
    ("Transfer", "mode"): "mode",
    ("Transfer", "exporter_role"): "role",
    ("Transfer", "importer_role"): "role",
    ("Transfer", "agreement"): "agreement",
    ("Transfer", "frequency"): "frequency",
    ("Dataset", "categories"): "category",
    ("Dataset", "fields"): "field",
    ("Dataset", "technology"): "technology",
    ("Transfer", "purposes"): "purpose",
    ("RequestedUse", "research"): "research_use",
}
_OWNERS = {"party": "Party", "dataset": "Dataset", "transfer": "Transfer", "arrangement": ""}
# What every measure's evidence can say; a measure may have details of its own.
EVIDENCE: Mapping[str, Any] = {
    "done": {"type": "string", "format": "date"},
    "until": {"type": "string", "format": "date"},
    "reference": {"type": "string"},
}
_TYPES = {
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "country": {"type": "string", "pattern": PLACE_PATTERN},
}


def arrangement_schema(library: Library) -> dict[str, Any]:
    """Return the schema: the form of the models, the vocabulary's words, every trait, measure and reading."""
    schema: dict[str, Any] = json.loads(_form())
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    definitions = schema["$defs"]
    for (owner, key), enum in _ENUMS.items():
        terms = list(library.vocabulary.terms(enum))
        _restrict(definitions[owner]["properties"][key], terms)
    for of, owner in _OWNERS.items():
        target = definitions[owner] if owner else schema
        target["properties"]["traits"] = _traits(library, of)
    measures = _measures(library)
    schema["properties"]["measures"] = definitions["Transfer"]["properties"]["measures"] = {"$ref": "#/$defs/Measures"}
    definitions["Measures"] = measures
    schema["properties"]["readings"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {"description": reading.ask, "enum": list(reading.options)}
            for name, reading in sorted(library.readings.items())
        },
    }
    describe(schema, library.vocabulary)
    return schema


@cache
def _form() -> str:
    """Return the form of the models as JSON: it is the same for every library, and takes longer than the words."""
    return json.dumps(Arrangement.model_json_schema())


def _restrict(place: dict[str, Any], terms: list[str]) -> None:
    """Put the enum where the text is: directly, in the items of a list, or in the first arm of a union."""
    if "anyOf" in place:
        _restrict(place["anyOf"][0], terms)
    elif place.get("type") == "array":
        place["items"] = {"enum": terms}
    else:
        for key in ("type", "minLength", "maxLength"):
            place.pop(key, None)
        place["enum"] = terms


def _typed(kind: str, values: tuple[str, ...], description: str) -> dict[str, Any]:
    if kind == "enum":
        return {"enum": list(values), "description": description}
    return {**_TYPES.get(kind, {"type": "string", "format": "date"}), "description": description}


def _traits(library: Library, of: str) -> dict[str, Any]:
    properties = {
        trait.id: _typed(trait.type, trait.values, trait.ask)
        for trait in sorted(library.traits.values(), key=lambda trait: trait.id)
        if trait.of == of and trait.ask
    }
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _measures(library: Library) -> dict[str, Any]:
    properties = {name: _measure(measure) for name, measure in sorted(library.measures.items())}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _measure(measure: Measure) -> dict[str, Any]:
    fields = {name: _typed(field.type, field.values, field.ask) for name, field in measure.fields.items()}
    evidence = {"type": "object", "additionalProperties": False, "properties": {**EVIDENCE, **fields}}
    return {"description": measure.ask, "anyOf": [{"type": "boolean"}, {"const": "none"}, evidence]}
