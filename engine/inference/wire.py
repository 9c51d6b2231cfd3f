"""Networks and facts as the JSON text that the matcher takes.

Every fact is flat and of one stratum, every pattern is one conjunction that begins with the stratum.
Only attributes that the stratum tests become part of a fact, so nothing else can reach the matcher.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from engine.inference.capacity import Rule
from engine.inference.network import GUARD, is_token
from engine.inference.patterns import Clause

SESSION: Final = "s"
_FACT: Final = f'{{"sid":"{SESSION}","id":"f"'
_BOOT: Final = "boot"
_IGNORED_PER_NAME: Final = 4

RETRACTION: Final = f"{_FACT}}}"
"""Names the one fact of a session, whatever it says."""
BOOT_FACT: Final = f'{_FACT},"{GUARD}":"{_BOOT}"}}'
BOOT_FRAME: Final = '{"_boot":'
"""How the frame of the only rule begins that fires for `BOOT_FACT`."""


class FactTable(dict[tuple[str, str], str]):
    """What each token adds to a fact of one stratum: nothing, where no rule of the stratum asks for it."""

    def __init__(self, stratum: int, rules: Iterable[Rule], names: frozenset[str]) -> None:
        """Prepare the tokens that `rules` of `stratum` ask for; other tokens may only have `names`."""
        super().__init__()
        self.sentinel = f'{{"_{stratum}":'
        self._head = f'{_FACT},"{GUARD}":"{stratum}"'
        self._names = names
        leaves = dict.fromkeys(leaf for r in rules if r.stratum == stratum for leaf in r.clause.every_leaf())
        for leaf in leaves:
            attribute, holds = leaf.key
            for value in leaf.values:
                self[leaf.name, value] = f'{self.get((leaf.name, value), "")},"{attribute}":"{holds}"'
        self._room = len(self) + _IGNORED_PER_NAME * len(names)

    def fact(self, tokens: Mapping[str, str]) -> str:
        """Return the fact with these tokens.

        Raises:
            LookupError: An attribute is unknown, or a value is not a token.
        """
        return f"{self._head}{''.join(map(self.__getitem__, tokens.items()))}}}"

    def __missing__(self, token: tuple[str, str]) -> str:
        name, value = token
        if name not in self._names or not is_token(value):
            raise LookupError(f"`{name}`: `{value}` is not a token of this network")
        if len(self) < self._room:
            self[token] = ""
        return ""


def definition(rules: Iterable[Rule]) -> str:
    """Return the rules, the boot rule and a sentinel per stratum.

    Waiting actions run in the order of this text, so each sentinel runs when all else has.
    """
    rules = tuple(rules)
    patterns: dict[str, Any] = {"_boot": {GUARD: _BOOT}}
    patterns |= {rule.name: _conjunction(rule.clause, {GUARD: str(rule.stratum)}) for rule in rules}
    patterns |= {f"_{rule.stratum}": {GUARD: str(rule.stratum)} for rule in rules}
    return json.dumps({name: {"all": [{"m": pattern}]} for name, pattern in patterns.items()})


def _conjunction(clause: Clause, *guard: dict[str, str]) -> dict[str, Any]:
    """Return guard, leaves, disjunctions: the matcher is wrong about much that follows a disjunction."""
    parts: list[dict[str, Any]] = [*guard, *(dict([leaf.key]) for leaf in clause.leaves)]
    parts += ({"$or": [_conjunction(arm) for arm in group]} for group in clause.groups)
    return parts[0] if len(parts) == 1 else {"$and": parts}
