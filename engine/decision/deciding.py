"""From an arrangement to a decision: every transfer, every data set, every instrument that can reach it."""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import product

from engine.decision.findings import Assembler
from engine.decision.gaps import gaps_of, places_of
from engine.decision.model import Change, ContradictionTrace, Decision, Finding, Gap, TransferDecision
from engine.decision.receipt import receipt_of
from engine.decision.settling import Key, settled, settled_on, whole_of
from engine.decision.statute import Law
from engine.facts.arrangement import Arrangement
from engine.facts.legs import Leg
from engine.facts.parties import PartyView
from engine.facts.views import ArrangementView
from engine.inference.evaluation import Found, Judge
from engine.inference.outcomes import RANK, Outcome, worst
from engine.inference.programs import BookPrograms
from engine.law.model import END

log = logging.getLogger("safeconduct.decision")
Incident = Callable[[str, str, str], None]


def decide(
    arrangement: Arrangement,
    law: Law,
    *,
    as_of: date | None = None,
    readings: Mapping[str, str] | None = None,
    core: bool = True,
    thorough: bool = False,
    at_once: bool = False,
    on_difference: Incident | None = None,
) -> Decision:
    """Decide an arrangement.

    Args:
        as_of: The law of this day; the arrangement's own day, or today, where left out.
        readings: Added to, and stronger than, the readings that the arrangement names.
        core: Whether the inference core decides too (always, for a decision of record). False in bulk analysis.
        thorough: Explain instruments that do not reach a transfer in full: all that keeps them away, definitions too.
            Otherwise as much as shows it, and nothing of those that the places alone keep away.
        at_once: Ask for all facts that matter at once, and not first for those that make the others matter.
        on_difference: Called with instrument, transfer and the difference when the two evaluators differ.
    """
    day = as_of or arrangement.as_of or date.today()  # noqa: DTZ011 - the day of the caller's own calendar
    chosen = {**arrangement.readings, **(readings or {})}
    programs = law.programs(day)
    view = ArrangementView(arrangement, day)
    decider = _Decider(law, programs, view, chosen, core, thorough, at_once, on_difference or _log_incident)
    transfers = tuple(decider.transfer(index) for index in range(len(arrangement.transfers)))
    outcome = worst(transfer.outcome for transfer in transfers) if transfers else "undetermined"
    return Decision(
        title=arrangement.title,
        as_of=day,
        outcome=outcome,
        transfers=transfers,
        questions=decider.assembler.all_questions(),
        conditions=decider.assembler.conditions,
        contradictions=decider.contradictions(),
        derived=decider.assembler.derived,
        left_out=decider.left_out(),
        next_change=_next_change(decider, law, transfers),
        receipt=receipt_of(arrangement, law, programs.book, day, chosen, decider.used),
    )


def outcomes(
    arrangement: Arrangement, law: Law, day: date, readings: Mapping[str, str], facts_on: date | None = None
) -> dict[str, Outcome]:
    """Return the outcome of each transfer on a day, by the reference evaluator alone and without reasons.

    Args:
        facts_on: Day whose facts and evidence count; that of the law where left out.
    """
    view, programs = ArrangementView(arrangement, facts_on or day), law.programs(day)
    judge = Judge(programs, readings, None)
    found: dict[str, list[Outcome]] = {transfer.id: [] for transfer in arrangement.transfers}
    for leg in view.legs:
        found[leg.transfer.id] += [settled(judge, name, leg).outcome for name in programs.candidates(leg)]
        if gaps_of(leg, programs.book):
            found[leg.transfer.id].append("undetermined")
    return {name: whole_of(each) for name, each in found.items()}


