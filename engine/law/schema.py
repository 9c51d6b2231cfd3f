"""The form of ruleset files, as pydantic models. `engine.law.loading` turns them into the model that decides."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from engine.facts.arrangement import Day
from engine.law.model import RuleKind, Timing

Text = Annotated[str, StringConstraints(min_length=1, max_length=3000)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=80)]
InstrumentId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*\.[a-z0-9][a-z0-9-]*$", max_length=60)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*\.[a-z0-9-]+\.[A-Za-z0-9.()_-]+$", max_length=140)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
By = Literal["exporter", "importer", "both", "authority", "ethics_board", "subjects", "funder"]
InstrumentKind = Literal[
    "privacy",
    "transfer",
    "localization",
    "research_ethics",
    "security",
    "export_control",
    "sector",
    "trade_commitment",
    "soft_law",
]
ValueType = Literal["bool", "int", "date", "country", "enum"]


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SourceForm(_Model):
    """Where a text is published."""

    cite: Text
    href: Text | None = None
    language: Text | None = None


class CheckedForm(_Model):
    """When and how a text was checked."""

    on: Day
    text: Literal["seen", "secondary", "recalled"]


class PeriodForm(_Model):
    """First and last day."""

    from_: Annotated[Day, Field(alias="from")]
    until: Day | None = None


class HeaderForm(_Model):
    """The instrument itself."""

    id: InstrumentId
    title: Text
    jurisdiction: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9+-]{1,30}$")]
    kind: InstrumentKind
    in_force: PeriodForm
    source: SourceForm
    checked: CheckedForm
    hook: Text


class TraitForm(_Model):
    """A declared trait."""

    of: Literal["party", "dataset", "transfer", "arrangement", "leg"]
    type: ValueType
    values: Annotated[tuple[Name, ...], BeforeValidator(_tuple)] = ()
    ask: Text | None = None
    by: By = "exporter"
    derived: bool = False
    rules_out: bool | Name | None = None


class FieldForm(_Model):
    """A field of a measure's evidence."""

    type: ValueType
    values: Annotated[tuple[Name, ...], BeforeValidator(_tuple)] = ()
    attainable: Annotated[tuple[str | bool, ...], BeforeValidator(_tuple)] | None = None
    final: Annotated[tuple[str | bool, ...], BeforeValidator(_tuple)] = ()
    ask: Text


class MeasureForm(_Model):
    """A declared measure."""

    lever: bool
    effort: Annotated[int, Field(ge=1, le=10)]
    by: By
    days: Annotated[int, Field(ge=0, le=5000)] | None = None
    ask: Text
    fields: dict[Name, FieldForm] = {}


class ValueForm(_Model):
    """A dated value of a number."""

    from_: Annotated[Day, Field(alias="from")]
    until: Day | None = None
    value: int
    cite: Text
    href: Text | None = None


class MemberForm(_Model):
    """One or several members with the same days."""

    country: str | None = None
    countries: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = ()
    value: str | None = None
    from_: Annotated[Day, Field(alias="from")] = date.min
    until: Day | None = None
    cite: Text | None = None
    href: Text | None = None


Members = Annotated[tuple[MemberForm | str, ...], BeforeValidator(_tuple)]


class ParameterForm(_Model):
    """A number (`unit`, `values`) or a group (`kind`, with `table` or `members`)."""

    unit: Name | None = None
    values: Annotated[tuple[ValueForm, ...], BeforeValidator(_tuple)] = ()
    kind: Literal["countries", "set"] | None = None
    of: Name | None = None
    table: Text | None = None
    members: Members = ()
    includes: Annotated[tuple[Name, ...], BeforeValidator(_tuple)] = ()
    title: Text | None = None
    cite: Text | None = None


class GroupForm(_Model):
    """A shared group in groups.yaml."""

    kind: Literal["countries", "set"]
    of: Name | None = None
    title: Text
    source: SourceForm
    checked: CheckedForm
    note: Text | None = None
    table: Text | None = None
    members: Members = ()
    includes: Annotated[tuple[Name, ...], BeforeValidator(_tuple)] = ()


class OptionForm(_Model):
    """One option of a reading."""

    says: Text
    cite: Text
    href: Text | None = None


