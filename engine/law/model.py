"""What a ruleset says: instruments, rules, traits, measures, parameters, readings, groups. Undated and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from engine.errors import Span
from engine.facts.vocabulary import Vocabulary
from engine.law.expression import Condition

RuleKind = Literal["definition", "scope", "exemption", "route", "ban", "duty", "exception", "commitment", "warning"]
Timing = Literal["before_transfer", "at_transfer", "ongoing", "after"]
BEGINNING: Final = date.min
END: Final = date.max
# Kinds of instrument that never restrict, so that they need no scope.
REMARK_KINDS: Final = frozenset({"trade_commitment", "soft_law"})


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: date
    last: date = END

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def overlaps(self, other: Period) -> bool:
        """Return whether the two periods share a day."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Checked:
    """When a rule was last compared with its source, and what was seen of it."""

    on: date
    text: Literal["seen", "secondary", "recalled"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a text is published."""

    cite: str
    href: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Trait:
    """A fact that some law knows about a party, data set, transfer, arrangement or leg.

    Attributes:
        rules_out: Value that can take a transfer out of a law by itself; while it can, that law asks nothing else.
    """

    id: str
    of: Literal["party", "dataset", "transfer", "arrangement", "leg"]
    type: Literal["bool", "int", "date", "country", "enum"]
    values: tuple[str, ...]
    ask: str
    by: str
    derived: bool
    rules_out: bool | str | None
    instrument: str


@dataclass(frozen=True, slots=True)
class MeasureField:
    """A detail of a measure's evidence.

    Attributes:
        attainable: Values that a lever could honestly bring about.
        final: Values that, once shown, the parties cannot change by asking again, such as a refusal.
    """

    name: str
    type: Literal["bool", "int", "date", "country", "enum"]
    values: tuple[str, ...]
    attainable: tuple[str | bool, ...]
    final: tuple[str | bool, ...]
    ask: str


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that the parties can put in place; `lever` where they still can."""

    id: str
    lever: bool
    effort: int
    by: str
    days: int | None
    ask: str
    fields: Mapping[str, MeasureField]
    instrument: str


@dataclass(frozen=True, slots=True)
class DatedNumber:
    """A value from its first day on."""

    period: Period
    value: int
    cite: str
    href: str


@dataclass(frozen=True, slots=True)
class DatedMember:
    """A member of a group on the days of its period."""

    member: str
    period: Period
    cite: str
    href: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number that the law can change without changing the rule."""

    name: str
    unit: str
    values: tuple[DatedNumber, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A dated set of countries or of enum values. `of` is "country" or the enum's name."""

    name: str
    of: str
    title: str
    members: tuple[DatedMember, ...]
    includes: tuple[str, ...] = ()
    source: Source | None = None
    checked: Checked | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One reading of a disputed question."""

    name: str
    says: str
    cite: str
    href: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A question on which authorities differ."""

    id: str
    ask: str
    options: Mapping[str, Option]
    instrument: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of an instrument, on the days of its period."""

    id: str
    kind: RuleKind
    instrument: str
    cite: str
    says: str
    href: str
    note: str
    checked: Checked
    period: Period
    when: tuple[Condition, ...]
    requires: tuple[Condition, ...]
    fulfilled_by: tuple[Condition, ...]
    timing: Timing | None
    days: int | None
    owed_by: str
    routes: tuple[str, ...]
    to: tuple[str, ...]
    defines: str
    about: tuple[str, ...]
    adverse: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Instrument:
    """One legal instrument and its rules, in the order of the text."""

    id: str
    title: str
    jurisdiction: str
    kind: str
    period: Period
    source: Source
    checked: Checked
    hook: str
    rules: tuple[Rule, ...]
    traits: Mapping[str, Trait]
    measures: Mapping[str, Measure]
    numbers: Mapping[str, Number]
    groups: Mapping[str, Group]
    readings: Mapping[str, Reading]
    not_encoded: tuple[tuple[str, str], ...]
    not_verified: tuple[tuple[str, str], ...]
    file: str
    digest: str


# What people ask about a country's law, with the words for it. Coverage says of each whether it is encoded.
Subject = Literal["privacy", "localization", "research", "export_control"]
SUBJECTS: Final[Mapping[Subject, str]] = {
    "privacy": "law on personal data",
    "localization": "rules that keep data within the country",
    "research": "law on health and genetic research",
    "export_control": "export control",
}


@dataclass(frozen=True, slots=True)
class CoveredDays:
    """Days on which a jurisdiction's law is encoded, and what is left out.

    Attributes:
        subjects: The instruments that encode a subject, by its name.
        left_out_subjects: What is said of a subject that is left out, by its name.
    """

    period: Period
    by: tuple[str, ...]
    left_out: tuple[str, ...]
    subjects: Mapping[Subject, tuple[str, ...]] = field(default_factory=dict)
    left_out_subjects: Mapping[Subject, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Library:
    """Everything under `rulesets/`: all instruments on all days. Immutable and checked.

    Attributes:
        digest: SHA-256 over all files that took part, in hexadecimal.
        coverage: By country code, or by group name prefixed with `group:`.
    """

    vocabulary: Vocabulary
    groups: Mapping[str, Group]
    instruments: Mapping[str, Instrument]
    coverage: Mapping[str, tuple[CoveredDays, ...]]
    digest: str
    rules: Mapping[str, Rule] = field(repr=False)
    traits: Mapping[str, Trait] = field(repr=False)
    measures: Mapping[str, Measure] = field(repr=False)
    readings: Mapping[str, Reading] = field(repr=False)