class _Decider:
    def __init__(
        self,
        law: Law,
        programs: BookPrograms,
        view: ArrangementView,
        readings: Mapping[str, str],
        core: bool,
        thorough: bool,
        at_once: bool,
        on_difference: Incident,
    ) -> None:
        self.programs = programs
        self.view = view
        self.readings = readings
        self.judge = Judge(programs, readings, law.core if core else None, thorough)
        self.assembler = Assembler(programs.book, self.judge, thorough, at_once)
        self.on_difference = on_difference
        self.used: set[str] = set()
        self.known: dict[Key, Outcome] = {}
        self.gaps: dict[int, list[Gap]] = {}

    def transfer(self, index: int) -> TransferDecision:
        transfer = self.view.model.transfers[index]
        findings: list[Finding] = []
        remarking: list[Found] = []
        gaps: dict[Gap, None] = {}
        for leg in self.view.legs:
            if leg.transfer_index != index:
                continue
            for name in self.judge.around(leg).candidates:
                self.used.add(name)
                found = self.judge.decide(name, leg)
                if found.program.remarks:
                    remarking.append(found)
                if found.program.decides_nothing and not found.difference:
                    # What treaties and soft law say stands in notes.
                    self.known[leg.index, name] = "not_applicable"
                else:
                    findings.append(self.finding(name, leg))
            self.gaps[leg.index] = gaps_of(leg, self.programs.book)
            gaps.update(dict.fromkeys(self.gaps[leg.index]))
        outcomes_found: list[Outcome] = [finding.outcome for finding in findings]
        if gaps:
            outcomes_found.append("undetermined")
        notes = self.assembler.notes(remarking, findings)
        findings.sort(key=lambda finding: (RANK[finding.outcome], finding.instrument, finding.dataset))
        return TransferDecision(
            transfer.id,
            transfer.exporter,
            transfer.importer,
            whole_of(outcomes_found),
            tuple(findings),
            tuple(gaps),
            notes,
        )

    def finding(self, name: str, leg: Leg) -> Finding:
        result = settled(self.judge, name, leg)
        if result.difference:
            self.on_difference(name, leg.transfer.id, result.difference)
            result = result._replace(outcome="undetermined")
        self.known[leg.index, name] = result.outcome
        return self.assembler.finding(result, leg)

    def contradictions(self) -> tuple[ContradictionTrace, ...]:
        """Hold every status that the caller states against the law's definition of it, whether or not it mattered."""
        subjects: list[Leg | PartyView] = [*self.view.parties.values(), *self.view.legs]
        for subject in subjects:
            for name in _stated(subject):
                if self.programs.book.library.traits[name].derived:
                    self.judge.now.derived(name, subject)
        found = sorted(self.judge.now.contradictions.values(), key=lambda c: (c.pointer, c.trait))
        return tuple(ContradictionTrace(c.trait, c.pointer, c.stated, c.defined) for c in found)

    def left_out(self) -> tuple[str, ...]:
        """Return what is known to be left out of the law of the countries that could claim some transfer."""
        covered = self.programs.book.covered
        countries = {view.country for view in self.view.parties.values()}
        countries.update(country for leg in self.view.legs for country, _ in places_of(leg))
        lines = [f"{c}: {text}" for c in sorted(countries) if c in covered for text in covered[c].left_out]
        return tuple(dict.fromkeys(lines))


def _stated(subject: Leg | PartyView) -> Iterable[str]:
    """Return the traits about which the caller says something, of a party or of a leg and the arrangement."""
    if isinstance(subject, PartyView):
        return subject.party.traits
    return (*subject.data.traits, *subject.transfer.traits, *subject.arrangement.model.traits)


def _next_change(decider: _Decider, law: Law, transfers: tuple[TransferDecision, ...]) -> Change | None:
    """Return the first later day on which law already dated changes the outcome of a transfer.

    Evidence is taken as it is today, so that only the law makes the difference. From one day to the next only the
    instruments whose law changes are worked out again.
    """
    view = decider.view
    now = {transfer.id: transfer.outcome for transfer in transfers}
    last = max((transfer.end or END for transfer in view.model.transfers), default=END)
    places = {leg.index: decider.judge.around(leg).touched for leg in view.legs}
    findings = dict(decider.known)
    gaps = {index: bool(each) for index, each in decider.gaps.items()}
    days = law.books.change_days
    for day in days[bisect_right(days, view.day) :]:
        if day > last:
            break
        later = law.programs(day)
        changed = False
        pairs = product(later.affected(), view.legs)
        for key, result in settled_on(later, decider.readings, pairs, places):
            before = findings.pop(key, None)
            if result:
                findings[key] = result.outcome
            changed = changed or before != findings.get(key)
        if "" in law.books.changes[day]:
            gaps_before, gaps = gaps, {leg.index: bool(gaps_of(leg, later.book)) for leg in view.legs}
            changed = changed or gaps != gaps_before
        if not changed:
            continue
        then = _wholes(view, findings, gaps)
        different = tuple(name for name, each in then.items() if each != now[name])
        if different:
            return Change(day, worst(then.values()), different)
    return None


def _wholes(view: ArrangementView, findings: Mapping[Key, Outcome], gaps: Mapping[int, bool]) -> dict[str, Outcome]:
    """Return the outcome of each transfer, given that of each instrument for each leg and which legs have gaps."""
    found: dict[str, list[Outcome]] = {transfer.id: [] for transfer in view.model.transfers}
    of_leg = {leg.index: found[leg.transfer.id] for leg in view.legs}
    for (index, _), outcome in findings.items():
        of_leg[index].append(outcome)
    for index, has_gap in gaps.items():
        if has_gap:
            of_leg[index].append("undetermined")
    return {name: whole_of(each) for name, each in found.items()}


def _log_incident(instrument: str, transfer: str, difference: str) -> None:
    log.error("evaluators differ", extra={"instrument": instrument, "transfer": transfer, "difference": difference})
