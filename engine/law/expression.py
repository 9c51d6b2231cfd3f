"""Conditions as typed trees.

A condition is an and/or tree over atoms; `not` was pushed to the leaves when it was parsed, so that the tree itself is
monotone. Names of groups and numbers are kept as references: what they stand for depends on the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from engine.errors import Span

PARTY_ROOTS: Final = ("exporter", "importer", "origin", "key_holder", "party")
LINKS: Final = ("employer", "branch_of")
COUNT_SCOPES: Final = ("data", "transfer", "pair", "exporter")

Op = Literal["true", "shown", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "has", "has not", "overlaps", "within"]


@dataclass(frozen=True, slots=True)
class FactRef:
    """A built-in fact or trait: `exporter.kind`, `data.zz.risk_class`, `party.employer.country`.

    Attributes:
        type: bool, int, date, country, region, enum, set or text.
        of: The enum's name; "country" for sets of countries; the trait id for enum traits.
        trait: Trait id, or "" for a built-in fact.
        derived: Whether definitions work it out.
        first: Whether it is asked before whatever else the same rule turns on.
    """

    root: str
    links: tuple[str, ...]
    name: str
    type: str
    of: str
    trait: str = ""
    derived: bool = False
    first: bool = False

    def __str__(self) -> str:
        return ".".join((self.root, *self.links, self.name))


@dataclass(frozen=True, slots=True)
class MeasureRef:
    """A measure, or a field of its evidence."""

    id: str
    field: str
    type: str

    def __str__(self) -> str:
        return f"measure.{self.id}.{self.field}" if self.field else f"measure.{self.id}"


@dataclass(frozen=True, slots=True)
class ReadingRef:
    """A reading of a disputed question."""

    id: str

    def __str__(self) -> str:
        return f"reading.{self.id}"


@dataclass(frozen=True, slots=True)
class GroupRef:
    """A named group, of an instrument's parameters where `instrument` is given."""

    instrument: str
    name: str


@dataclass(frozen=True, slots=True)
class NumberRef:
    """A dated number of an instrument."""

    instrument: str
    name: str


@dataclass(frozen=True, slots=True)
class CountRef:
    """People, records, devices or specimens: `pair.persons(US, human_genomic)`. No places: of everywhere."""

    scope: str
    unit: str
    places: tuple[str | GroupRef, ...]
    categories: tuple[str | GroupRef, ...]


@dataclass(frozen=True, slots=True)
class PercentRef:
    """Percent of a party held by owners of a country group, or by owners with a trait."""

    root: str
    links: tuple[str, ...]
    group: GroupRef | tuple[str, ...] | None
    trait: str
    derived: bool


Operand = FactRef | MeasureRef | ReadingRef | CountRef | PercentRef
Right = FactRef | GroupRef | NumberRef | tuple[str, ...] | str | int | bool | None


@dataclass(frozen=True, slots=True)
class Atom:
    """One comparison. `text` is how the author wrote it, without any `not`.

    `true` is a plain truth value; `shown` is one that counts as false for as long as the facts do not establish it.
    """

    op: Op
    left: Operand
    right: Right
    text: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """An atom, or its negation."""

    atom: Atom
    negated: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Some part holds."""

    parts: tuple[Tree, ...]


Tree = Leaf | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a rule."""

    tree: Tree
    text: str
    span: Span


def leaves(tree: Tree) -> Iterator[Leaf]:
    """Yield the leaves from left to right."""
    if isinstance(tree, Leaf):
        yield tree
    else:
        for part in tree.parts:
            yield from leaves(part)


def group_refs(atom: Atom) -> Iterator[GroupRef]:
    """Yield the named groups that an atom compares with."""
    sides: list[object] = [atom.right]
    if isinstance(atom.left, CountRef):
        sides += [*atom.left.places, *atom.left.categories]
    elif isinstance(atom.left, PercentRef):
        sides.append(atom.left.group)
    yield from (side for side in sides if isinstance(side, GroupRef))
