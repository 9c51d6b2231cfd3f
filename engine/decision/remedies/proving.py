"""Decide an arrangement anew with some acts in place, and say which rules these acts satisfy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.decision.findings import mechanism_of
from engine.decision.gaps import gaps_of
from engine.decision.remedies.model import Ground
from engine.decision.settling import settled, whole_of
from engine.decision.statute import Law
from engine.facts.arrangement import Arrangement
from engine.facts.values import FALSE, TRUE
from engine.facts.views import ArrangementView
from engine.inference.evaluation import Found, Judge
from engine.inference.outcomes import Outcome
from engine.inference.program import Program, literals
from engine.inference.programs import BookPrograms
from engine.law.expression import FactRef, MeasureRef
from engine.law.model import Rule


@dataclass(slots=True)
class Proof:
    """What deciding an arrangement found.

    Attributes:
        transfers: Outcome of each transfer.
        mechanisms: Open routes by transfer.
        grounds: By measure and transfer, the rules that read the measure and are satisfied.
        undetermined: Transfer and instrument of each open finding.
    """

    transfers: dict[str, Outcome] = field(default_factory=dict)
    mechanisms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    grounds: dict[tuple[str, str], dict[str, Ground]] = field(default_factory=dict)
    undetermined: list[str] = field(default_factory=list)


def prove(arrangement: Arrangement, law: Law, day: date, readings: Mapping[str, str]) -> Proof:
    """Decide an arrangement by the reference evaluator."""
    view, programs = ArrangementView(arrangement, day), law.programs(day)
    judge = Judge(programs, readings, None)
    found: dict[str, list[Outcome]] = {transfer.id: [] for transfer in arrangement.transfers}
    carried: dict[str, dict[str, None]] = {transfer.id: {} for transfer in arrangement.transfers}
    proof = Proof()
    for leg in view.legs:
        for name in programs.candidates(leg):
            result = settled(judge, name, leg)
            found[leg.transfer.id].append(result.outcome)
            if result.outcome == "undetermined":
                proof.undetermined.append(f"{leg.transfer.id}: {name}")
            elif mechanism := mechanism_of(result.shown):
                carried[leg.transfer.id][mechanism] = None
            for measure, rule in _satisfied(result.shown, programs):
                ground = Ground(rule.id, rule.cite, rule.says, rule.href)
                proof.grounds.setdefault((measure, leg.transfer.id), {})[rule.id] = ground
        if gaps_of(leg, programs.book):
            found[leg.transfer.id].append("undetermined")
            proof.undetermined += [f"{leg.transfer.id}: {gap.what}" for gap in gaps_of(leg, programs.book)]
    proof.transfers = {name: whole_of(each) for name, each in found.items()}
    proof.mechanisms = {name: tuple(each) for name, each in carried.items()}
    return proof


def _satisfied(found: Found, programs: BookPrograms) -> Iterator[tuple[str, Rule]]:
    """Yield measures with the rules that read them, where the rule is open or met, or lifts another."""
    if found.verdict.reached == FALSE:
        return
    holds, met = found.verdict.holds, found.verdict.met
    for clause in found.program.clauses:
        if clause.rule.kind not in ("route", "duty", "exception", "exemption") or holds[clause.number] != TRUE:
            continue
        if clause.rule.kind == "duty" and met[clause.number] != TRUE:
            continue
        formulas = (clause.met,) if clause.rule.kind == "duty" else (clause.when, clause.requires)
        for number in {n for formula in formulas if formula is not None for n in literals(formula)}:
            for measure in measures_behind(found.program, number, programs):
                yield measure, clause.rule


def measures_behind(program: Program, number: int, programs: BookPrograms, depth: int = 0) -> Iterator[str]:
    """Yield the measures that an atom reads, itself or through definitions."""
    left = program.atoms[number].left
    if isinstance(left, MeasureRef):
        yield left.id
    elif isinstance(left, FactRef) and left.derived and depth < 8:
        definitions = programs.definitions(left.trait)
        for other in definitions.measured:
            yield from measures_behind(definitions, other, programs, depth + 1)
