"""Which question goes first and alone: the one whose answer can take a transfer out of a law by itself.

A law names such facts (`rules_out`). While one of them is not known and would end the matter, nothing else of that law
is asked: most people would answer the rest for nothing. What the fact would change is worked out on the truths already
found, definition by definition; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.decision.model import Question
from engine.decision.sides import subject_pointer
from engine.decision.unknowns import fact_behind
from engine.facts.legs import Leg
from engine.facts.values import FALSE, TRUE, UNKNOWN, Missing, Truth
from engine.inference.comparing import truth_for
from engine.inference.environment import Environment
from engine.inference.evaluation import Found
from engine.inference.getters import Subject, party_getter
from engine.inference.program import Program
from engine.inference.reference import defined, gate
from engine.law.expression import PARTY_ROOTS, Atom, FactRef


def first_alone(asked: Iterable[Question], found: Found, leg: Leg, env: Environment) -> Question | None:
    """Return the question that is to be asked before all others of a finding; None where there is none.

    Of several the one whose fact its law declares first.
    """
    if found.verdict.reached == TRUE:
        return None
    traits = env.programs.book.library.traits
    able = {q.fact: q for q in asked if q.fact in traits and traits[q.fact].rules_out is not None}
    for name in sorted(able, key=list(traits).index) if len(able) > 1 else able:
        question = able[name]
        supposed = Supposition((name, question.pointer), traits[name].rules_out, env)
        if gate(found.program, supposed.truths(found.program, found.atoms, leg)).reached == FALSE:
            return question
    return None


class Supposition:
    """What would be known, were one fact known."""

    def __init__(self, fact: tuple[str, str], value: object, env: Environment) -> None:
        """Suppose the value of a fact, given by its name and JSON pointer."""
        self.fact = fact
        self.value = value
        self.env = env
        self._derived: dict[tuple[str, int], Truth] = {}

    def truths(self, program: Program, atoms: Sequence[Truth], subject: Subject) -> list[Truth]:
        """Return the truth of each atom; what is known without the supposition stays."""
        return [
            self._truth(program.atoms[number], subject) if value == UNKNOWN else value
            for number, value in enumerate(atoms)
        ]

    def _truth(self, atom: Atom, subject: Subject) -> Truth:
        left = atom.left
        if not isinstance(left, FactRef) or isinstance(atom.right, FactRef):
            return UNKNOWN
        if not left.derived:
            meant = fact_behind(atom, subject) == self.fact
            return truth_for(atom, self.value, self.env.programs.book) if meant else UNKNOWN
        target = party_getter(left.root, left.links)(subject) if left.root in PARTY_ROOTS else subject
        return UNKNOWN if isinstance(target, Missing) or atom.op != "true" else self._status(left.trait, target)

    def _status(self, trait: str, subject: Subject) -> Truth:
        """Return what a status that definitions leave open comes to: as supposed of it, or of what is behind it."""
        of = self.env.programs.book.library.traits[trait].of
        if (trait, f"{subject_pointer(subject, of)}/traits/{trait}") == self.fact:
            return TRUE if self.value is True else FALSE
        key = (trait, id(subject))
        if key not in self._derived:
            program, atoms = self.env.definition(trait, subject)
            self._derived[key] = defined(program, self.truths(program, atoms, subject)) if program.clauses else UNKNOWN
        return self._derived[key]
