"""Turn what pydantic finds wrong into faults in the words of this project."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from engine.errors import Fault, Span, did_you_mean

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


def pointer_of(path: Iterable[str | int]) -> str:
    """Return the JSON pointer of a path."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def faults_of(
    error: ValidationError, data: Any, model: type[BaseModel], locate: Callable[[str], Span | str] = str
) -> list[Fault]:
    """Return one fault per mistaken place.

    Args:
        error: What pydantic raised for `data` and `model`.
        locate: Turns a JSON pointer into the place to report.
    """
    places: dict[str, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False)[:MOST_FAULTS]:
        places.setdefault(pointer_of(_real_path(detail, data)), []).append(detail)
    # A union reports each of its arms; the arm that got furthest says most, so deeper places hide their parents.
    hidden = {place for place in places if any(other.startswith(place + "/") for other in places)}
    return [_fault(details, locate(place), model) for place, details in places.items() if place not in hidden]


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


def _fault(details: list[ErrorDetails], where: Span | str, model: type[BaseModel]) -> Fault:
    if len(details) > 1:
        wanted = list(dict.fromkeys(_expected(detail) for detail in details))
        if all(wanted):
            return Fault("wrong-type", "expected " + " or ".join(wanted) + _got(details[0]), where)
        details = [next((d for d in details if d["type"] == "value_error"), details[0])]
    return _single(details[0], where, model)


def _single(detail: ErrorDetails, where: Span | str, model: type[BaseModel]) -> Fault:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return Fault("missing-key", f"`{detail['loc'][-1]}` is missing", where, "add it")
    if kind == "extra_forbidden":
        key = str(detail["loc"][-1])
        return Fault("unknown-key", f"there is no key `{_cut(key)}` here", where, did_you_mean(key, _keys(model)))
    if kind == "value_error":
        return Fault("bad-value", str(context["error"]), where)
    if kind == "string_pattern_mismatch":
        message = f"`{_cut(detail['input'])}` does not have the form `{context['pattern']}`"
        return Fault("bad-value", message, where)
    if kind in ("string_too_short", "too_short"):
        return Fault("too-short", f"needs at least {context['min_length']}", where)
    if kind in ("string_too_long", "too_long"):
        return Fault("too-long", f"takes at most {context['max_length']}", where)
    expected = _expected(detail)
    if expected:
        return Fault("wrong-type", f"expected {expected}{_got(detail)}", where)
    return Fault("bad-value", _lower(detail["msg"]), where)


def _expected(detail: ErrorDetails) -> str:
    if detail["type"] == "literal_error":
        return str(detail.get("ctx", {})["expected"]).replace("'", "`")
    return _EXPECTED.get(detail["type"], "")


def _got(detail: ErrorDetails) -> str:
    value = detail["input"]
    if value is None:
        return ", got null; leave the key out where the fact is unknown"
    if isinstance(value, dict):
        return ", got a mapping"
    if isinstance(value, list | tuple):
        return ", got a list"
    if isinstance(value, bool):
        return f", got `{str(value).lower()}`"
    return f", got the text `{_cut(value)}`" if isinstance(value, str) else f", got `{_cut(value)}`"


def _cut(value: object) -> str:
    text = str(value).encode("ascii", "backslashreplace").decode()
    return text if len(text) <= 60 else text[:57] + "..."


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".").replace("Input should be", "should be")


@cache
def _keys(model: type[BaseModel]) -> set[str]:
    """Return every key that the model and the models inside it know."""
    keys: set[str] = set()
    for name, definition in (model.model_json_schema(by_alias=True).get("$defs", {})).items():
        del name
        keys |= set(definition.get("properties", {}))
    return keys | set(model.model_fields)
