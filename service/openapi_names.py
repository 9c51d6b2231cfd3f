"""Names for what several places of the OpenAPI document share, so that a generated client has one type for each.

Without them a generator makes a type for the outcome of each object that has one, and for the evidence of each measure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from engine.decision.remedies.model import Status as RemedyStatus
from engine.decision.schema import EVIDENCE
from engine.decision.traces import Status as RuleStatus
from engine.decision.traces import TruthWord
from engine.imports.reading import Form as ImportForm
from engine.inference.outcomes import Outcome
from engine.law.model import Library, RuleKind, Timing
from service.access.permissions import Permission, Role
from service.documents.writing import DocumentForm
from service.records.portfolio import Kept
from service.reviews.shapes import Attention
from service.reviews.steps import State
from service.routes.agreements import AttentionSought
from service.routes.webhooks import DeliveryState
from service.shapes import Checked, TypeWord

_REF = "#/components/schemas/"
_WORDS: Mapping[str, Any] = {
    "AgreementState": State,
    "Attention": Attention,
    "AttentionSought": AttentionSought,
    "CheckedText": Checked,
    "DeliveryState": DeliveryState,
    "DocumentForm": DocumentForm,
    "FactType": TypeWord,
    "ImportForm": ImportForm,
    "Outcome": Outcome,
    "Permission": Permission,
    "PortfolioSource": Kept,
    "RemedyStatus": RemedyStatus,
    "Role": Role,
    "RuleKind": RuleKind,
    "RuleStatus": RuleStatus,
    "Timing": Timing,
    "Truth": TruthWord,
}
# What is shown, and not read as a schema.
_SHOWN = frozenset({"example", "examples", "default", "const"})


def name_parts(found: dict[str, Any], library: Library) -> None:
    """Name the shared parts of a document, in place: bodies of requests, evidence of measures, enumerations."""
    schemas = found["components"]["schemas"]
    _name_bodies(found["paths"], schemas)
    _name_evidence(schemas)
    words = {tuple(get_args(literal)): name for name, literal in _WORDS.items()} | {("none",): "NoneWord"}
    for enum in library.vocabulary.enums:
        words.setdefault(library.vocabulary.terms(enum), f"{_camel(enum)}Term")
    used: dict[str, tuple[str, ...]] = {}
    for part in (found["paths"], schemas):
        for key in part:
            part[key] = _named(part[key], words, used)
    add(schemas, {name: {"type": "string", "enum": list(values)} for name, values in used.items()})


def add(schemas: dict[str, Any], parts: Mapping[str, Any]) -> None:
    """Add parts to the components.

    Raises:
        ValueError: There is another part of the same name.
    """
    taken = [name for name in parts if name in schemas and schemas[name] != parts[name]]
    if taken:
        raise ValueError(f"two schemas of one name: {', '.join(taken)}")
    schemas.update(parts)


def _name_bodies(paths: Mapping[str, Any], schemas: dict[str, Any]) -> None:
    for operation in (each for path in paths.values() for each in path.values()):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            schema = content["schema"]
            if "title" in schema:
                own = {key: value for key, value in schema.items() if key != "$defs"}
                add(schemas, {**schema.get("$defs", {}), schema["title"]: own})
                content["schema"] = {"$ref": _REF + schema["title"]}


def _name_evidence(schemas: dict[str, Any]) -> None:
    """Name the evidence of measures: one `Evidence`, and one for each measure that has details of its own."""
    for name, measure in schemas["Measures"]["properties"].items():
        *others, evidence = measure["anyOf"]
        has_details = evidence["properties"].keys() != EVIDENCE.keys()
        title = f"Evidence{_camel(name)}" if has_details else "Evidence"
        add(schemas, {title: evidence})
        measure["anyOf"] = [*others, {"$ref": _REF + title}]


def _named(value: Any, words: Mapping[tuple[str, ...], str], used: dict[str, tuple[str, ...]]) -> Any:
    """Return a copy of a schema, or of what holds some, in which known enumerations are references."""
    if isinstance(value, list):
        return [_named(each, words, used) for each in value]
    if not isinstance(value, dict):
        return value
    # As an enumeration: clients hold a lone constant to be the only form of what may be something else as well.
    terms = ["none"] if value.get("const") == "none" else value.get("enum")
    if isinstance(terms, list) and (name := words.get(tuple(terms))):
        used[name] = tuple(terms)
        # A default and a description are this place's own.
        return {"$ref": _REF + name, **{key: value[key] for key in ("description", "default") if key in value}}
    return {key: each if key in _SHOWN else _named(each, words, used) for key, each in value.items()}


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[._-]", name))
