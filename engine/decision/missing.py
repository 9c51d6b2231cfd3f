"""Which facts an open arrangement misses: the smallest sets that settle it, and what each answer leads to.

Questions come from the findings that are open. Each is tried out: a question is asked only where some answer to it,
alone or beside an answer to another one, changes what is found. Those that can decide most come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations, product
from typing import Any

from pydantic import ValidationError

from engine.decision.answers import possible_answers, with_answer
from engine.decision.basis import Basis, basis_of
from engine.decision.deciding import decide
from engine.decision.gaps import gaps_of
from engine.decision.model import Decision, Question
from engine.decision.settling import settled, whole_of
from engine.decision.statute import Law
from engine.facts.arrangement import Arrangement
from engine.facts.views import ArrangementView
from engine.inference.evaluation import Judge
from engine.inference.outcomes import Outcome, worst

_MOST_ASKED = 24
_MOST_TRIALS = 1500
_MOST_TOGETHER = 3
# Transfer, data set and instrument of a finding; the code alone of a gap.
_Key = tuple[str, str, str]
_PLACES: _Key = ("", "", "places-not-stated")


@dataclass(frozen=True, slots=True)
class Lead:
    """What an answer leads to.

    Attributes:
        outcome: Of the whole, as far as the findings looked at go; undetermined while others stay open, or law that is
            not encoded could reach a transfer.
        settles: How many open findings it settles; that the people's countries are not stated counts as one.
        left: How many stay open.
    """

    answer: Any
    outcome: Outcome
    settles: int
    left: int


@dataclass(frozen=True, slots=True)
class WhyAsked:
    """A rule that turns on a fact."""

    rule: str
    cite: str
    says: str


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that is missed.

    Attributes:
        decides: Mean share of the open findings that an answer settles, from 0 to 1.
        leads: What answers lead to: every answer where they can be listed, else some that differ.
        why: The rules that turn on it.
    """

    question: Question
    decides: float
    leads: tuple[Lead, ...]
    why: tuple[WhyAsked, ...]


@dataclass(frozen=True, slots=True)
class FactSet:
    """Facts that together can settle the whole arrangement, as far as its law is encoded.

    Attributes:
        facts: JSON pointers with the facts' names.
        share: Share of the answers tried that settle it.
    """

    facts: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Missing:
    """What an arrangement misses.

    Attributes:
        facts: Those that can decide most first.
        sets: The smallest sets that can settle it; empty where none of up to three facts does.
        unanswerable: What no answer helps with: law that is not encoded.
    """

    title: str
    as_of: date
    outcome: Outcome
    facts: tuple[MissingFact, ...]
    sets: tuple[FactSet, ...]
    unanswerable: tuple[str, ...]
    basis: Basis


def missing_facts(
    arrangement: Arrangement,
    law: Law,
    *,
    as_of: date | None = None,
    readings: Mapping[str, str] | None = None,
    without: Iterable[str] = (),
    reforms: Iterable[str] = (),
) -> Missing:
    """Return which facts an arrangement misses.

    Args:
        without: Pointers of facts that nobody can tell, which are not asked for again.
    """
    # At once, since answers are tried out together.
    decision = decide(arrangement, law, as_of=as_of, readings=readings, core=False, at_once=True)
    day = decision.as_of
    chosen = decision.receipt.readings
    trial = _Trial(arrangement, law, day, chosen, decision)
    skipped = set(without)
    asked = [each for each in decision.questions if each.pointer not in skipped and not each.easing][:_MOST_ASKED]
    tried = [each for each in (trial.fact(question) for question in asked) if each is not None]
    kept = list(_relevant(tried, trial))
    kept.sort(key=lambda each: -each.decides)
    return Missing(
        arrangement.title,
        day,
        decision.outcome,
        tuple(kept),
        tuple(_sets(kept, trial)),
        tuple(dict.fromkeys(gap.what for t in decision.transfers for gap in t.gaps if gap.code != _PLACES[2])),
        basis_of(law, (day,), chosen, (each.instrument for each in decision.receipt.rulesets), reforms),
    )


