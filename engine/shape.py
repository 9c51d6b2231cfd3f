"""Turn what pydantic finds wrong into faults in the words of this project."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from engine.errors import Fault, Span, did_you_mean, one_of, shown

# Telling of a fault costs more than making one: input that is wrong everywhere must not keep us busy.
MOST_FAULTS = 500
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "`true` or `false`",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}


_BOUNDS = {
    "greater_than_equal": ("less than", "ge"),
    "greater_than": ("not more than", "gt"),
    "less_than_equal": ("more than", "le"),
}
# What is wrong with a key is told at the key, everything else at the value.
_OF_KEYS = ("unknown-key", "bad-key")
# Forms that a pattern of ours asks for, in words.
_FORMS = {
    r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$": "an id has at most 64 letters, digits, `-`, `_`; the first a letter or digit",
    r"^https://ror\.org/0[a-z0-9]{8}$": "write it as `https://ror.org/` with nine letters and digits",
    r"^DUO:[0-9]{7}$": "write it as `DUO:` with seven digits",
    r"^(DUO:[0-9]{7}|[a-z_]{1,40})$": "write it as `DUO:` with seven digits, or as one of the words that DUO lacks",
    r"^MONDO:[0-9]{7}$": "write it as `MONDO:` with seven digits",
    r"^https://orcid\.org/[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$": "write it as `https://orcid.org/0000-0000-0000-0000`",
    r"^[a-z][a-z0-9_]*$": "a name has small letters, digits and `_`, and begins with a letter",
    r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$": "write the code of the ruleset, a dot and a name: `zz.public_body`",
    r"^[a-z][a-z0-9]*\.[a-z0-9][a-z0-9-]*$": "write the folder, a dot and the name of the file: `zz.data-act`",
    r"^[a-z][a-z0-9]*\.[a-z0-9-]+\.[A-Za-z0-9.()_-]+$": "write instrument, pinpoint and name: `zz.data-act.s3.scope`",
    r"^[A-Z][A-Za-z0-9+-]{1,30}$": "write a country code, `EU`, or a body such as `OECD`",
    r"^[A-Z]{2}$": "write an ISO 3166-1 alpha-2 code such as `FI`, with quotes",
}


def pointer_of(path: Iterable[str | int]) -> str:
    """Return the JSON pointer of a path."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def faults_of(
    error: ValidationError,
    data: Any,
    model: type[BaseModel],
    locate: Callable[[str, bool], Span | str] = lambda pointer, is_key: pointer,
) -> list[Fault]:
    """Return one fault per mistaken place.

    Args:
        error: What pydantic raised for `data` and `model`.
        locate: Turns a JSON pointer into the place to report: of a key, or of what it names.
    """
    places: dict[str, list[ErrorDetails]] = {}
    paths: dict[str, list[str | int]] = {}
    for detail in error.errors(include_url=False)[:MOST_FAULTS]:
        path = _real_path(detail, data)
        places.setdefault(pointer_of(path), []).append(detail)
        paths[pointer_of(path)] = path
    # A union reports each of its arms; the arm that got furthest says most, so deeper places hide their parents.
    hidden = {place for place in places if any(other.startswith(place + "/") for other in places)}
    told = [_fault(details, paths[place], model) for place, details in places.items() if place not in hidden]
    return [replace(fault, where=locate(str(fault.where), fault.code in _OF_KEYS)) for fault in told]


def _real_path(detail: ErrorDetails, data: Any) -> list[str | int]:
    """Drop the union tags that pydantic mixes into its locations."""
    path: list[str | int] = []
    parts = detail["loc"]
    for index, part in enumerate(parts):
        if (isinstance(data, dict) and part in data and isinstance(part, str)) or (
            isinstance(data, list) and isinstance(part, int) and part < len(data)
        ):
            path.append(part)
            data = data[part]  # type: ignore[index]
        elif index == len(parts) - 1 and detail["type"] == "missing":
            path.append(part)
    return path


