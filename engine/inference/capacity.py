"""How large a network the matcher can hold, and how large a given one is.

The network is built here in plain Python, in the shape in which the matcher would build it: a tree of
tests in which rules share their beginnings, each disjunction ending in a node of its own. The matcher
keeps that tree in arrays of fixed size and does not watch all of them, so it is measured first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Final, NamedTuple

from engine.inference.patterns import Clause, meet


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the matcher: `production` fires when `clause` holds for a fact of `stratum`."""

    name: str
    production: str
    stratum: int
    clause: Clause


@dataclass(frozen=True, slots=True)
class NetworkFigures:
    """The largest figure of each kind in one network, under the names of `LIMITS`."""

    productions: int
    attributes: int
    groups: int
    siblings: int
    sharing: int
    stack: int
    firings: int


class Limit(NamedTuple):
    """`hard` is the last figure that works, `allowed` the last one let through."""

    hard: int
    allowed: int
    what: str


def _two_thirds(hard: int, what: str) -> Limit:
    return Limit(hard, hard * 2 // 3, what)


LIMITS: Final[dict[str, Limit]] = {
    "productions": _two_thirds(4096, "rules of one network, ours included"),
    "attributes": _two_thirds(254, "attributes of one fact, ours included"),
    "groups": _two_thirds(14, "disjunctions of one pattern, with the conjunctions inside them"),
    "siblings": _two_thirds(511, "different tests that follow one test, or arms of one disjunction"),
    "sharing": _two_thirds(255, "rules that end in one test, ours included"),
    # Also covers the 127 disjunctions that may have an arm end in one test: they all wait at once.
    "stack": _two_thirds(64, "tests and ends of arms that one fact can leave waiting at once"),
    # Of time, not of the matcher: a rule fires once for each combination of true arms.
    "firings": Limit(1024, 1024, "firings of one rule for one fact"),
}
"""Every limit that `measure` takes a figure for."""

_FACT_OVERHEAD: Final = 3  # session, id and stratum
_MOST_RULES: Final = 64


def exceeded(figures: NetworkFigures) -> str:
    """Return the name of the first limit that `figures` break, or an empty string."""
    return next((name for name, limit in LIMITS.items() if getattr(figures, name) > limit.allowed), "")


def measure(rules: Sequence[Rule]) -> NetworkFigures:
    """Return the figures of the network of `rules`, the backend's own rules included.

    The backend adds a rule for each stratum, that every fact fires, and one for the start of a session.
    """
    network = _Network()
    attributes: dict[int, set[str]] = {}
    for rule in rules:
        network.add(rule)
        attributes.setdefault(rule.stratum, set()).update(leaf.key[0] for leaf in rule.clause.every_leaf())
    network.settle()
    nodes, clauses = network.nodes, [rule.clause for rule in rules]
    return NetworkFigures(
        productions=len(rules) + len(attributes) + 1,
        attributes=_FACT_OVERHEAD + max(map(len, attributes.values()), default=0),
        groups=max(map(_groups, clauses), default=0),
        siblings=max(len(node.tests) for node in nodes),
        sharing=max(node.rules for node in nodes),
        stack=nodes[0].waiting,
        firings=max(map(_firings, clauses), default=0),
    )


def spread(clause: Clause) -> list[Clause]:
    """Return clauses of which one holds where `clause` does, each with as few groups as one rule may have.

    A choice between ten routes with conditions of their own is too much for one rule, so it becomes ten.
    Where that takes too many rules, what is left too large is for `measure` to find.
    """
    done: list[Clause] = []
    waiting = [clause]
    while waiting:
        clause = waiting.pop()
        if _groups(clause) <= LIMITS["groups"].allowed or len(done) + len(waiting) >= _MOST_RULES:
            done.append(clause)
            continue
        largest = max(clause.groups, key=_group_size)
        rest = Clause(clause.leaves, tuple(group for group in clause.groups if group != largest))
        waiting += filter(None, (meet((rest, arm)) for arm in largest))
    return done


def _groups(clause: Clause) -> int:
    """Count as the matcher does, in whose array each disjunction and each conjunction in it has a place."""
    return sum(map(_group_size, clause.groups))


def _group_size(group: tuple[Clause, ...]) -> int:
    return 1 + sum(_groups(arm) + (not arm.is_leaf) for arm in group)


def _firings(clause: Clause) -> int:
    return prod(sum(map(_firings, group)) for group in clause.groups)


@dataclass(slots=True)
class _Node:
    """A test, or the place where the arms of a disjunction meet again.

    `rules` end here; `waiting` is how many nodes below can be waiting their turn at once.
    """

    tests: dict[tuple[str, str], _Node] = field(default_factory=dict)
    links: list[_Node] = field(default_factory=list)
    rules: int = 0
    waiting: int = 0


class _Network:
    def __init__(self) -> None:
        self.nodes = [_Node()]
        self._strata: dict[int, _Node] = {}

    def add(self, rule: Rule) -> None:
        """Add a rule; the first one of a stratum brings the test of the stratum and our rule for it."""
        if rule.stratum not in self._strata:
            self._strata[rule.stratum] = self._below(self.nodes[0], ("", str(rule.stratum)))
            self._strata[rule.stratum].rules = 1
        self._insert(rule.clause, self._strata[rule.stratum]).rules += 1

    def settle(self) -> None:
        """Compute `waiting` of every node. Nodes are later than what leads to them, so go backwards.

        A fact has one value per attribute, so of the tests of one attribute only one can hold. The
        matcher takes one waiting node off its stack and puts on it those below that node.
        """
        for node in reversed(self.nodes):
            below = [*node.tests.values(), *node.links]
            if below:
                at_once = len({attribute for attribute, _ in node.tests}) + len(node.links)
                node.waiting = at_once - 1 + max(1, *(other.waiting for other in below))

    def _insert(self, clause: Clause, node: _Node) -> _Node:
        for leaf in clause.leaves:
            node = self._below(node, leaf.key)
        for group in clause.groups:
            ends = [self._insert(arm, node) for arm in group]
            node = self._new()
            for end in ends:
                end.links.append(node)
        return node

    def _below(self, node: _Node, test: tuple[str, str]) -> _Node:
        if test not in node.tests:
            node.tests[test] = self._new()
        return node.tests[test]

    def _new(self) -> _Node:
        self.nodes.append(_Node())
        return self.nodes[-1]
