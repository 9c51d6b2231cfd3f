"""A seeded workload that every engine can express: two levels of rules over sixty attributes.

A flow is a flat record of attributes, some of them absent. A rule of level 1 fires where its condition holds and leaves
a token; a rule of level 2 wants tokens as well. The answer for a flow is the set of rules that fired. None of this
needs what Safeconduct is for (unknowns, exceptions, dates, reasons), so that engines without them can take part.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

PLACES = tuple(f"J{number:02d}" for number in range(40))
ROLES = ("exp", "imp", "subj")
ENUMS = {
    f"e{number:02d}": tuple(f"v{number:02d}{letter}" for letter in "abcdefgh"[: 4 + number % 5]) for number in range(12)
}
FLAGS = tuple(f"b{number:02d}" for number in range(25))
NUMBERS = tuple(f"i{number:02d}" for number in range(20))
ATTRIBUTES = (*ROLES, *ENUMS, *FLAGS, *NUMBERS)
_ABSENT = 0.08

Value = str | bool | int
Flow = dict[str, Value]


@dataclass(frozen=True)
class Test:
    """One comparison; `op` is eq, ne, in, lt or ge. False where the attribute is absent."""

    op: str
    name: str
    value: Value | tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """Fires where the anchor holds, and one test of each group, and every token is there."""

    id: str
    level: int
    place: str
    role: str
    groups: tuple[tuple[Test, ...], ...]
    needs: tuple[str, ...]
    leaves: str


def flows(count: int, seed: int) -> list[Flow]:
    """Return random flows."""
    chance = random.Random(seed)
    found: list[Flow] = []
    for _ in range(count):
        flow: Flow = {role: chance.choice(PLACES) for role in ROLES}
        flow.update({name: chance.choice(values) for name, values in ENUMS.items() if chance.random() > _ABSENT})
        flow.update({name: chance.random() < 0.5 for name in FLAGS if chance.random() > _ABSENT})
        flow.update({name: chance.randrange(1000) for name in NUMBERS if chance.random() > _ABSENT})
        found.append(flow)
    return found


def _test(chance: random.Random) -> Test:
    kind = chance.random()
    if kind < 0.35:
        name = chance.choice(list(ENUMS))
        values = ENUMS[name]
        if chance.random() < 0.6:
            return Test("in", name, tuple(chance.sample(values, len(values) - 1)))
        return Test("ne", name, chance.choice(values))
    if kind < 0.7:
        return Test("eq", chance.choice(FLAGS), chance.random() < 0.5)
    return Test(chance.choice(("lt", "ge")), chance.choice(NUMBERS), chance.randrange(300, 700))


def rules(count: int, seed: int = 3) -> list[Rule]:
    """Return random rules, every one anchored on a place."""
    chance = random.Random(seed)
    found: list[Rule] = []
    tokens: dict[str, list[str]] = {}
    for number in range(count):
        place = PLACES[number % len(PLACES)]
        own = tokens.setdefault(place, [])
        level = 2 if (number // len(PLACES)) % 5 >= 3 and own else 1
        groups = [tuple(_test(chance) for _ in range(chance.randint(2, 3))) for _ in range(chance.randint(1, 2))]
        groups.append((_test(chance),))
        needs = tuple(sorted({chance.choice(own)})) if level == 2 else ()
        token = f"{place}t{len(set(own)) % 6}" if level == 1 else ""
        if token:
            own.append(token)
        found.append(Rule(f"R{number:04d}", level, place, chance.choice(ROLES), tuple(groups), needs, token))
    return found


def holds(test: Test, flow: Flow) -> bool:
    """Return whether a test holds, in plain Python."""
    if test.name not in flow:
        return False
    value = flow[test.name]
    if test.op == "eq":
        return value == test.value
    if test.op == "ne":
        return value != test.value
    if test.op == "in":
        return value in test.value  # type: ignore[operator]
    assert isinstance(value, int)
    assert isinstance(test.value, int)
    return value < test.value if test.op == "lt" else value >= test.value


def fired(all_rules: list[Rule], flow: Flow) -> set[str]:
    """Return the rules that fire: the answer that every engine must give."""
    names: set[str] = set()
    tokens: set[str] = set()
    for level in (1, 2):
        for rule in all_rules:
            if rule.level != level or flow[rule.role] != rule.place or not tokens.issuperset(rule.needs):
                continue
            if all(any(holds(test, flow) for test in group) for group in rule.groups):
                names.add(rule.id)
        tokens = {rule.leaves for rule in all_rules if rule.id in names and rule.leaves}
    return names