class ReadingForm(_Model):
    """A disputed question."""

    ask: Text
    options: Annotated[dict[Name, OptionForm], Field(min_length=2)]


Lines = Annotated[tuple[str, ...], BeforeValidator(_tuple)]
RuleIds = Annotated[tuple[RuleId, ...], BeforeValidator(_tuple)]


class RuleForm(_Model):
    """One rule."""

    id: RuleId
    kind: RuleKind
    cite: Text
    says: Text
    href: Text | None = None
    note: Text | None = None
    checked: CheckedForm | None = None
    from_: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None
    when: Lines
    requires: Lines = ()
    fulfilled_by: Lines = ()
    timing: Timing | None = None
    days: Annotated[int, Field(ge=0, le=10000)] | None = None
    owed_by: By | None = None
    for_: Annotated[RuleIds, Field(alias="for")] = ()
    to: RuleIds = ()
    defines: Code | None = None
    about: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = ()
    adverse: Annotated[tuple[Code, ...], BeforeValidator(_tuple)] = ()


class GapForm(_Model):
    """What is not encoded or not verified, and why."""

    cite: Text | None = None
    what: Text | None = None
    why: Text


Gaps = Annotated[tuple[GapForm, ...], BeforeValidator(_tuple)]


class InstrumentFile(_Model):
    """A ruleset file."""

    instrument: HeaderForm
    traits: dict[Code, TraitForm] = {}
    measures: dict[Code, MeasureForm] = {}
    parameters: dict[Name, ParameterForm] = {}
    readings: dict[Code, ReadingForm] = {}
    rules: Annotated[tuple[RuleForm, ...], BeforeValidator(_tuple), Field(min_length=1)]
    not_encoded: Gaps = ()
    not_verified: Gaps = ()


class GroupsFile(_Model):
    """rulesets/groups.yaml."""

    groups: dict[Name, GroupForm]


class TermForm(_Model):
    """A value of an enum."""

    says: Text
    uri: Text | None = None


class EnumForm(_Model):
    """An enum of the vocabulary."""

    title: Text
    values: dict[Name, TermForm]


class FactForm(_Model):
    """A built-in fact. `first`: what a rule asks besides is asked only once this is known."""

    type: Literal["bool", "int", "date", "country", "region", "enum", "set", "count", "text"]
    enum: Name | None = None
    of: Name | None = None
    says: Text
    ask: Text | None = None
    first: bool = False


class FactsFile(_Model):
    """rulesets/facts.yaml."""

    enums: dict[Name, EnumForm]
    facts: dict[Literal["party", "data", "transfer"], dict[Name, FactForm]]


InstrumentIds = Annotated[tuple[InstrumentId, ...], BeforeValidator(_tuple), Field(min_length=1)]
Subject = Literal["privacy", "localization", "research", "export_control"]


class CoveredForm(_Model):
    """Days on which a jurisdiction is covered.

    A subject is either encoded, by instruments that `subjects` names, or left out, in the words of `left_out_subjects`.
    """

    from_: Annotated[Day, Field(alias="from")]
    until: Day | None = None
    by: InstrumentIds
    subjects: dict[Subject, InstrumentIds] = {}
    left_out_subjects: dict[Subject, Text] = {}
    left_out: Annotated[tuple[Text, ...], BeforeValidator(_tuple)] = ()


class LeftOutForm(_Model):
    """Something an instrument says that is not encoded."""

    what: Text
    why: Text


class DormantForm(_Model):
    """A rule that cannot hold on any day, for the list on which it turns names nobody."""

    rule: Text
    why: Text


class InstrumentCoverForm(_Model):
    """What is encoded of one instrument."""

    encoded: Text
    left_out: Annotated[tuple[LeftOutForm, ...], BeforeValidator(_tuple)] = ()
    dormant: Annotated[tuple[DormantForm, ...], BeforeValidator(_tuple)] = ()
    from_: Annotated[Day, Field(alias="from")]
    until: Day | None = None
    checked: Day


Covered = Annotated[tuple[CoveredForm, ...], BeforeValidator(_tuple)]


class CoverageFile(_Model):
    """rulesets/coverage.yaml."""

    jurisdictions: dict[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], Covered] = {}
    groups: dict[Name, Covered] = {}
    instruments: dict[InstrumentId, InstrumentCoverForm] = {}
