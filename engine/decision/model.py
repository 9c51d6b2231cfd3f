"""What a caller gets: a decision with its findings, reasons, questions and conditions.

Plain data classes, made in one place and never changed; `DECISION` serialises and describes them. Findings and traces
are made by the hundred for one decision, which is why they alone are not frozen: a frozen one takes three times as long
to make.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from engine.decision.traces import DerivedTrace, RuleTrace
from engine.inference.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class MeasureOffer:
    """A measure that would help.

    Attributes:
        detail: What its evidence has to show, such as `finding == adequate`.
    """

    measure: str
    ask: str
    by: str
    effort: int
    days: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """A set of measures that would make a transfer lawful under one instrument.

    Attributes:
        route: The route it opens, or "" where the instrument has none.
        effort: Sum of the measures' efforts.
    """

    route: str
    cite: str
    effort: int
    measures: tuple[MeasureOffer, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A missing fact.

    Attributes:
        fact: Name of the fact or trait.
        pointer: Where the answer goes in the arrangement.
        because: Rules that turn on it.
        deciding: Whether it belongs to the smallest set of answers that can settle a finding.
        easing: Whether it is asked only because a way of less effort may be open: the transfer is not yet permitted
            either way.
    """

    fact: str
    ask: str
    pointer: str
    by: str
    type: str
    values: tuple[str, ...]
    because: tuple[str, ...]
    deciding: bool
    easing: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A duty that stays open: a line of the checklist.

    Attributes:
        when: before_transfer, at_transfer, ongoing, or after; `days` after the transfer for the last.
        only_if_known: Whether it applies at all depends on a fact not known.
    """

    rule: str
    instrument: str
    transfer: str
    says: str
    cite: str
    when: str
    owed_by: str
    days: int | None = None
    only_if_known: bool = False
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingTrace:
    """What an instrument finds under one reading of a disputed question."""

    reading: str
    option: str
    says: str
    cite: str
    outcome: Outcome


@dataclass(slots=True)
class Finding:
    """What one instrument says about one leg.

    Attributes:
        why: One sentence.
        mechanism: The open route that carries the transfer, or "".
        rules: The rules that decided it, and the routes and exceptions that were considered.
        options: What would make it lawful, least effort first.
        readings: Outcome under each reading, where authorities differ and none was chosen.
        difference: Set where the two evaluators differed; the outcome is then `undetermined`.
    """

    instrument: str
    title: str
    jurisdiction: str
    kind: str
    cite: str
    href: str
    dataset: str
    outcome: Outcome
    why: str
    mechanism: str
    rules: tuple[RuleTrace, ...]
    options: tuple[Option, ...] = ()
    readings: tuple[ReadingTrace, ...] = ()
    difference: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that keeps a transfer from being permitted whatever the rules in force say."""

    code: Literal["jurisdiction-not-covered", "places-not-stated", "nothing-to-decide"]
    what: str
    help: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Note:
    """A remark (commitment) or warning attached to a transfer."""

    kind: Literal["commitment", "warning"]
    rule: str
    cite: str
    says: str
    about: tuple[str, ...] = ()
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class TransferDecision:
    """What the law says about one transfer."""

    id: str
    exporter: str
    importer: str
    outcome: Outcome
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class ContradictionTrace:
    """A statement of the caller that a definition contradicts; the definition counts."""

    trait: str
    pointer: str
    stated: bool
    defined: bool


@dataclass(frozen=True, slots=True)
class RulesetUsed:
    """A ruleset that took part."""

    instrument: str
    sha256: str
    recalled_rules: int
    rules: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a decision rests on: the same input, rulesets, day and version give the same bytes."""

    engine: str
    as_of: date
    input_sha256: str
    library_sha256: str
    rulesets: tuple[RulesetUsed, ...]
    readings: dict[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A day on which law that is already dated changes the outcome."""

    day: date
    outcome: Outcome
    transfers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer: may these data cross these borders, as this arrangement proposes, and why?

    Attributes:
        next_change: First day after `as_of` on which encoded law changes the outcome, or None.
        questions: Missing facts, the smallest deciding set first.
        conditions: The checklist.
        derived: Facts that definitions worked out, for the findings that read them.
    """

    title: str
    as_of: date
    outcome: Outcome
    transfers: tuple[TransferDecision, ...]
    questions: tuple[Question, ...]
    conditions: tuple[Condition, ...]
    contradictions: tuple[ContradictionTrace, ...]
    derived: tuple[DerivedTrace, ...]
    left_out: tuple[str, ...]
    next_change: Change | None
    receipt: Receipt
    notice: Annotated[str, Field(description="What this answer is not.")] = (
        "Decision support from encoded law, not legal advice."
    )


DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)
