"""The form of case files: what the law must answer, written beside it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from engine.facts.arrangement import Day
from engine.inference.outcomes import Outcome
from engine.law.schema import InstrumentId, RuleId, Text


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


RuleIds = Annotated[tuple[RuleId, ...], BeforeValidator(_tuple)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_tuple)]


class Expectation(_Model):
    """What one instrument must answer; for the worst transfer, or the one named."""

    outcome: Outcome | None = None
    because: RuleIds = ()
    not_because: RuleIds = ()
    asks: Texts = ()
    asks_not: Texts = ()
    offers: Texts = ()
    transfer: Text | None = None


class ExpectedFact(_Model):
    """What a trait must come out as; `of` is a party, or transfer/dataset."""

    of: Text
    fact: Text
    is_: Annotated[bool | Literal["unknown"], Field(alias="is")]


ExpectedFacts = Annotated[tuple[ExpectedFact, ...], BeforeValidator(_tuple)]


class Case(_Model):
    """One claim about the law."""

    name: Text
    day: Day
    arrangement: dict[str, Any]
    expect: dict[InstrumentId, Expectation] = {}
    overall: Outcome | None = None
    facts: ExpectedFacts = ()
    edge_of: RuleIds = ()
    labels: Texts = ()
    basis: Text


class CaseFile(_Model):
    """rulesets/<code>/cases/<instrument>.yaml."""

    cases_for: InstrumentId
    bases: dict[str, dict[str, Any]] = {}
    cases: Annotated[tuple[Case, ...], BeforeValidator(_tuple), Field(min_length=1)]
