"""Arrangements from bases: copies changed at JSON pointers."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from engine.errors import did_you_mean


class PatchError(Exception):
    """A patch that does not fit its base."""


def arrangement_of(given: Mapping[str, Any], bases: Mapping[str, Any]) -> Any:
    """Return an arrangement as plain data: the one given, or a base with its patch applied.

    Raises:
        PatchError: An unknown base, or a pointer that leads nowhere.
    """
    if "base" not in given:
        return given
    base = given["base"]
    if base not in bases:
        raise PatchError(f"there is no base `{base}`; {did_you_mean(str(base), bases)}".rstrip("; "))
    unknown = set(given) - {"base", "set", "remove"}
    if unknown:
        raise PatchError(f"`{min(unknown)}` does not go with `base`; use `set` and `remove`")
    # A base may itself be a patch of another one.
    data = copy.deepcopy(arrangement_of(bases[base], {key: value for key, value in bases.items() if key != base}))
    for pointer in given.get("remove") or ():
        _remove(data, pointer)
    for pointer, value in (given.get("set") or {}).items():
        _set(data, pointer, value)
    return data


def changed_at(data: Any, changes: Mapping[str, Any]) -> Any:
    """Return a copy of plain data with values put at JSON pointers.

    Raises:
        PatchError: A pointer leads nowhere.
    """
    data = copy.deepcopy(data)
    for pointer, value in changes.items():
        _set(data, pointer, value)
    return data


def _steps(pointer: str) -> list[str]:
    if not pointer.startswith("/"):
        raise PatchError(f"`{pointer}` is not a JSON pointer; it starts with `/`")
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/")]


def _descend(data: Any, step: str, pointer: str, make: bool) -> Any:
    if isinstance(data, dict):
        if step not in data and make:
            data[step] = {}
        if step in data:
            return data[step]
    elif isinstance(data, list) and step.isdigit() and int(step) < len(data):
        return data[int(step)]
    raise PatchError(f"`{pointer}` leads nowhere: there is no `{step}`")


def _set(data: Any, pointer: str, value: Any) -> None:
    *path, last = _steps(pointer)
    for step in path:
        data = _descend(data, step, pointer, make=True)
    if isinstance(data, dict):
        data[last] = copy.deepcopy(value)
    elif isinstance(data, list) and (last == "-" or last == str(len(data))):
        data.append(copy.deepcopy(value))
    elif isinstance(data, list) and last.isdigit() and int(last) < len(data):
        data[int(last)] = copy.deepcopy(value)
    else:
        raise PatchError(f"`{pointer}` leads nowhere")


def _remove(data: Any, pointer: str) -> None:
    *path, last = _steps(pointer)
    for step in path:
        data = _descend(data, step, pointer, make=False)
    if isinstance(data, dict) and last in data:
        del data[last]
    elif isinstance(data, list) and last.isdigit() and int(last) < len(data):
        del data[int(last)]
    else:
        raise PatchError(f"`{pointer}` leads nowhere")
