"""What the rule compiler hands to the inference backend, and how much of it fits into one network.

A production names a pattern over one flat fact whose attributes and values are short tokens. Past the
limits of `engine.inference.capacity` the matcher behind the backend refuses facts, crashes or never
returns, so a network beyond two thirds of one is refused here, or split into several that fit. This
module imports no matcher.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final, TypeVar

from engine.inference.capacity import LIMITS, Limit, NetworkFigures, Rule, exceeded, measure, spread
from engine.inference.patterns import (
    AllOf,
    AnyOf,
    Clause,
    Pattern,
    Test,
    arrange,
    matches,
    nesting,
    reduce,
    tests_of,
)

__all__ = [
    "GUARD",
    "LIMITS",
    "AllOf",
    "AnyOf",
    "Limit",
    "NetworkFigures",
    "NetworkLimit",
    "Pattern",
    "Production",
    "Rule",
    "Test",
    "attribute_names",
    "by_stratum",
    "check_network",
    "check_rules",
    "is_token",
    "matches",
    "plan_network",
    "split_network",
]

GUARD: Final = "_k"
"""The attribute that tells the stratum of a fact. No token begins with an underscore."""

_MAX_NESTING: Final = 50
_TOKEN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
_TOKEN_RULE: Final = "a letter, then at most 63 letters, digits or underscores"
# Words that the matcher looks for, by their hash, wherever a name may stand.
_RESERVED: Final = frozenset(
    "all any pri count cap dist name id sid $lt $lte $gt $gte $eq $neq $mt $imt $iall $iany $ex $nex $or $and"
    " $not $all $any $m $s $i $add $sub $mul $div $l $r $forward $time $timerName $baseTime".split()
)

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Production:
    """`name` fires when `pattern` holds for a fact of `stratum`; names are unique within a network."""

    name: str
    stratum: int
    pattern: Pattern


class NetworkLimit(Exception):
    """A network that the matcher cannot be trusted with.

    Attributes:
        production: Name of the first production that goes too far.
        limit: A key of `LIMITS`; or `name`, `value`, `stratum`, `duplicate`, `collision` or `nesting`.
        figure: The measured figure, or the offending token.
        allowed: The largest figure allowed, or what the token must be.
    """

    def __init__(self, production: str, limit: str, figure: int | str, allowed: int | str) -> None:
        super().__init__(production, limit, figure, allowed)
        self.production = production
        self.limit = limit
        self.figure = figure
        self.allowed = allowed

    def __str__(self) -> str:
        return f"production `{self.production}`: {self.limit} is `{self.figure}`, allowed is `{self.allowed}`"


def is_token(text: object) -> bool:
    """Return whether `text` may enter the matcher."""
    return isinstance(text, str) and _TOKEN.fullmatch(text) is not None


def attribute_names(productions: Iterable[Production]) -> frozenset[str]:
    """Return the attributes that any of the productions tests."""
    return frozenset(test.name for production in productions for test in tests_of(production.pattern))


def by_stratum(productions: Iterable[Production]) -> dict[int, list[Production]]:
    """Return the productions of each stratum, in their order."""
    strata: dict[int, list[Production]] = {}
    for production in productions:
        strata.setdefault(production.stratum, []).append(production)
    return strata


def check_network(productions: Sequence[Production]) -> NetworkFigures:
    """Return the figures of the network that `productions` make.

    Raises:
        NetworkLimit: A figure is beyond what `LIMITS` allows, a token is malformed, a production's
            name is used twice, or the matcher could not tell two attributes apart.
    """
    return check_rules(plan_network(productions))


def split_network(productions: Sequence[Production]) -> list[tuple[Production, ...]]:
    """Return the productions, sorted by stratum, in few parts that each pass `check_network`.

    Raises:
        NetworkLimit: A single production does not fit, or the fault is not one of size.
    """
    rest = sorted(productions, key=_stratum)
    parts: list[tuple[Production, ...]] = []
    while rest:
        size = len(rest)
        try:
            check_network(rest)
        except NetworkLimit as error:
            if error.limit not in LIMITS:
                raise
            size = _longest(rest, lambda part: not exceeded(measure(plan_network(part))))
            if not size:
                check_network(rest[:1])
        parts.append(tuple(rest[:size]))
        rest = rest[size:]
    return parts


def plan_network(productions: Sequence[Production]) -> tuple[Rule, ...]:
    """Return the rules to register, by stratum. A production has any number of rules; most have one.

    Raises:
        NetworkLimit: A token is malformed, a name is used twice, or a pattern is nested too deep.
            Sizes and collisions are left to `check_rules`.
    """
    _check_tokens(productions)
    rules: list[Rule] = []
    for stratum, group in groupby(sorted(productions, key=_stratum), key=_stratum):
        names: list[tuple[str, str]] = []
        clauses: list[Clause] = []
        for production in group:
            # A production that can never fire has no rule. No token has a hyphen, so rule names are unique.
            clause = reduce(production.pattern)
            parts = [] if clause is None else spread(clause)
            names += ((f"{production.name}-{index}", production.name) for index in range(len(parts)))
            clauses += parts
        rules += (Rule(*name, stratum, clause) for name, clause in zip(names, arrange(clauses), strict=True))
    return tuple(rules)


def check_rules(rules: Sequence[Rule]) -> NetworkFigures:
    """Return the figures of planned rules.

    Raises:
        NetworkLimit: A figure is beyond what `LIMITS` allows, or two attributes have one hash.
    """
    _check_collisions(rules)
    figures = measure(rules)
    if exceeded(figures):
        # Figures only grow with more rules: the shortest beginning that goes too far ends in the culprit.
        size = _longest(rules, lambda part: not exceeded(measure(part)))
        figures = measure(rules[: size + 1])
        limit = exceeded(figures)
        raise NetworkLimit(rules[size].production, limit, getattr(figures, limit), LIMITS[limit].allowed)
    return figures


def _stratum(production: Production) -> int:
    return production.stratum


def _longest(items: Sequence[_Item], fits: Callable[[Sequence[_Item]], bool]) -> int:
    """Return how many items from the first on fit, given that fewer fit where more do."""
    if fits(items):
        return len(items)
    return bisect_left(range(1, len(items)), True, key=lambda size: not fits(items[:size]))


def _check_tokens(productions: Iterable[Production]) -> None:
    seen: set[str] = set()
    for production in productions:
        name, stratum = production.name, production.stratum
        if not is_token(name):
            raise NetworkLimit(str(name), "name", str(name), _TOKEN_RULE)
        if name in seen:
            raise NetworkLimit(name, "duplicate", name, "a name of its own")
        seen.add(name)
        if type(stratum) is not int or stratum < 0:
            raise NetworkLimit(name, "stratum", str(stratum), "a whole number from 0")
        if (depth := nesting(production.pattern)) > _MAX_NESTING:
            raise NetworkLimit(name, "nesting", depth, _MAX_NESTING)
        for test in tests_of(production.pattern):
            if not is_token(test.name):
                raise NetworkLimit(name, "name", str(test.name), _TOKEN_RULE)
            if not is_token(test.value):
                raise NetworkLimit(name, "value", str(test.value), _TOKEN_RULE)


def _check_collisions(rules: Iterable[Rule]) -> None:
    """Refuse attributes that the matcher, which compares them by hash alone, would take for one."""
    seen = {_hash(word): word for word in (*_RESERVED, GUARD)}
    for rule in rules:
        for leaf in rule.clause.every_leaf():
            name = leaf.key[0]
            other = seen.setdefault(_hash(name), name)
            if other != name or name in _RESERVED:
                wanted = f"a name that the matcher can tell from `{other}`"
                raise NetworkLimit(rule.production, "collision", name, wanted)


@lru_cache(maxsize=1 << 16)
def _hash(name: str) -> int:
    """Return the matcher's hash of an ASCII name: 32-bit FNV-1a."""
    value = 0x811C9DC5
    for byte in name.encode("ascii"):
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value
