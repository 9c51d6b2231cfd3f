"""Which answers would settle an undetermined finding, and which could make a refused transfer lawful with less effort.

Unknown atoms are grouped by the fact behind them. A set of facts *can settle* a finding when some way of answering it
makes the outcome definite, whatever else stays unknown; that is tried out on the program itself. Smallest sets come
first, and a question that can end the matter by itself comes alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import NamedTuple

from engine.decision.asking import ask
from engine.decision.model import Question
from engine.decision.options import lighter
from engine.decision.suppositions import first_alone
from engine.decision.unknowns import by_fact, reaching, unknowns_of
from engine.facts.legs import Leg
from engine.facts.values import FALSE, TRUE, UNKNOWN, Truth
from engine.inference.environment import Environment
from engine.inference.evaluation import Found
from engine.inference.program import Program
from engine.inference.reference import evaluate

# Enough for every finding of the shipped law; beyond it the questions are still listed, only not in the best order.
_BUDGET = 200
_MOST_TOGETHER = 3


class _Case(NamedTuple):
    """What decides which facts settle a finding: the truth of each atom, and the unknown atoms fact by fact.

    Attributes:
        later: Truth of each atom with every lever in place.
    """

    now: tuple[Truth, ...]
    later: tuple[Truth, ...]
    facts: tuple[tuple[int, ...], ...]


class _Settling(NamedTuple):
    """The facts, by number, of the first smallest set that can settle a finding, and of all sets of that size."""

    deciding: frozenset[int]
    useful: frozenset[int]


def questions(
    found: Found, later: Sequence[Truth], leg: Leg, env: Environment, at_once: bool = False
) -> list[Question]:
    """Return the questions of one undetermined finding, the smallest deciding set first.

    Args:
        later: Truth of each atom with every lever in place.
        at_once: Whether to ask for all that matters at once, and not first for what makes the rest matter.
    """
    # Until it is known whether the law reaches the transfer nothing else can settle the finding.
    only = reaching(found.program) if found.verdict.reached == UNKNOWN and not at_once else None
    # Where it may not start as it stands, all turns on whether measures could make it so.
    atoms = later if found.verdict.reached == TRUE and found.verdict.may == FALSE else found.atoms
    unknowns = list(unknowns_of(found.program, atoms, leg, only, at_once))
    case = _Case(found.atoms, tuple(later), tuple(tuple(each.numbers) for each in unknowns))
    settling = env.programs.settling.recall(found.program, case, _settling)
    asked: dict[tuple[str, str], Question] = {}
    for index in sorted(range(len(unknowns)), key=lambda n: (n not in settling.deciding, n not in settling.useful)):
        for question in ask(unknowns[index], env, index in settling.deciding, at_once):
            asked.setdefault((question.fact, question.pointer), question)
    first = None if at_once else first_alone(asked.values(), found, leg, env)
    return [replace(first, deciding=True)] if first else list(asked.values())


def easing(found: Found, later: Sequence[Truth], leg: Leg, env: Environment, than: int) -> list[Question]:
    """Return the questions on which it turns whether a transfer not yet permitted could be so with less effort.

    Args:
        later: Truth of each atom with every lever in place.
        than: Effort of the lightest way that is open.
    """
    turning = lighter(found.program, found.atoms, later, leg, env, than)
    asked: dict[tuple[str, str], Question] = {}
    for unknown in by_fact(found.program, leg, turning):
        for question in ask(unknown, env, deciding=False):
            asked.setdefault((question.fact, question.pointer), replace(question, easing=True))
    return list(asked.values())


def _settling(program: Program, case: _Case) -> _Settling:
    left = _BUDGET
    for size in range(1, min(_MOST_TOGETHER, len(case.facts)) + 1):
        scores: dict[tuple[int, ...], int] = {}
        for chosen in combinations(range(len(case.facts)), size):
            facts = [case.facts[index] for index in chosen]
            for answers in product(*map(_answers, facts)):
                left -= 1
                if left < 0:
                    break
                if _settles(program, case, zip(facts, answers, strict=True)):
                    scores[chosen] = scores.get(chosen, 0) + 1
        if scores:
            best = max(scores, key=lambda chosen: (scores[chosen], [-index for index in chosen]))
            return _Settling(frozenset(best), frozenset(index for chosen in scores for index in chosen))
        if left < 0:
            break
    return _Settling(frozenset(), frozenset(range(len(case.facts))))


def _answers(atoms: tuple[int, ...]) -> list[tuple[Truth, ...]]:
    """Return the ways in which the atoms of one fact can come out together."""
    count = len(atoms)
    if count == 1:
        return [(TRUE,), (FALSE,)]
    one_of = [tuple(TRUE if index == chosen else FALSE for index in range(count)) for chosen in range(count)]
    return [*one_of[:6], (FALSE,) * count, (TRUE,) * count]


def _settles(program: Program, case: _Case, answers: Iterable[tuple[tuple[int, ...], tuple[Truth, ...]]]) -> bool:
    now, later = list(case.now), list(case.later)
    for atoms, truths in answers:
        for number, value in zip(atoms, truths, strict=True):
            now[number] = later[number] = value
    return evaluate(program, now, later).outcome != "undetermined"
