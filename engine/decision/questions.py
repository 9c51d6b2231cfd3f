"""Which answers would settle an undetermined finding.

Unknown atoms are grouped by the fact behind them. A set of facts *can settle* a finding when some way of answering it
makes the outcome definite, whatever else stays unknown; that is tried out on the program itself. Smallest sets come
first.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

from engine.decision.asking import ask
from engine.decision.model import Question
from engine.decision.unknowns import Unknown, unknowns_of
from engine.facts.legs import Leg
from engine.facts.values import FALSE, TRUE, Truth
from engine.inference.evaluation import Environment, Found
from engine.inference.reference import evaluate

# Enough for every finding of the shipped law; beyond it the questions are still listed, only not in the best order.
_BUDGET = 200
_MOST_TOGETHER = 3


def questions(found: Found, later: Sequence[Truth], leg: Leg, env: Environment) -> list[Question]:
    """Return the questions of one undetermined finding, the smallest deciding set first.

    Args:
        later: Truth of each atom with every lever in place.
    """
    unknowns = list(unknowns_of(found.program, found.atoms, leg))
    deciding, useful = _settling(found, later, unknowns)
    asked: dict[tuple[str, str], Question] = {}
    for unknown in sorted(unknowns, key=lambda u: (u.key not in deciding, u.key not in useful)):
        for question in ask(unknown, env, unknown.key in deciding):
            asked.setdefault((question.fact, question.pointer), question)
    return list(asked.values())


def _settling(
    found: Found, later: Sequence[Truth], unknowns: list[Unknown]
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the facts of the first smallest set that can settle the finding, and of all sets of that size."""
    left = _BUDGET
    for size in range(1, min(_MOST_TOGETHER, len(unknowns)) + 1):
        scores: dict[tuple[int, ...], int] = {}
        for chosen in combinations(range(len(unknowns)), size):
            for answers in product(*(_answers(unknowns[index]) for index in chosen)):
                left -= 1
                if left < 0:
                    break
                if _settles(found, later, [(unknowns[i], each) for i, each in zip(chosen, answers, strict=True)]):
                    scores[chosen] = scores.get(chosen, 0) + 1
        if scores:
            best = max(scores, key=lambda chosen: (scores[chosen], [-index for index in chosen]))
            return {unknowns[i].key for i in best}, {unknowns[i].key for chosen in scores for i in chosen}
        if left < 0:
            break
    return set(), {unknown.key for unknown in unknowns}


def _answers(unknown: Unknown) -> list[tuple[Truth, ...]]:
    """Return the ways in which the atoms of one fact can come out together."""
    count = len(unknown.numbers)
    if count == 1:
        return [(TRUE,), (FALSE,)]
    one_of = [tuple(TRUE if index == chosen else FALSE for index in range(count)) for chosen in range(count)]
    return [*one_of[:6], (FALSE,) * count, (TRUE,) * count]


def _settles(found: Found, with_levers: Sequence[Truth], answers: list[tuple[Unknown, tuple[Truth, ...]]]) -> bool:
    now, later = list(found.atoms), list(with_levers)
    for unknown, truths in answers:
        for number, value in zip(unknown.numbers, truths, strict=True):
            now[number] = later[number] = value
    return evaluate(found.program, now, later).outcome != "undetermined"
