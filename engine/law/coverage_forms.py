"""The form of `rulesets/coverage.yaml`: whose law is encoded on which days, and what is left out."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from engine.facts.arrangement import Day
from engine.law.model import Subject
from engine.law.schema import Form, InstrumentId, Name, Text, as_tuple

InstrumentIds = Annotated[tuple[InstrumentId, ...], BeforeValidator(as_tuple), Field(min_length=1)]


class CoveredForm(Form):
    """Days on which a jurisdiction is covered.

    A subject is either encoded, by instruments that `subjects` names, or left out, in the words of `left_out_subjects`.
    """

    from_: Annotated[Day, Field(alias="from")]
    until: Day | None = None
    by: InstrumentIds
    subjects: dict[Subject, InstrumentIds] = Field(default_factory=dict)
    left_out_subjects: dict[Subject, Text] = Field(default_factory=dict)
    left_out: Annotated[tuple[Text, ...], BeforeValidator(as_tuple)] = ()


class LeftOutForm(Form):
    """Something an instrument says that is not encoded."""

    what: Text
    why: Text


class DormantForm(Form):
    """A rule that cannot hold on any day, for the list on which it turns names nobody."""

    rule: Text
    why: Text


class InstrumentCoverForm(Form):
    """What is encoded of one instrument."""

    encoded: Text
    left_out: Annotated[tuple[LeftOutForm, ...], BeforeValidator(as_tuple)] = ()
    dormant: Annotated[tuple[DormantForm, ...], BeforeValidator(as_tuple)] = ()
    from_: Annotated[Day, Field(alias="from")]
    until: Day | None = None
    checked: Day


Covered = Annotated[tuple[CoveredForm, ...], BeforeValidator(as_tuple)]


class CoverageFile(Form):
    """rulesets/coverage.yaml."""

    jurisdictions: dict[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], Covered] = Field(default_factory=dict)
    groups: dict[Name, Covered] = Field(default_factory=dict)
    instruments: dict[InstrumentId, InstrumentCoverForm] = Field(default_factory=dict)
