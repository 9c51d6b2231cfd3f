"""Checks that every part of an arrangement shares: words of an enum, places, references, circles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from engine.errors import Fault, did_you_mean, one_of, shown
from engine.facts.places import advice, is_place
from engine.law.model import Library
from engine.shape import pointer_of

# `fromisoformat` also reads weeks, which do not sort as text.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
Path = tuple[str | int, ...]


class Parts:
    """The parts of an arrangement as plain data, by id."""

    def __init__(self, data: Mapping[str, Any], library: Library) -> None:
        self.data = data
        self.library = library
        self.parties = self._ids("parties")
        self.datasets = self._ids("datasets")
        self.transfers = self._ids("transfers")

    def items(self, key: str) -> list[tuple[int, Mapping[str, Any]]]:
        found = self.data.get(key)
        items = found if isinstance(found, list) else []
        return [(index, item) for index, item in enumerate(items) if isinstance(item, Mapping)]

    def _ids(self, key: str) -> dict[str, int]:
        ids: dict[str, int] = {}
        for index, item in self.items(key):
            if isinstance(item.get("id"), str):
                ids.setdefault(item["id"], index)
        return ids

    def typed(self, path: Path, value: Any, kind: str, values: tuple[str, ...]) -> Iterator[Fault]:
        if kind == "bool" and not isinstance(value, bool):
            yield self.fault("wrong-type", "expected `true` or `false`", path, "leave it out where it is not known")
        elif kind == "int" and (not isinstance(value, int) or isinstance(value, bool)):
            yield self.fault("wrong-type", "expected a whole number", path)
        elif kind == "date" and day_of(value) is None:
            yield self.fault("bad-value", "a day is written `YYYY-MM-DD`", path)
        elif kind == "country":
            yield from self.place(path, value)
        elif kind == "enum" and value not in values:
            hint = did_you_mean(str(value), values) or f"known are {one_of(values)}"
            yield self.fault("unknown-word", f"there is no value `{shown(value)}` here", path, hint)

    # -- words and places ---------------------------------------------------------------------------------------------

    def word(self, owner: Mapping[str, Any], path: Path, key: str, enum: str) -> Iterator[Fault]:
        value = owner.get(key)
        terms = self.library.vocabulary.enums.get(enum, {})
        if isinstance(value, str) and value not in terms:
            hint = did_you_mean(value, terms) or f"known are {one_of(tuple(terms))}"
            yield self.fault("unknown-word", f"there is no {kind_of(enum)} `{shown(value)}`", (*path, key), hint)

    def words(self, owner: Mapping[str, Any], path: Path, key: str, enum: str) -> Iterator[Fault]:
        values = owner.get(key)
        for index, value in enumerate(values if isinstance(values, list) else []):
            yield from self.word({index: value}, (*path, key), index, enum)  # type: ignore[dict-item,arg-type]
        yield from self.twice(path, owner, key)

    def twice(self, path: Path, owner: Mapping[str, Any], key: str) -> Iterator[Fault]:
        values = owner.get(key)
        seen: set[str] = set()
        for index, value in enumerate(values if isinstance(values, list) else []):
            if isinstance(value, str) and value in seen:
                yield self.fault(
                    "repeated-word",
                    f"`{shown(value)}` stands twice",
                    (*path, key, index),
                    "keep one of them",
                )
            seen.add(str(value))

    def places(self, path: Path, owner: Mapping[str, Any], key: str) -> Iterator[Fault]:
        values = owner.get(key)
        for index, value in enumerate(values if isinstance(values, list) else []):
            yield from self.place((*path, key, index), value)

    def place(self, path: Path, value: Any) -> Iterator[Fault]:
        if isinstance(value, str) and not is_place(value):
            yield self.fault("unknown-place", f"there is no place `{shown(value)}`", path, advice(value))

    def reference(self, path: Path, name: str, known: Mapping[str, int], what: str) -> Iterator[Fault]:
        if name not in known:
            hint = did_you_mean(name, known) or (
                f"known are {one_of(tuple(known))}" if known else f"there is no {what}"
            )
            yield self.fault(f"unknown-{what.replace(' ', '-')}", f"no {what} has the id `{shown(name)}`", path, hint)

    def circles(self, key: str, link: str, message: str) -> Iterator[Fault]:
        links = {str(item.get("id")): item.get(link) for _, item in self.items(key)}
        places = {str(item.get("id")): index for index, item in self.items(key)}
        done: set[str] = set()
        for start in links:
            # Walk to the end, or to where a walk has been before: only a walk that meets itself has found a circle.
            walk: dict[str, None] = {}
            name: Any = start
            while isinstance(name, str) and name in links and name not in done:
                done.add(name)
                walk[name] = None
                name = links[name]
            if isinstance(name, str) and name in walk and (link != "employer" or links[name] != name):
                circle = list(walk)[list(walk).index(name) :]
                first = min(circle, key=places.__getitem__)
                turned = circle[circle.index(first) :] + circle[: circle.index(first)]
                yield self.fault("cycle", f"{message}: {one_of(turned)}", (key, places[first], link))

    def fault(self, code: str, message: str, path: Path, help: str = "") -> Fault:
        return Fault(code, message, pointer_of(path), help)


def day_of(value: Any) -> date | None:
    """Return a day as YAML or JSON give it, or None where it is none."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and _DAY.match(value) else None
    except ValueError:
        return None


def kind_of(name: str) -> str:
    """Return the name of an enum or part in plain words."""
    return name.replace("_", " ").replace("dataset", "data set")
