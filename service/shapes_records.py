"""What the answers about stored decisions look like."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.inference.outcomes import Outcome
from service.shapes import SCHEMA_OF, DayText, Shape

TimeText = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Next = Annotated[str | None, Field(description="Cursor of the next page; null at the end.")]


class EvaluationLine(Shape):
    """A stored decision in a list."""

    id: str
    created_at: TimeText
    created_by: Annotated[str, Field(description="Id of the key or person.")]
    title: str
    as_of: DayText
    outcome: Outcome
    input_sha256: Sha256
    decision_sha256: Sha256
    library_sha256: Sha256
    engine: str


class EvaluationPage(Shape):
    """A page of stored decisions, newest first."""

    items: list[EvaluationLine]
    next: Next


class Asked(Shape):
    """What the query said."""

    as_of: DayText | None
    readings: list[str]


class EvaluationRecord(EvaluationLine):
    """A stored decision with all that belongs to it."""

    asked: Asked
    arrangement: Annotated[dict[str, Any], Field(json_schema_extra={SCHEMA_OF: "Arrangement"})]
    decision: Annotated[dict[str, Any], Field(json_schema_extra={SCHEMA_OF: "Decision"})]


class LawFile(Shape):
    """A file of law."""

    path: str
    sha256: Sha256
    instrument: Annotated[str | None, Field(description="Set where the instrument took part in the decision.")]


class LawOfEvaluation(Shape):
    """Every file of the law by which a decision was made."""

    library_sha256: Sha256
    files: list[LawFile]


class OutcomePair(Shape):
    """An outcome then and now."""

    recorded: Outcome
    replayed: Outcome


class ReplayChange(Shape):
    """Something that is not as it was."""

    what: Literal["engine", "library", "instrument", "finding", "wording"]
    name: str
    recorded: str | None
    replayed: str | None


class Replay(Shape):
    """Whether deciding again gives the same."""

    evaluation: str
    same: bool
    recorded_sha256: Sha256
    replayed_sha256: Sha256
    outcome: OutcomePair
    changes: list[ReplayChange]
