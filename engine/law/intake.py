"""Read an arrangement from JSON or YAML text, or from plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from engine import source
from engine.errors import ArrangementError, Fault, RulesetError
from engine.facts.arrangement import Arrangement
from engine.law.model import Library
from engine.law.words import check_words
from engine.shape import MOST_FAULTS, faults_of

_MAX_DEPTH = 30


def parse_json(text: str | bytes) -> Any:
    """Return JSON as plain data.

    Raises:
        ArrangementError: Not JSON, a key twice, a number that is none, or nested too deeply.
    """
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ArrangementError([Fault("bad-json", f"{error.msg.lower()} at {where}", "", "send JSON")]) from None
    except UnicodeDecodeError:
        raise ArrangementError([Fault("bad-json", "the text is not UTF-8", "", "send UTF-8")]) from None
    except RecursionError:
        raise ArrangementError([Fault("too-deep", f"nested deeper than {_MAX_DEPTH} levels", "")]) from None
    except ValueError as error:  # an integer of thousands of digits
        raise ArrangementError([Fault("bad-json", str(error).lower().rstrip("."), "")]) from None


def parse_yaml(text: str, name: str = "arrangement") -> Any:
    """Return YAML as plain data.

    Raises:
        ArrangementError: Not YAML as this project reads it; the message names line and column.
    """
    try:
        return source.plain(source.parse(text, name))
    except RulesetError as error:
        raise ArrangementError(
            [Fault(f.code, f"{f.message} (at {f.where})", "", f.help) for f in error.faults]
        ) from None


def read_arrangement(data: Any, library: Library) -> Arrangement:
    """Return an arrangement from plain data, checked against the words of a library.

    Raises:
        ArrangementError: Every fault at once, each with its JSON pointer.
    """
    if _depth(data) > _MAX_DEPTH:
        raise ArrangementError([Fault("too-deep", f"nested deeper than {_MAX_DEPTH} levels", "")])
    if not isinstance(data, Mapping):
        raise ArrangementError(
            [Fault("wrong-type", "an arrangement is a mapping", "", "send an object with `title` ...")]
        )
    try:
        arrangement, faults, is_bounded = Arrangement.model_validate(data), [], True
    except ValidationError as error:
        arrangement, faults, is_bounded = None, faults_of(error, data, Arrangement), not _is_too_long(error)
    broken = {str(fault.where) for fault in faults}
    if is_bounded:
        # A place that has the wrong form is reported once: its words are not looked at as well.
        faults += [fault for fault in check_words(data, library) if str(fault.where) not in broken]
    if arrangement is None or faults:
        raise ArrangementError(faults)
    return arrangement


def _is_too_long(error: ValidationError) -> bool:
    """Return whether some list, mapping or text is longer than may be; then only the form is worth telling about."""
    if error.error_count() > MOST_FAULTS:  # mistaken items do not count towards the length of a list
        return True
    return any(each["type"].endswith("too_long") for each in error.errors(include_input=False, include_context=False))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        shown = twice.encode("ascii", "backslashreplace").decode()[:60]
        raise ArrangementError(
            [Fault("repeated-key", f"key `{shown}` stands twice in one object", "", "keep one of them")]
        )
    return found


def _constant(name: str) -> Any:
    raise ArrangementError([Fault("bad-json", f"`{name}` is not JSON", "", "leave the fact out where it is unknown")])


def _depth(data: Any) -> int:
    """Return how deep plain data are nested, without recursion."""
    deepest, todo = 0, [(data, 1)]
    while todo:
        value, level = todo.pop()
        deepest = max(deepest, level)
        if level > _MAX_DEPTH:
            break
        if isinstance(value, dict):
            todo += [(item, level + 1) for item in value.values()]
        elif isinstance(value, list):
            todo += [(item, level + 1) for item in value]
    return deepest
