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


def as_tuple(value: Any) -> Any:
    """Return a list, as files have it, as a tuple."""
    return tuple(value) if isinstance(value, list) else value


class Form(BaseModel):
    """Base of every form: nothing is converted, and no key is overlooked."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SourceForm(Form):
    """Where a text is published."""

    cite: Text
    href: Text | None = None
    language: Text | None = None


class CheckedForm(Form):
    """When and how a text was checked."""

    on: Day
    text: Literal["seen", "secondary", "recalled"]


class PeriodForm(Form):
    """First and last day."""

    from_: Annotated[Day, Field(alias="from")]
    until: Day | None = None


class HeaderForm(Form):
    """The instrument itself."""

    id: InstrumentId
    title: Text
    jurisdiction: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9+-]{1,30}$")]
    kind: InstrumentKind
    in_force: PeriodForm
    source: SourceForm
    checked: CheckedForm
    hook: Text


class TraitForm(Form):
    """A declared trait."""

    of: Literal["party", "dataset", "transfer", "arrangement", "leg"]
    type: ValueType
    values: Annotated[tuple[Name, ...], BeforeValidator(as_tuple)] = ()
    ask: Text | None = None
    by: By = "exporter"
    derived: bool = False
    rules_out: bool | Name | None = None


class FieldForm(Form):
    """A field of a measure's evidence."""

    type: ValueType
    values: Annotated[tuple[Name, ...], BeforeValidator(as_tuple)] = ()
    attainable: Annotated[tuple[str | bool, ...], BeforeValidator(as_tuple)] | None = None
    final: Annotated[tuple[str | bool, ...], BeforeValidator(as_tuple)] = ()
    ask: Text


class MeasureForm(Form):
    """A declared measure."""

    lever: bool
    effort: Annotated[int, Field(ge=1, le=10)]
    by: By
    days: Annotated[int, Field(ge=0, le=5000)] | None = None
    ask: Text
    fields: dict[Name, FieldForm] = {}


class ValueForm(Form):
    """A dated value of a number."""

    from_: Annotated[Day, Field(alias="from")]
    until: Day | None = None
    value: int
    cite: Text
    href: Text | None = None


class MemberForm(Form):
    """One or several members with the same days."""

    country: str | None = None
    countries: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ()
    value: str | None = None
    from_: Annotated[Day, Field(alias="from")] = date.min
    until: Day | None = None
    cite: Text | None = None
    href: Text | None = None


Members = Annotated[tuple[MemberForm | str, ...], BeforeValidator(as_tuple)]


class ParameterForm(Form):
    """A number (`unit`, `values`) or a group (`kind`, with `table` or `members`)."""

    unit: Name | None = None
    values: Annotated[tuple[ValueForm, ...], BeforeValidator(as_tuple)] = ()
    kind: Literal["countries", "set"] | None = None
    of: Name | None = None
    table: Text | None = None
    members: Members = ()
    includes: Annotated[tuple[Name, ...], BeforeValidator(as_tuple)] = ()
    title: Text | None = None
    cite: Text | None = None


class GroupForm(Form):
    """A shared group in groups.yaml."""

    kind: Literal["countries", "set"]
    of: Name | None = None
    title: Text
    source: SourceForm
    checked: CheckedForm
    note: Text | None = None
    table: Text | None = None
    members: Members = ()
    includes: Annotated[tuple[Name, ...], BeforeValidator(as_tuple)] = ()


class OptionForm(Form):
    """One option of a reading."""

    says: Text
    cite: Text
    href: Text | None = None


class ReadingForm(Form):
    """A disputed question."""

    ask: Text
    options: Annotated[dict[Name, OptionForm], Field(min_length=2)]


Lines = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]
RuleIds = Annotated[tuple[RuleId, ...], BeforeValidator(as_tuple)]


class RuleForm(Form):
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
    about: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ()
    adverse: Annotated[tuple[Code, ...], BeforeValidator(as_tuple)] = ()


class GapForm(Form):
    """What is not encoded or not verified, and why."""

    cite: Text | None = None
    what: Text | None = None
    why: Text


Gaps = Annotated[tuple[GapForm, ...], BeforeValidator(as_tuple)]


class InstrumentFile(Form):
    """A ruleset file."""

    instrument: HeaderForm
    traits: dict[Code, TraitForm] = {}
    measures: dict[Code, MeasureForm] = {}
    parameters: dict[Name, ParameterForm] = {}
    readings: dict[Code, ReadingForm] = {}
    rules: Annotated[tuple[RuleForm, ...], BeforeValidator(as_tuple), Field(min_length=1)]
    not_encoded: Gaps = ()
    not_verified: Gaps = ()


class GroupsFile(Form):
    """rulesets/groups.yaml."""

    groups: dict[Name, GroupForm]


class TermForm(Form):
    """A value of an enum."""

    says: Text
    uri: Text | None = None


class EnumForm(Form):
    """An enum of the vocabulary."""

    title: Text
    values: dict[Name, TermForm]


class FactForm(Form):
    """A built-in fact. `first`: what a rule asks besides is asked only once this is known."""

    type: Literal["bool", "int", "date", "country", "region", "enum", "set", "count", "text"]
    enum: Name | None = None
    of: Name | None = None
    says: Text
    ask: Text | None = None
    first: bool = False


class FactsFile(Form):
    """rulesets/facts.yaml."""

    enums: dict[Name, EnumForm]
    facts: dict[Literal["party", "data", "transfer"], dict[Name, FactForm]]
