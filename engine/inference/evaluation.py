"""Evaluate the instruments that reach a leg with both evaluators, and compare what they find.

Atoms are evaluated once. From their truths each evaluator works out definitions and instruments for itself, so that a
mistake in either shows.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import EvaluationError
from engine.facts.legs import Leg
from engine.facts.values import FALSE, TRUE, UNKNOWN, Truth
from engine.inference import reference
from engine.inference.core import Core
from engine.inference.environment import Environment, Evaluator
from engine.inference.outcomes import Verdict
from engine.inference.program import Program
from engine.inference.programs import BookPrograms, Surroundings
from engine.inference.screening import silencing

log = logging.getLogger("safeconduct.inference")
# Truth of each atom as the arrangement stands, and with every lever in place.
Worlds = tuple[tuple[Truth, ...], tuple[Truth, ...]]


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """What was found for one instrument and leg; the same truths find the same one, which makes it quick to look up.

    Attributes:
        atoms: Truth of each atom as the arrangement stands, by the reference.
        difference: How the evaluators differ, or "".
    """

    program: Program
    atoms: tuple[Truth, ...]
    verdict: Verdict
    difference: str


class Judge:
    """Decides instruments for the legs of one arrangement, by the reference and, where given, the core as well.

    Attributes:
        now: The arrangement as it stands.
        later: With every lever in place.
        core: The inference core that decides as well, where one does.
    """

    def __init__(
        self, programs: BookPrograms, readings: Mapping[str, str], core: Core | None, thorough: bool = False
    ) -> None:
        """Make a judge; a `thorough` one reads all that reach hangs on, also where places or plain facts settle it."""
        self.programs = programs
        self.thorough = thorough
        self.now = Environment(programs, readings, core=core)
        self.later = Environment(programs, readings, levers=True, core=core)
        self.core = core
        self._memory = core.agreed if core is not None else programs.concluded
        self._found: dict[tuple[str, Leg], Found] = {}
        self._around: dict[int, Surroundings] = {}

    def around(self, leg: Leg) -> Surroundings:
        """Return what the places of a leg touch, and the instruments that could reach it or remark something."""
        found = self._around.get(leg.index)
        if found is None:
            found = self._around[leg.index] = self.programs.around(leg, elsewhere=self.thorough)
        return found

    def decide(self, name: str, leg: Leg) -> Found:
        """Decide an instrument for a leg with every evaluator."""
        key = (name, leg)
        found = self._found.get(key)
        if found is None:
            program = self.programs.instrument(name)
            try:
                found = self._decided(program, leg)
            except Exception as error:
                log.exception("evaluation failed", extra={"instrument": name, "transfer": leg.transfer.id})
                found = _failed(program, error)
            self._found[key] = found
        return found

    def _decided(self, program: Program, leg: Leg) -> Found:
        """Decide an instrument in as little work as settles it.

        Plain facts are looked at first, and only as many as it takes. What has nothing to say whatever all else says
        stays so, and most of the time definitions need not be worked out.
        """
        gate = program if program.is_gate else program.gate
        if gate is None:
            return self._decide(program, leg, program.read_plain(leg.truths))
        plain = gate.read_plain(leg.truths)
        if not self.thorough:
            silent = self.programs.silent.recall(gate, plain, silencing)
            if silent:
                return self._concluded(gate, silent, None)
        found = self._decide(gate, leg, plain)
        if gate is program or found.verdict.reached == FALSE:
            return found
        return self._decide(program, leg, program.read_plain(leg.truths))

    def _decide(self, program: Program, leg: Leg, plain: tuple[Truth, ...]) -> Found:
        """Decide a program, given the truths of what plain facts settle."""
        atoms = program.completed(plain, leg, self.now)
        found = self._concluded(program, atoms, None)
        if not self.now.doubtful and (found.difference or _is_settled(program, found.verdict)):
            return found
        later = program.with_levers(atoms, leg, self.later)
        if self.core and (self.now.doubtful or self.later.doubtful):
            return self._apart(program, leg, (atoms, later), self.core)
        return found if later == atoms else self._concluded(program, atoms, later)

    def _concluded(self, program: Program, atoms: tuple[Truth, ...], later: tuple[Truth, ...] | None) -> Found:
        """Return what both evaluators find given truths. They see truths alone: where they agreed once, that stands."""
        key = atoms if later is None else (atoms, later)
        known = self._memory.known(program, key)
        if known is not None:
            return known  # type: ignore[no-any-return]
        verdict = _verdict(reference, program, (atoms, later or atoms))
        difference = _difference(self.core, program, (atoms, later or atoms), verdict) if self.core else ""
        found = Found(program, atoms, verdict, difference)
        if not difference:
            self._memory.keep(program, key, found)
        return found

    def _apart(self, program: Program, leg: Leg, worlds: Worlds, core: Core) -> Found:
        """Decide with each evaluator on definitions of its own, where they differ on some definition.

        It may be one that this instrument does not read, or one whose difference does not matter to it.
        """
        verdict = _verdict(reference, program, worlds)
        now = Environment(self.programs, self.now.readings, evaluator=core)
        later = Environment(self.programs, self.now.readings, levers=True, evaluator=core)
        try:
            different = [n for n in sorted(program.derived) if program.value(n, leg, now) != worlds[0][n]]
            own = program.with_levers(worlds[0], leg, later)
        except EvaluationError as error:
            return Found(program, worlds[0], verdict, str(error))
        if different:
            texts = ", ".join(program.atoms[n].text for n in different)
            return Found(program, worlds[0], verdict, f"derived traits differ: {texts}")
        return Found(program, worlds[0], verdict, _difference(core, program, (worlds[0], own), verdict))


def _verdict(evaluator: Evaluator, program: Program, worlds: Worlds) -> Verdict:
    return evaluator.gate(program, worlds[0]) if program.is_gate else evaluator.evaluate(program, *worlds)


def _difference(core: Core, program: Program, worlds: Worlds, verdict: Verdict) -> str:
    """Return how the core differs from the reference about an instrument, or ""."""
    try:
        other = _verdict(core, program, worlds)
    except EvaluationError as error:
        return str(error)
    return "" if other == verdict else f"the core found {other}, the reference {verdict}"


def _is_settled(program: Program, verdict: Verdict) -> bool:
    """Return whether more measures change nothing: what may start already may start with more, too."""
    return program.is_gate or not program.measured or verdict.reached == FALSE or verdict.may == TRUE


def _failed(program: Program, error: Exception) -> Found:
    unknown = (UNKNOWN,) * len(program.clauses)
    verdict = Verdict("undetermined", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, unknown, unknown)
    return Found(program, (UNKNOWN,) * len(program.atoms), verdict, f"failed: {type(error).__name__}: {error}")
