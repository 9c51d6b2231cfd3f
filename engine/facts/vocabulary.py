"""The vocabulary of arrangements and conditions, as `rulesets/facts.yaml` declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

FactType = Literal["bool", "int", "date", "country", "region", "enum", "set", "count", "text"]
Root = Literal["party", "data", "transfer"]
UNITS: Final = ("persons", "records", "devices", "samples")


@dataclass(frozen=True, slots=True)
class Term:
    """One value of an enum, with its meaning and the public term it corresponds to."""

    name: str
    says: str
    uri: str = ""


@dataclass(frozen=True, slots=True)
class FactSpec:
    """A built-in fact: `<root>.<name>`.

    Attributes:
        of: Name of the enum, for enums and for sets of enum values; "country" for sets of countries.
        ask: The question that settles it; empty for facts that every arrangement states, or that are
            asked for together with others.
        first: Whether it is asked before whatever else the same rule turns on.
    """

    root: Root
    name: str
    type: FactType
    of: str
    says: str
    ask: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Enums by name and built-in facts by (root, name)."""

    enums: Mapping[str, Mapping[str, Term]]
    facts: Mapping[tuple[str, str], FactSpec]

    def terms(self, enum: str) -> tuple[str, ...]:
        """Return the values of an enum, in the order declared."""
        return tuple(self.enums[enum])


EMPTY: Final = Vocabulary(MappingProxyType({}), MappingProxyType({}))
