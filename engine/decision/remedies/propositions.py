"""Propositions over levers, as plain objects: folded while they are made, and handed to z3 once for each.

Most of what is encoded folds away or is said many times over, and making a term of z3 costs more than all the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import z3

from engine.facts.values import FALSE, TRUE, Truth


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """A name, or a proposition made of others."""

    op: Literal["name", "not", "and", "or"]
    name: str
    parts: tuple[Node, ...]


# A bool where it is settled.
Prop = Node | bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A three-valued proposition: that it is true, and that it is not false."""

    true: Prop
    possible: Prop


_YES, _NO, _OPEN = Pair(True, True), Pair(False, False), Pair(False, True)


def constant(value: Truth) -> Pair:
    """Return a truth that no lever changes."""
    return _YES if value == TRUE else _NO if value == FALSE else _OPEN


def all_of(parts: Iterable[Prop]) -> Prop:
    """Return the conjunction."""
    return _joined("and", parts, settles=False)


def any_of(parts: Iterable[Prop]) -> Prop:
    """Return the disjunction."""
    return _joined("or", parts, settles=True)


def _joined(op: Literal["and", "or"], parts: Iterable[Prop], settles: bool) -> Prop:
    kept: dict[int, Node] = {}
    for part in parts:
        if isinstance(part, Node):
            kept[id(part)] = part
        elif part is settles:
            return settles
    if not kept:
        return not settles
    nodes = tuple(kept.values())
    return nodes[0] if len(nodes) == 1 else Node(op, "", nodes)


def no(part: Prop) -> Prop:
    """Return the negation."""
    if isinstance(part, bool):
        return not part
    return part.parts[0] if part.op == "not" else Node("not", "", (part,))


def both(parts: Iterable[Pair]) -> Pair:
    """Kleene's and; what comes after a part that is false is not asked for."""
    listed = []
    for part in parts:
        if part.possible is False:
            return _NO
        listed.append(part)
    return Pair(all_of(p.true for p in listed), all_of(p.possible for p in listed))


def either(parts: Iterable[Pair]) -> Pair:
    """Kleene's or; what comes after a part that is true is not asked for."""
    listed = []
    for part in parts:
        if part.true is True:
            return _YES
        listed.append(part)
    return Pair(any_of(p.true for p in listed), any_of(p.possible for p in listed))


def negated(pair: Pair) -> Pair:
    """Kleene's not."""
    return Pair(no(pair.possible), no(pair.true))


class Terms:
    """Propositions as terms of z3 in a context of their own; z3 is published without types."""

    def __init__(self) -> None:
        self.context = z3.Context()
        self._names: dict[str, Node] = {}
        self._made: dict[Node, Any] = {}

    def named(self, name: str) -> Node:
        """Return the proposition of a name."""
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = Node("name", name, ())
        return known

    def term(self, prop: Prop) -> Any:
        """Return a proposition as a term."""
        if isinstance(prop, bool):
            return z3.BoolVal(prop, self.context)
        known = self._made.get(prop)
        if known is None:
            known = self._made[prop] = self._term(prop)
        return known

    def _term(self, node: Node) -> Any:
        if node.op == "name":
            return z3.Bool(node.name, self.context)
        parts = [self.term(part) for part in node.parts]
        if node.op == "not":
            return z3.Not(parts[0])
        return z3.And(parts) if node.op == "and" else z3.Or(parts)
