"""Find the sets of levers of least effort that meet every demand, and the smallest group of demands that none meets.

Demands that share no lever are solved apart; the best of the whole are put together from the best of the parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import z3

from engine.decision.remedies.encoding import Demand, Encoder
from engine.decision.remedies.levers import Lever, Value
from engine.decision.remedies.propositions import Prop
from engine.errors import EvaluationError

_Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Levers used, each with the values that its evidence shows."""

    used: tuple[tuple[Lever, tuple[tuple[str, Value], ...]], ...]

    @property
    def effort(self) -> int:
        """Return the sum of efforts."""
        return sum(lever.effort for lever, _ in self.used)


class Part:
    """Demands that share levers, directly or through each other; its choices come in order of effort."""

    def __init__(self, encoder: Encoder, wanted: Sequence[Prop], levers: Sequence[Lever]) -> None:
        self.encoder = encoder
        self.levers = levers
        self.choices: list[Choice] = []
        self._is_done = False
        self._solver = z3.Optimize(ctx=encoder.terms.context)
        self._solver.set("timeout", 20_000)
        for prop in wanted:
            self._solver.add(encoder.terms.term(prop))
        self._show_one_value_each()
        # Effort counts first, then the number of acts, then the order in which rules read them.
        weights = [
            z3.If(self._used(lever), lever.effort * 1_000_000 + 1_000 + index, 0, encoder.terms.context)
            for index, lever in enumerate(levers)
        ]
        if weights:
            self._solver.minimize(z3.Sum(weights))

    def _used(self, lever: Lever) -> z3.BoolRef:
        return self.encoder.terms.term(self.encoder.used(lever))

    def _shows(self, lever: Lever, field: str, value: Value) -> z3.BoolRef:
        return self.encoder.terms.term(self.encoder.shows(lever, field, value))

    def _show_one_value_each(self) -> None:
        for lever in self.levers:
            used = self._used(lever)
            for field, values in lever.values.items():
                shown = [self._shows(lever, field, value) for value in values]
                for index, one in enumerate(shown):
                    self._solver.add(z3.Implies(one, used, ctx=self.encoder.terms.context))
                    self._solver.add(*[z3.Not(z3.And(one, other)) for other in shown[index + 1 :]])

    def choice(self, number: int) -> Choice | None:
        """Return the choice of that rank, or None where there are not so many.

        Raises:
            EvaluationError: The solver ran out of time.
        """
        while len(self.choices) <= number and not self._is_done:
            found = self._next()
            if found is None:
                self._is_done = True
                break
            self.choices.append(found)
            # No later choice may hold all of this one: with nothing to do there is no other.
            self._solver.add(
                z3.Or([z3.Not(self._used(lever)) for lever, _ in found.used], self.encoder.terms.context)
                if found.used
                else z3.BoolVal(False, self.encoder.terms.context)
            )
        return self.choices[number] if number < len(self.choices) else None

    def _next(self) -> Choice | None:
        answer = self._solver.check()
        if answer == z3.unknown:  # which is not to be taken for a proof that there is none
            raise EvaluationError(f"the search for remedies was given up: {self._solver.reason_unknown()}")
        if answer != z3.sat:
            return None
        model = self._solver.model()
        used = []
        for lever in self.levers:
            if not z3.is_true(model.eval(self._used(lever), model_completion=True)):
                continue
            values = tuple(
                (field, value)
                for field, listed in lever.values.items()
                for value in listed
                if z3.is_true(model.eval(self._shows(lever, field, value), model_completion=True))
            )
            used.append((lever, values))
        return Choice(tuple(used))


def parts_of(encoder: Encoder, demands: Sequence[Demand], relaxed: bool) -> list[Part]:
    """Return the parts of a problem, in the order of their first demand."""
    groups: list[tuple[set[_Key], list[Demand]]] = []
    for demand in demands:
        prop = demand.possible if relaxed else demand.lawful
        if prop is True:
            continue
        keys, members = set(demand.levers), [demand]
        apart = []
        for group in groups:
            if group[0].isdisjoint(keys):
                apart.append(group)
            else:
                keys |= group[0]
                members = group[1] + members
        groups = [*apart, (keys, members)]
    found = encoder.levers.found
    return [
        Part(
            encoder,
            [demand.possible if relaxed else demand.lawful for demand in members],
            [lever for key, lever in found.items() if key in keys],
        )
        for keys, members in groups
    ]


def best_of(parts: Sequence[Part]) -> Iterator[Choice]:
    """Yield choices for the whole, least effort first; nothing where some part has none."""
    first = tuple(0 for _ in parts)
    start = _together(parts, first)
    if start is None:
        return
    queue: list[tuple[int, tuple[int, ...]]] = [(start.effort, first)]
    seen = {first}
    while queue:
        _, ranks = heappop(queue)
        choice = _together(parts, ranks)
        assert choice is not None
        yield choice
        for index in range(len(parts)):
            after = (*ranks[:index], ranks[index] + 1, *ranks[index + 1 :])
            if after not in seen:
                seen.add(after)
                found = _together(parts, after)
                if found is not None:
                    heappush(queue, (found.effort, after))


def _together(parts: Sequence[Part], ranks: tuple[int, ...]) -> Choice | None:
    used = []
    for part, rank in zip(parts, ranks, strict=True):
        choice = part.choice(rank)
        if choice is None:
            return None
        used += list(choice.used)
    return Choice(tuple(used))


def conflict_of(encoder: Encoder, demands: Sequence[Demand], relaxed: bool) -> list[Demand]:
    """Return a smallest group of demands that no use of levers meets: without any of it the rest could be met."""
    kept = [d for d in demands if (d.possible if relaxed else d.lawful) is not True]
    for demand in [*kept]:
        without = [each for each in kept if each is not demand]
        if not _can_meet(encoder, without, relaxed):
            kept = without
    return kept


def _can_meet(encoder: Encoder, demands: Sequence[Demand], relaxed: bool) -> bool:
    return all(part.choice(0) is not None for part in parts_of(encoder, demands, relaxed))
