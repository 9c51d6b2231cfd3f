"""Evaluate the instruments that reach a leg with both evaluators, and compare what they find.

Atoms are evaluated once. Derived traits are worked out by each evaluator for itself, so that a mistake in either shows.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, cast

from engine.errors import EvaluationError
from engine.facts.legs import Leg
from engine.facts.parties import PartyView
from engine.facts.values import FALSE, TRUE, UNKNOWN, Truth, truth_of
from engine.inference.core import Core
from engine.inference.getters import Subject
from engine.inference.memory import Memory
from engine.inference.outcomes import Verdict
from engine.inference.program import Program
from engine.inference.programs import BookPrograms
from engine.inference.screening import screened as screened_truths

log = logging.getLogger("safeconduct.inference")


class Evaluator(Protocol):
    """Either evaluator."""

    def evaluate(self, program: Program, as_it_stands: Sequence[Truth], with_levers: Sequence[Truth]) -> Verdict:
        """Decide one instrument for one leg."""

    def gate(self, program: Program, atoms: Sequence[Truth]) -> Verdict:
        """Decide only whether an instrument reaches a leg."""

    def defined(self, program: Program, atoms: Sequence[Truth]) -> Truth:
        """Return the value of a derived trait."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A statement of the caller that the law's own definition contradicts."""

    trait: str
    pointer: str
    stated: bool
    defined: bool


class Environment:
    """What atoms need beside the facts, under one evaluator: readings, levers, derived traits."""

    def __init__(
        self, programs: BookPrograms, evaluator: Evaluator, readings: Mapping[str, str], levers: bool = False
    ) -> None:
        self.programs = programs
        self.evaluator = evaluator
        self.readings = readings
        self.levers = levers
        self.contradictions: dict[tuple[str, str], Contradiction] = {}
        self._derived: dict[tuple[str, int], Truth] = {}

    def derived(self, trait: str, subject: Subject) -> Truth:
        """Return the value of a derived trait: by definition, else as stated, else unknown."""
        key = (trait, id(subject))
        value = self._derived.get(key)
        if value is None:
            value = self._derived[key] = self._work_out(trait, subject)
        return value

    def definition(self, trait: str, subject: Subject) -> tuple[Program, list[Truth]]:
        """Return the definitions of a trait and their atoms' truths, for explanations."""
        program = self.programs.definitions(trait)
        return program, program.values(subject, self)

    def _work_out(self, trait: str, subject: Subject) -> Truth:
        program = self.programs.definitions(trait)
        declared = self.programs.book.library.traits[trait]
        # Where no definition is in force nobody has the status, unless the caller may know of one.
        value = UNKNOWN if declared.ask else FALSE
        if program.clauses:
            value = self._defined(program, subject)
        if not declared.ask:
            return value
        stated, pointer = statement(trait, declared.of, subject)
        if stated == UNKNOWN:
            return value
        if value != UNKNOWN and value != stated:
            found = Contradiction(trait, pointer, stated == TRUE, value == TRUE)
            self.contradictions[trait, pointer] = found
        return stated if value == UNKNOWN else value

    def _defined(self, program: Program, subject: Subject) -> Truth:
        """Return what definitions say; where plain facts settle it, without working out the definitions behind them."""
        if program.derived:
            value = self.evaluator.defined(program, program.values(subject, self, plain=True))
            if value != UNKNOWN:
                return value
        return self.evaluator.defined(program, program.values(subject, self))


def statement(trait: str, of: str, subject: Subject) -> tuple[Truth, str]:
    """Return what the caller says of a derived trait, and where it would stand."""
    if isinstance(subject, PartyView):
        return truth_of(subject.trait(trait)), f"{subject.pointer}/traits/{trait}"
    if of == "dataset":
        given, place = subject.data.traits.get(trait), f"/datasets/{subject.data_index}"
    elif of == "transfer":
        given, place = subject.transfer.traits.get(trait), f"/transfers/{subject.transfer_index}"
    else:
        given, place = subject.arrangement.model.traits.get(trait), ""
    return (UNKNOWN if given is None else TRUE if given is True else FALSE), f"{place}/traits/{trait}"


class Worlds:
    """One evaluator's two worlds: as the arrangement stands, and with every lever in place."""

    def __init__(self, programs: BookPrograms, evaluator: Evaluator, readings: Mapping[str, str]) -> None:
        self.evaluator = evaluator
        self.now = Environment(programs, evaluator, readings)
        self.later = Environment(programs, evaluator, readings, levers=True)

    def verdict(self, program: Program, leg: Leg, atoms: Sequence[Truth]) -> Verdict:
        """Decide an instrument for a leg, given its atoms as the arrangement stands; of a gate, only that."""
        if program.is_gate:
            return self.evaluator.gate(program, atoms)
        first = self.evaluator.evaluate(program, atoms, atoms)
        if _is_settled(program, first):
            return first
        later = program.with_levers(atoms, leg, self.later)
        return first if later == list(atoms) else self.evaluator.evaluate(program, atoms, later)