class _Trial:
    """Tries answers out on the findings that are open, in transfers that are not refused for good already."""

    def __init__(
        self, arrangement: Arrangement, law: Law, day: date, readings: Mapping[str, str], decision: Decision
    ) -> None:
        self.data = arrangement.model_dump(mode="json", exclude_unset=True)
        self.law = law
        self.day = day
        self.readings = readings
        self.left = _MOST_TRIALS
        refused = {transfer.id for transfer in decision.transfers if transfer.outcome == "prohibited"}
        self.open: tuple[_Key, ...] = tuple(
            (transfer.id, finding.dataset, finding.instrument)
            for transfer in decision.transfers
            for finding in transfer.findings
            if finding.outcome == "undetermined" and not finding.difference and transfer.id not in refused
        )
        settled_already = [
            finding.outcome
            for transfer in decision.transfers
            for finding in transfer.findings
            if finding.outcome != "undetermined"
        ]
        self.other: Outcome = worst(settled_already)
        self.refused = refused
        gaps = {gap.code for transfer in decision.transfers for gap in transfer.gaps if transfer.id not in refused}
        # What answers can settle: findings, and gaps of which it is only not said where the people are.
        self.items = (*self.open, *(key for key in (_PLACES,) if key[2] in gaps))

    def outcomes(self, answers: list[tuple[Question, Any]]) -> dict[_Key, Outcome] | None:
        """Return what is found with some questions answered; None where an answer does not fit.

        It is the outcome of each finding that was open, and `undetermined` for each kind of gap that there is.
        """
        self.left -= 1
        data: Mapping[str, Any] = self.data
        try:
            for question, value in answers:
                data = with_answer(data, question, value)
            arrangement = Arrangement.model_validate(data)
        except (ValidationError, KeyError, IndexError, AttributeError):
            return None
        view, programs = ArrangementView(arrangement, self.day), self.law.programs(self.day)
        readings = {**self.readings, **arrangement.readings}
        judge = Judge(programs, readings, None)
        found: dict[_Key, Outcome] = {}
        for leg in view.legs:
            for key in self.open:
                if key[:2] == (leg.transfer.id, leg.data.id):
                    found[key] = settled(judge, key[2], leg).outcome
            if leg.transfer.id not in self.refused:
                found |= {("", "", gap.code): "undetermined" for gap in gaps_of(leg, programs.book)}
        return found

    def whole(self, found: Mapping[_Key, Outcome]) -> Outcome:
        """Return the outcome of the whole, given what is found with some questions answered."""
        return whole_of([self.other, *found.values()])

    def left_open(self, found: Mapping[_Key, Outcome]) -> int:
        """Return how many of what answers can settle they have not settled."""
        return sum(found.get(key) == "undetermined" for key in self.items)

    def fact(self, question: Question) -> MissingFact | None:
        """Return a fact with what its answers lead to; None where no answer can be given."""
        leads = []
        for value in possible_answers(question, self.data):
            found = self.outcomes([(question, value)])
            if found is None:
                continue
            left = self.left_open(found)
            leads.append(Lead(value, self.whole(found), len(self.items) - left, left))
        if not leads and question.type in ("bool", "enum", "party"):
            return None
        mean = sum(lead.settles for lead in leads) / len(leads) / max(len(self.items), 1) if leads else 0.0
        return MissingFact(question, round(mean, 4), tuple(leads), tuple(self._why(question)))

    def _why(self, question: Question) -> Iterator[WhyAsked]:
        for name in question.because:
            rule = self.law.library.rules.get(name)
            if rule is not None:
                yield WhyAsked(rule.id, rule.cite, rule.says)


def _relevant(tried: list[MissingFact], trial: _Trial) -> Iterator[MissingFact]:
    """Yield the facts of which some answer changes what is found, alone or beside an answer to another fact."""
    for fact in tried:
        if (
            any(lead.settles for lead in fact.leads)
            or not fact.leads
            or any(_matters_beside(fact, other, trial) for other in tried if other is not fact)
        ):
            yield fact


def _matters_beside(fact: MissingFact, other: MissingFact, trial: _Trial) -> bool:
    for beside in other.leads:
        seen = []
        for lead in fact.leads:
            if trial.left < 0:
                return fact.question.deciding
            found = trial.outcomes([(other.question, beside.answer), (fact.question, lead.answer)])
            if found is not None:
                seen.append(found)
        if any(each != seen[0] for each in seen):
            return True
    return False


def _sets(facts: list[MissingFact], trial: _Trial) -> Iterator[FactSet]:
    """Yield the smallest sets of facts of which some answers settle every open finding, likeliest first."""
    for size in range(1, min(_MOST_TOGETHER, len(facts)) + 1):
        found = []
        for chosen in combinations(facts[:10], size):
            share = _share(chosen, trial)
            if share:
                names = tuple(f"{fact.question.pointer} ({fact.question.fact})" for fact in chosen)
                found.append(FactSet(names, share))
            if trial.left < 0:
                break
        if found or trial.left < 0:
            yield from sorted(found, key=lambda each: -each.share)
            return


def _share(chosen: tuple[MissingFact, ...], trial: _Trial) -> float:
    if len(chosen) == 1:
        leads = chosen[0].leads
        return round(sum(lead.left == 0 for lead in leads) / len(leads), 4) if leads else 0.0
    settled_by, tried = 0, 0
    for answers in product(*(fact.leads for fact in chosen)):
        if trial.left < 0:
            break
        pairs = [(fact.question, lead.answer) for fact, lead in zip(chosen, answers, strict=True)]
        found = trial.outcomes(pairs)
        if found is not None:
            tried += 1
            settled_by += not trial.left_open(found)
    return round(settled_by / tried, 4) if tried else 0.0
