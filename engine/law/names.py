"""What the names in a condition may stand for, at the place where the condition is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.facts.vocabulary import FactSpec, Vocabulary
from engine.law.expression import PARTY_ROOTS
from engine.law.model import Group, Measure, Number, Reading, Trait

_ROOT_OF_TRAIT = {
    "dataset": ("data",),
    "transfer": ("transfer",),
    "arrangement": ("arrangement",),
    "leg": ("leg",),
}
LEG_ROOTS = (
    "exporter",
    "importer",
    "origin",
    "key_holder",
    "data",
    "transfer",
    "arrangement",
    "leg",
    "measure",
    "reading",
)
DEFINITION_ROOTS = ("party", "reading")


@dataclass(frozen=True, slots=True)
class Names:
    """The vocabulary, everything declared by any ruleset, and the parameters of one instrument."""

    vocabulary: Vocabulary
    traits: Mapping[str, Trait]
    measures: Mapping[str, Measure]
    readings: Mapping[str, Reading]
    groups: Mapping[str, Group]
    instrument: str
    own_groups: Mapping[str, Group]
    own_numbers: Mapping[str, Number]
    level: Literal["leg", "party"]

    @property
    def roots(self) -> tuple[str, ...]:
        """Return the roots that a path may start with."""
        return LEG_ROOTS if self.level == "leg" else DEFINITION_ROOTS

    def fact(self, root: str, name: str) -> FactSpec | None:
        """Return the built-in fact `name` of a root."""
        kind = "party" if root in PARTY_ROOTS else root
        return self.vocabulary.facts.get((kind, name))

    def fact_names(self, root: str) -> list[str]:
        """Return everything that may follow a root."""
        kind = "party" if root in PARTY_ROOTS else root
        built_in = [name for (of, name) in self.vocabulary.facts if of == kind]
        return built_in + [trait.id for trait in self.traits.values() if root in roots_of(trait)]

    def group(self, name: str) -> Group | None:
        """Return a group of this instrument, or a shared one."""
        return self.own_groups.get(name) or self.groups.get(name)


def roots_of(trait: Trait) -> tuple[str, ...]:
    """Return the roots below which a trait can be read."""
    return PARTY_ROOTS if trait.of == "party" else _ROOT_OF_TRAIT[trait.of]