def _is_settled(program: Program, verdict: Verdict) -> bool:
    """Return whether more measures change nothing: what may start already may start with more, too."""
    return program.is_gate or not program.measured or verdict.reached == FALSE or verdict.may == TRUE


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one instrument and leg.

    Attributes:
        atoms: Truth of each atom as the arrangement stands, by the reference.
        difference: How the evaluators differ, or "".
    """

    program: Program
    atoms: tuple[Truth, ...]
    verdict: Verdict
    difference: str

    @property
    def is_silent(self) -> bool:
        """Whether no rule by which a gate has something to say can hold."""
        return all(self.verdict.holds[number] == FALSE for number, _ in self.program.screens)


class Judge:
    """Decides instruments for the legs of one arrangement, by the reference and, where given, the core as well."""

    def __init__(
        self, programs: BookPrograms, readings: Mapping[str, str], core: Core | None, thorough: bool = False
    ) -> None:
        """Make a judge; `thorough` works out every definition, also where plain facts or places settle the matter."""
        self.programs = programs
        self.thorough = thorough
        self.reference = Worlds(programs, programs.reference, readings)
        self.core = Worlds(programs, core, readings) if core is not None else None
        self._agreed = core.agreed if core is not None else Memory(0)
        self._found: dict[tuple[str, int], Found] = {}
        self._candidates: dict[int, list[str]] = {}

    def candidates(self, leg: Leg) -> list[str]:
        """Return the instruments that could reach a leg, or have something to remark, in order of id."""
        found = self._candidates.get(leg.index)
        if found is None:
            found = self._candidates[leg.index] = self.programs.candidates(leg, elsewhere=self.thorough)
        return found

    def decide(self, name: str, leg: Leg) -> Found:
        """Decide an instrument for a leg with every evaluator."""
        key = (name, id(leg))
        found = self._found.get(key)
        if found is None:
            program = self.programs.instrument(name)
            found = self._found[key] = self._decided(program, leg)
        return found

    def _decided(self, program: Program, leg: Leg) -> Found:
        """Decide an instrument in as little work as settles it.

        Plain facts are looked at first, and only as many as it takes. What has nothing to say whatever all else says
        stays so, and most of the time definitions need not be worked out.
        """
        gate = program if program.is_gate else program.gate
        if gate and not self.thorough:
            found = self._decide(gate, leg, screened=True)
            if found.is_silent:
                return found
        if program.gate:
            found = self._decide(program.gate, leg)
            if found.verdict.reached == FALSE:
                return found
        return self._decide(program, leg)

    def _decide(self, program: Program, leg: Leg, screened: bool = False) -> Found:
        try:
            return self._decide_safely(program, leg, screened)
        except Exception as error:
            log.exception("evaluation failed", extra={"instrument": program.id, "transfer": leg.transfer.id})
            unknown = (UNKNOWN,) * len(program.clauses)
            verdict = Verdict("undetermined", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, unknown, unknown)
            return Found(program, (UNKNOWN,) * len(program.atoms), verdict, f"failed: {type(error).__name__}: {error}")

    def _decide_safely(self, program: Program, leg: Leg, screened: bool) -> Found:
        now = self.reference.now
        atoms = tuple(screened_truths(program, leg, now) if screened else program.values(leg, now))
        if self.core is None:
            return Found(program, atoms, self.reference.verdict(program, leg, atoms), "")
        try:
            derived = "" if screened else self._differences_of_derived(program, leg, atoms, self.core.now)
        except EvaluationError as error:
            derived = str(error)
        if derived:
            return Found(program, atoms, self.reference.verdict(program, leg, atoms), derived)
        # Both evaluators see truths alone: where they agreed on these once, they agree again.
        known = self._agreed.known(program, atoms)
        return cast(Found, known) if known is not None else self._compared(program, leg, atoms, self.core, screened)

    def _differences_of_derived(self, program: Program, leg: Leg, atoms: Sequence[Truth], own: Environment) -> str:
        different = [n for n in program.derived if program.value(n, leg, own) != atoms[n]]
        if not different:
            return ""
        return f"derived traits differ: {', '.join(program.atoms[n].text for n in sorted(different))}"

    def _compared(self, program: Program, leg: Leg, atoms: tuple[Truth, ...], core: Worlds, screened: bool) -> Found:
        verdict = self.reference.verdict(program, leg, atoms)
        found = Found(program, atoms, verdict, "")
        if screened and not found.is_silent:
            return found
        try:
            other = core.verdict(program, leg, atoms)
        except EvaluationError as error:
            return replace(found, difference=str(error))
        if other != verdict:
            return replace(found, difference=f"the core found {other}, the reference {verdict}")
        if _is_settled(program, verdict):
            self._agreed.keep(program, atoms, found)
        return found
