"""What callers send about agreements."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from engine.facts.arrangement import Day
from service.forms import Form
from service.reviews.reviewers import read_reviewer
from service.reviews.steps import State
from service.shapes import SCHEMA_OF

# Anything printable, with line breaks: people write paragraphs.
_PRINTABLE = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*$"
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000, pattern=_PRINTABLE)]
Reason = Annotated[Text, Field(description="Why; kept for ever.")]
Reviewer = Annotated[
    str,
    AfterValidator(read_reviewer),
    Field(
        max_length=200,
        description="Who signs: an ORCID iD; or an e-mail address or an `https` address that stands for the person.",
    ),
]
Pointer = Annotated[str, StringConstraints(max_length=500, pattern=r"^(/[^\x00-\x1f\x7f]*)?$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._-]+$")]


class AgreementForm(Form):
    """An agreement to be reviewed."""

    arrangement: Annotated[dict[str, Any], Field(json_schema_extra={SCHEMA_OF: "Arrangement"})]
    note: Annotated[str, StringConstraints(max_length=10_000, pattern=_PRINTABLE)] = ""


class RevisionForm(AgreementForm):
    """Another revision of it."""


class StepForm(Form):
    """A step to another state."""

    to: State
    reason: Reason
    expires_on: Annotated[Day | None, Field(description="For `active`: the last day.")] = None


class FindingAnchor(Form):
    """A finding of the decision."""

    transfer: Word
    instrument: Word
    dataset: Word | None = None


class CommentForm(Form):
    """A comment on the agreement, a finding, or a fact."""

    text: Text
    finding: FindingAnchor | None = None
    fact: Annotated[Pointer | None, Field(description="JSON pointer into the arrangement.")] = None


class AnswerForm(Form):
    """An answer to a question of the decision: makes a revision in which the fact is known."""

    pointer: Annotated[Pointer, Field(description="`pointer` of the question.")]
    fact: Annotated[
        str | None, Field(max_length=200, description="`fact` of the question, where several share a place.")
    ] = None
    value: Annotated[Any, Field(description="What goes there.")]
    source: Annotated[Text, Field(description="How this is known.")]


class SignoffForm(Form):
    """What a reviewer says about the current revision."""

    verdict: Literal["approve", "object"]
    role: Annotated[Word, Field(description="In which role, such as `data_protection_officer`.")]
    reviewer: Reviewer
    reason: Reason


class OverrideForm(Form):
    """A wish to proceed against the outcome, for a time; counts once a second person confirms it."""

    reviewer: Reviewer
    reason: Reason
    expires_on: Day


class ConfirmationForm(Form):
    """A second person's word on an override."""

    override: Annotated[str, Field(max_length=40, description="Id of the act that proposes it.")]
    reviewer: Reviewer
    reason: Reason


class AttentionForm(Form):
    """A reviewer has seen why attention was asked for."""

    reason: Reason
