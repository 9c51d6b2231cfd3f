"""How an instrument stands to a leg on a day, and which changes of law bear on that."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from engine.decision.changing import LegalChange, names_read
from engine.facts.values import FALSE
from engine.inference.evaluation import Found
from engine.inference.outcomes import Outcome
from engine.inference.program import And, Formula, Literal, literals
from engine.law.expression import Atom, FactRef

_TOLD = ("scope", "exemption", "route", "ban")


@dataclass(slots=True)
class State:
    """How one instrument stands to one leg."""

    outcome: Outcome
    mechanism: str
    found: Found


def standing(state: State | None) -> tuple[Outcome, str]:
    """Return the outcome and what carries it; an instrument that was not looked at does not apply."""
    return (state.outcome, state.mechanism) if state else ("not_applicable", "")


def mattering(state: State | None) -> set[str]:
    """Return the rules that apply, or perhaps do."""
    if state is None:
        return set()
    holds = state.found.verdict.holds
    return {clause.rule.id for clause in state.found.program.clauses if holds[clause.number] != FALSE}


def about(state: State | None) -> set[str]:
    """Return the scopes, exemptions, routes and bans whose own comparisons of places do not fail."""
    if state is None:
        return set()
    program, atoms = state.found.program, state.found.atoms
    elsewhere = {n for n, atom in enumerate(program.atoms) if atoms[n] == FALSE and _compares_places(atom)}
    return {
        clause.rule.id
        for clause in program.clauses
        if clause.rule.kind in _TOLD and not any(_fails(clause.when, elsewhere))
    }


def _compares_places(atom: Atom) -> bool:
    left = atom.left
    return isinstance(left, FactRef) and (left.type in ("country", "region") or left.of == "country")


def _fails(formula: Formula, elsewhere: set[int]) -> Iterator[bool]:
    """Yield whether each line fails for a place that it asks for, not for one that it excludes."""
    parts = formula.parts if isinstance(formula, And) else (formula,)
    for part in parts:
        yield isinstance(part, Literal) and not part.negated and part.atom in elsewhere


def read_by(state: State | None) -> set[str]:
    """Return the numbers and groups that conditions of an instrument's rules compare with."""
    if state is None:
        return set()
    program = state.found.program
    numbers = {
        number
        for clause in program.clauses
        for formula in (clause.when, clause.requires, clause.met)
        if formula is not None
        for number in literals(formula)
    }
    return names_read(program.atoms[number] for number in numbers)


def bears(change: LegalChange, rules: set[str], read: set[str], places: Set[str]) -> bool:
    """Return whether a change of law is of one of the rules, or of a number or group that is read."""
    if change.kind in ("rule_begins", "rule_ends"):
        return change.id in rules
    if change.id not in read:
        return False
    return not (change.member and change.member.isupper()) or change.member.partition("-")[0] in places
