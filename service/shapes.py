"""What the answers look like, for the OpenAPI document. Routes write plain data; tests hold the two together."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.law.model import RuleKind, Timing

DayText = Annotated[str, Field(json_schema_extra={"format": "date"})]
Checked = Literal["seen", "secondary", "recalled"]
TypeWord = Literal["bool", "int", "date", "country", "enum"]


# Marks a field whose schema is one of the law being served; the OpenAPI document refers to it there.
SCHEMA_OF = "x-schema-of"


class Shape(BaseModel):
    """Base of every answer."""

    model_config = ConfigDict(extra="forbid")


class ProblemError(Shape):
    """One mistake."""

    code: Annotated[str, Field(description="Stable name of the kind of mistake: `GET /problems` explains all.")]
    where: Annotated[
        str,
        Field(
            description="JSON pointer into the body (empty: the request as a whole), or `query:NAME`, `path:NAME`, "
            "`header:NAME`."
        ),
    ]
    message: Annotated[str, Field(description="What is wrong.")]
    help: Annotated[str, Field(description="What to do about it; may be empty.")]


class Problem(Shape):
    """RFC 9457 problem details: the one shape of every error."""

    type: Annotated[
        str,
        Field(
            pattern="^/problems/[a-z0-9-]+$",
            description="`/problems/` and the code of the errors; `/problems/invalid-arrangement` where they differ.",
        ),
    ]
    title: str
    status: int
    errors: Annotated[list[ProblemError], Field(min_length=1)]


class Health(Shape):
    """The process answers."""

    status: Literal["ok"]


class Readiness(Shape):
    """The law is loaded and can be decided by."""

    status: Literal["ready"]
    engine: str
    library_sha256: str
    instruments: int
    rules: int


class InstrumentLine(Shape):
    """An instrument in force."""

    id: str
    title: str
    jurisdiction: str
    kind: str
    rules: Annotated[int, Field(description="Rules in force.")]
    in_force_from: DayText
    in_force_until: DayText | None
    cite: str
    href: str | None


class RuleText(Shape):
    """A rule as its ruleset has it."""

    id: str
    kind: RuleKind
    cite: str
    href: str | None
    says: str
    from_: Annotated[DayText, Field(alias="from")]
    until: DayText | None
    checked_on: DayText
    checked_text: Checked
    when: list[str]
    requires: list[str]
    fulfilled_by: list[str]
    timing: Timing | None
    days: int | None
    owed_by: str | None
    for_: Annotated[list[str], Field(alias="for", description="Routes to which a duty belongs.")]
    to: Annotated[list[str], Field(description="Rules that an exception defeats.")]
    defines: str | None
    about: list[str]
    note: str | None


class NumberValue(Shape):
    """A value of a parameter on the days of its period."""

    value: int
    unit: str
    from_: Annotated[DayText, Field(alias="from")]
    until: DayText | None
    cite: str


class LeftOut(Shape):
    """Something of the law that is not encoded, or not verified."""

    what: str
    why: str


class InstrumentText(Shape):
    """An instrument with its rules as of a day."""

    id: str
    title: str
    jurisdiction: str
    kind: str
    as_of: DayText
    in_force_from: DayText
    in_force_until: DayText | None
    cite: str
    href: str | None
    checked_on: DayText
    checked_text: Checked
    hook: str
    rules: list[RuleText]
    parameters: dict[str, list[NumberValue]]
    not_encoded: list[LeftOut]
    not_verified: list[LeftOut]
    sha256: str


class TermText(Shape):
    """A value of an enum."""

    name: str
    says: str
    uri: Annotated[str | None, Field(description="The corresponding term of a public vocabulary.")]


class FactText(Shape):
    """A built-in fact that conditions read."""

    name: str
    type: str
    of: Annotated[str | None, Field(description="Name of the enum, or `country`.")]
    says: str
    ask: str | None


class TraitText(Shape):
    """A fact that some law knows."""

    id: str
    of: Literal["party", "dataset", "transfer", "arrangement", "leg"]
    type: TypeWord
    values: list[str]
    ask: str | None
    by: str | None
    derived: bool
    instrument: str


class MeasureFieldText(Shape):
    """A detail of a measure's evidence."""

    name: str
    type: TypeWord
    values: list[str]
    attainable: list[str | bool]
    ask: str


class MeasureText(Shape):
    """Something that the parties can put in place."""

    id: str
    lever: bool
    effort: int
    by: str
    days: int | None
    ask: str
    fields: list[MeasureFieldText]
    instrument: str


class OptionText(Shape):
    """One reading of a disputed question."""

    name: str
    says: str
    cite: str
    href: str | None


class ReadingText(Shape):
    """A question on which authorities differ."""

    id: str
    ask: str
    options: list[OptionText]
    instrument: str


class VocabularyText(Shape):
    """Everything that an arrangement can say and a condition can ask."""

    enums: dict[str, list[TermText]]
    facts: list[FactText]
    traits: list[TraitText]
    measures: list[MeasureText]
    readings: list[ReadingText]


class Covered(Shape):
    """A country whose law is encoded on the day."""

    country: str
    name: str
    from_: Annotated[DayText | None, Field(alias="from", description="First day covered; null: from the beginning.")]
    until: DayText | None
    by: Annotated[list[str], Field(description="Instruments.")]
    left_out: Annotated[list[str], Field(description="What is known to be left out.")]


class NotCovered(Shape):
    """A country whose law is not encoded on the day: it never yields a permission."""

    country: str
    name: str


class Coverage(Shape):
    """Every country, covered or not."""

    as_of: DayText
    covered: list[Covered]
    not_covered: list[NotCovered]


class ImportNote(Shape):
    """Something to look at before a draft is used."""

    kind: Literal["unmapped", "missing", "assumed", "renamed"]
    where: Annotated[
        str,
        Field(description="JSON pointer into the document (`missing`: the draft), or subject and predicate of RDF."),
    ]
    message: str
    help: str


class ImportedDraft(Shape):
    """A draft of an arrangement, which may lack keys that an arrangement needs, and all that it does not hold."""

    arrangement: dict[str, Any]
    notes: list[ImportNote]


class ReformLine(Shape):
    """A reform in a list."""

    id: str
    title: str
    status: Literal["hypothetical", "pending"]
    says: str
    from_: Annotated[DayText, Field(alias="from", description="Day from which it would be in force.")]
    cite: str