def _fault(details: list[ErrorDetails], path: list[str | int], model: type[BaseModel]) -> Fault:
    if len(details) > 1:
        wanted = list(dict.fromkeys(_expected(detail) for detail in details))
        if all(wanted):
            message = "expected " + " or ".join(wanted) + _got(details[0])
            return Fault("wrong-type", message, pointer_of(path), _hint(details[0]))
        # The arm of the union that takes this type says what is wrong with the value.
        details = [next(detail for detail in details if not _expected(detail))]
    return _single(details[0], path, model)


def _single(detail: ErrorDetails, path: list[str | int], model: type[BaseModel]) -> Fault:
    kind, context, where = detail["type"], detail.get("ctx", {}), pointer_of(path)
    if kind == "missing":
        return Fault("missing-key", f"`{detail['loc'][-1]}` is missing", where, "add it")
    if kind == "extra_forbidden":
        key = str(detail["loc"][-1])
        known = _keys(model, tuple(part if isinstance(part, str) else 0 for part in path[:-1]))
        hint = did_you_mean(key, known) or f"known are {one_of(known)}"
        return Fault("unknown-key", f"there is no key `{shown(key)}` here", where, hint)
    if kind == "value_error":
        return Fault("bad-value", str(context["error"]), where)
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        hint = _FORMS.get(pattern, f"it must match `{pattern}`")
        code, what = ("bad-key", "key ") if detail["loc"][-1] == "[key]" else ("bad-value", "")
        return Fault(code, f"{what}`{shown(detail['input'])}` has not the right form", where, hint)
    if kind in ("string_too_short", "too_short"):
        return Fault("too-short", f"needs at least {_so_many(context['min_length'], kind)}", where)
    if kind in ("string_too_long", "too_long"):
        return Fault("too-long", f"takes at most {_so_many(context['max_length'], kind)}", where)
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return Fault("bad-value", f"`{shown(detail['input'])}` is {words} {context[bound]:g}", where)
    if kind == "string_unicode":
        return Fault("bad-value", "holds half a character (a lone surrogate)", where)
    expected = _expected(detail)
    if expected:
        return Fault("wrong-type", f"expected {expected}{_got(detail)}", where, _hint(detail))
    return Fault("bad-value", _lower(detail["msg"]), where)


def _so_many(count: int, kind: str) -> str:
    what = "character" if kind.startswith("string") else "entry"
    return f"{count} {what}" if count == 1 else f"{count} {what}s".replace("entrys", "entries")


def _expected(detail: ErrorDetails) -> str:
    if detail["type"] == "literal_error":
        return str(detail.get("ctx", {})["expected"]).replace("'", "`")
    return _EXPECTED.get(detail["type"], "")


def _hint(detail: ErrorDetails) -> str:
    if detail["input"] is None:
        return "leave the key out where the fact is unknown"
    return did_you_mean(str(detail["input"]), re.findall("`([^`]+)`", _expected(detail)))


def _got(detail: ErrorDetails) -> str:
    value = detail["input"]
    if value is None:
        return ", got null"
    if isinstance(value, dict):
        return ", got a mapping"
    if isinstance(value, list | tuple):
        return ", got a list"
    if isinstance(value, bool):
        return f", got `{str(value).lower()}`"
    return f", got the text `{shown(value)}`" if isinstance(value, str) else f", got `{shown(value)}`"


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")


@cache
def _keys(model: type[BaseModel], path: tuple[str | int, ...]) -> tuple[str, ...]:
    """Return every key that is known at a place of the model; lists have the place 0."""
    whole = model.model_json_schema(by_alias=True)
    found = _arms(whole, whole)
    for part in path:
        inner = [schema.get("properties", {}).get(part) or schema.get("additionalProperties") for schema in found]
        if part == 0:
            inner = [schema.get("items") for schema in found]
        found = [arm for schema in inner if isinstance(schema, dict) for arm in _arms(schema, whole)]
    return tuple(dict.fromkeys(key for schema in found for key in schema.get("properties", {})))


def _arms(schema: dict[str, Any], whole: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the schemas that a schema refers to, or is a choice of."""
    if "$ref" in schema:
        return _arms(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    choices = [*schema.get("anyOf", ()), *schema.get("allOf", ())]
    return [arm for choice in choices for arm in _arms(choice, whole)] if choices else [schema]
