"""Patterns over one flat fact, and their reduced form.

Reducing flattens nesting, removes duplicates and drops what cannot hold. A choice between values of
one attribute (`c1` is `t` or `u`) becomes a single leaf: the backend gives each fact an attribute for
it, so that it costs the matcher no disjunction. Nothing here knows the matcher or its limits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias, assert_never


@dataclass(frozen=True, slots=True)
class Test:
    """The attribute `name` has the token `value`."""

    __test__ = False  # tells pytest that this is not a test case

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; without parts it always holds."""

    parts: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; without parts it never holds."""

    parts: tuple[Pattern, ...]


Pattern: TypeAlias = Test | AllOf | AnyOf

SET_HOLDS: Final = "t"
"""Value of the attribute that stands for a choice of values."""


class Leaf(NamedTuple):
    """The attribute `name` has one of `values`, which are sorted and at least one."""

    name: str
    values: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        """The attribute and value that a fact carries when this holds; no token has a hyphen."""
        if len(self.values) == 1:
            return self.name, self.values[0]
        return "-".join((self.name, *self.values)), SET_HOLDS


@dataclass(frozen=True, slots=True)
class Clause:
    """A reduced pattern: every leaf holds, and one arm of each group."""

    leaves: tuple[Leaf, ...] = ()
    groups: tuple[tuple[Clause, ...], ...] = ()

    @property
    def is_leaf(self) -> bool:
        return len(self.leaves) == 1 and not self.groups

    def every_leaf(self) -> Iterator[Leaf]:
        """Yield the leaves, those inside groups too."""
        yield from self.leaves
        for group in self.groups:
            for arm in group:
                yield from arm.every_leaf()


_ALWAYS: Final = Clause()


def matches(pattern: Pattern, tokens: Mapping[str, str]) -> bool:
    """Return whether `pattern` holds for a fact: what the matcher must agree with."""
    match pattern:
        case Test(name, value):
            return tokens.get(name) == value
        case AllOf(parts):
            return all(matches(part, tokens) for part in parts)
        case AnyOf(parts):
            return any(matches(part, tokens) for part in parts)
        case _:
            assert_never(pattern)


def nesting(pattern: Pattern) -> int:
    """Return how deep `pattern` is nested; a `Test` is 1 deep. Does not recurse."""
    depth, level = 0, [pattern]
    while level:
        depth += 1
        level = [part for parent in level if not isinstance(parent, Test) for part in parent.parts]
    return depth


def tests_of(pattern: Pattern) -> Iterator[Test]:
    """Yield every test inside `pattern`, repeats too. Does not recurse."""
    waiting = [pattern]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Test):
            yield part
        else:
            waiting.extend(part.parts)


def reduce(pattern: Pattern) -> Clause | None:
    """Return the reduced form of `pattern`, or `None` where nothing can satisfy it."""
    match pattern:
        case Test(name, value):
            return Clause((Leaf(name, (value,)),))
        case AllOf(parts):
            return meet(map(reduce, parts))
        case AnyOf(parts):
            return _join(map(reduce, parts))
        case _:
            assert_never(pattern)


def meet(clauses: Iterable[Clause | None]) -> Clause | None:
    """Return the conjunction of `clauses`, or `None` where nothing can satisfy it."""
    held: dict[str, Leaf] = {}
    groups: dict[tuple[Clause, ...], None] = {}
    for clause in clauses:
        if clause is None:
            return None
        for leaf in clause.leaves:
            other = held.setdefault(leaf.name, leaf)
            if other.values != leaf.values:
                common = tuple(value for value in other.values if value in leaf.values)
                if not common:
                    return None  # one attribute cannot have two values
                held[leaf.name] = Leaf(leaf.name, common)
        if clause.groups:
            groups.update(dict.fromkeys(clause.groups))
    return Clause(_by_name(held), tuple(groups))


def _join(clauses: Iterable[Clause | None]) -> Clause | None:
    choices: dict[str, Leaf] = {}
    compound: dict[Clause, None] = {}
    for clause in clauses:
        if clause == _ALWAYS:
            return _ALWAYS
        for arm in _arms(clause):
            if arm.is_leaf:
                leaf = arm.leaves[0]
                other = choices.setdefault(leaf.name, leaf)
                if other.values != leaf.values:
                    choices[leaf.name] = Leaf(leaf.name, tuple(sorted({*other.values, *leaf.values})))
            else:
                compound[arm] = None
    arms = (*(Clause((leaf,)) for leaf in _by_name(choices)), *compound)
    if len(arms) > 1:
        return Clause(groups=(arms,))
    return arms[0] if arms else None


def _arms(clause: Clause | None) -> tuple[Clause, ...]:
    """Return the alternatives that `clause` adds to a disjunction around it."""
    if clause is None:
        return ()
    return clause.groups[0] if not clause.leaves and len(clause.groups) == 1 else (clause,)


def _by_name(leaves: Mapping[str, Leaf]) -> tuple[Leaf, ...]:
    return tuple(leaves[name] for name in sorted(leaves)) if len(leaves) > 1 else tuple(leaves.values())


def arrange(clauses: Iterable[Clause]) -> list[Clause]:
    """Return the clauses with what most of them have in common first.

    Clauses that begin alike share the beginning in a network: fewer tests, less memory, less work.
    """
    clauses = list(clauses)
    shared: Counter[object] = Counter()
    for clause in clauses:
        shared.update(clause.leaves)
        shared.update(clause.groups)
    return [_arranged(clause, shared) for clause in clauses]


def _arranged(clause: Clause, shared: Counter[object]) -> Clause:
    if clause.is_leaf:
        return clause
    leaves = sorted(clause.leaves, key=lambda leaf: (-shared[leaf], leaf))
    groups = sorted(clause.groups, key=lambda group: -shared[group])
    return Clause(tuple(leaves), tuple(tuple(_arranged(arm, shared) for arm in group) for group in groups))
