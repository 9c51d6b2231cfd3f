"""What the answers about agreements look like."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.inference.outcomes import Outcome
from service.reviews.steps import State
from service.shapes import DayText, Shape
from service.shapes_records import Next, TimeText

Attention = Literal["permission_lost", "outcome_changed", "override_expired"]


class AgreementLine(Shape):
    """An agreement in a list."""

    id: str
    title: str
    state: State
    version: int
    revision: int
    outcome: Annotated[Outcome, Field(description="Of the current revision, when it was made.")]
    watched_outcome: Annotated[Outcome | None, Field(description="By the law at the last look of the watch.")]
    attention: Attention | None
    attention_at: TimeText | None
    expires_on: DayText | None
    created_at: TimeText
    created_by: str


class AgreementPage(Shape):
    """A page of agreements, newest first."""

    items: list[AgreementLine]
    next: Next


class Revision(Shape):
    """A revision, with the record of its decision."""

    number: int
    evaluation: str
    outcome: Outcome
    note: str
    created_at: TimeText
    created_by: str


class Act(Shape):
    """Something that was done: never changed, never removed."""

    id: str
    version: Annotated[int, Field(description="Of the agreement once it was done.")]
    revision: int
    kind: Literal[
        "revised",
        "answered",
        "stepped",
        "commented",
        "signed",
        "override_proposed",
        "override_confirmed",
        "attended",
        "outcome_changed",
        "override_expired",
    ]
    at: TimeText
    by: str
    body: dict[str, Any]


class Override(Shape):
    """An override of the current revision that counts today."""

    act: str
    outcome: Outcome
    reason: str
    expires_on: DayText


class Agreement(AgreementLine):
    """An agreement with its whole history."""

    override: Override | None
    next_states: list[State]
    revisions: list[Revision]
    acts: list[Act]
