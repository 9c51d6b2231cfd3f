"""What atoms need beside the facts of a leg or party: readings, levers, and what the law's definitions make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.errors import EvaluationError
from engine.facts.parties import PartyView
from engine.facts.values import FALSE, TRUE, UNKNOWN, Truth, Truths, truth_of
from engine.inference import reference
from engine.inference.core import Core
from engine.inference.getters import Subject
from engine.inference.memory import Memory
from engine.inference.outcomes import Verdict
from engine.inference.program import Program
from engine.inference.programs import BookPrograms


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
    """What atoms need beside the facts: readings, levers, derived traits."""

    def __init__(
        self,
        programs: BookPrograms,
        readings: Mapping[str, str],
        levers: bool = False,
        evaluator: Evaluator = reference,
        core: Core | None = None,
    ) -> None:
        """Make an environment.

        Args:
            evaluator: Works out what definitions say.
            core: Works it out as well, from the same truths, where given; see `doubtful`.
        """
        self.programs = programs
        self.readings = readings
        self.levers = levers
        self.contradictions: dict[tuple[str, str], Contradiction] = {}
        self.doubtful = False  # whether the core found another value of some definition, or failed
        self._evaluator = evaluator
        self._core = core
        self._memory = Memory(0) if evaluator is not reference else core.agreed if core else programs.concluded
        self._derived: dict[tuple[str, int], Truth] = {}
        self._truths: dict[Subject, Truths] = {}

    def truths(self, subject: Subject) -> Truths:
        """Return the truths of what the facts of a leg or party alone do not settle."""
        found = self._truths.get(subject)
        if found is None:
            found = self._truths[subject] = Truths(subject, self)
        return found

    def derived(self, trait: str, subject: Subject) -> Truth:
        """Return the value of a derived trait: by definition, else as stated, else unknown."""
        key = (trait, id(subject))
        value = self._derived.get(key)
        if value is None:
            value = self._derived[key] = self._work_out(trait, subject)
        return value

    def definition(self, trait: str, subject: Subject) -> tuple[Program, tuple[Truth, ...]]:
        """Return the definitions of a trait and their atoms' truths, for explanations."""
        program = self.programs.definitions(trait)
        return program, program.values(subject, self)

    def _work_out(self, trait: str, subject: Subject) -> Truth:
        program = self.programs.definitions(trait)
        if program.asked_of:
            return self._held_against(trait, program.asked_of, self._defined(program, subject), subject)
        return self._defined(program, subject)

    def _held_against(self, trait: str, of: str, value: Truth, subject: Subject) -> Truth:
        """Return the value of a derived trait that callers may state: by definition, else as stated."""
        stated, pointer = statement(trait, of, subject)
        if stated == UNKNOWN:
            return value
        if value != UNKNOWN and value != stated:
            found = Contradiction(trait, pointer, stated == TRUE, value == TRUE)
            self.contradictions[trait, pointer] = found
        return stated if value == UNKNOWN else value

    def _defined(self, program: Program, subject: Subject) -> Truth:
        """Return what definitions say; where plain facts settle it, without working out the definitions behind them."""
        if not program.clauses:
            # Where no definition is in force nobody has the status, unless the caller may know of one.
            return UNKNOWN if program.asked_of else FALSE
        plain = program.read_plain(subject.truths)
        if program.derived:
            value = self._concluded(program, plain)
            if value != UNKNOWN:
                return value
        return self._concluded(program, program.completed(plain, subject, self))

    def _concluded(self, program: Program, atoms: tuple[Truth, ...]) -> Truth:
        """Return what definitions say given truths. Evaluators see truths alone: what they agreed on once stands."""
        known = self._memory.known(program, atoms)
        if known is not None:
            return known  # type: ignore[no-any-return]
        value = self._evaluator.defined(program, atoms)
        if self._core is not None and not _confirms(self._core, program, atoms, value):
            self.doubtful = True
        else:
            self._memory.keep(program, atoms, value)
        return value


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


def _confirms(core: Core, program: Program, atoms: tuple[Truth, ...], value: Truth) -> bool:
    """Return whether the core finds the same value of a derived trait as the reference."""
    try:
        return core.defined(program, atoms) == value
    except EvaluationError:
        return False
