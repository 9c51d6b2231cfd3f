"""The same arrangement twice: under two days, two readings, a reform, or with a changed fact; what differs and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from engine.decision.basis import Basis, basis_of
from engine.decision.deciding import decide
from engine.decision.model import Decision, Finding
from engine.decision.statute import Law
from engine.decision.traces import RuleTrace
from engine.facts.arrangement import Arrangement
from engine.inference.outcomes import RANK, Outcome


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two things compared.

    Attributes:
        label: What makes it different, such as a day or a reading.
    """

    label: str
    arrangement: Arrangement
    law: Law
    day: date
    readings: Mapping[str, str]
    reforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleDifference:
    """A rule that stands otherwise on the two sides.

    Attributes:
        before: How it stands on the one side: its status, or "" where it is not in force or not looked at.
        facts: What it read, where that differs: name, value on the one side, value on the other.
    """

    rule: str
    cite: str
    says: str
    before: str
    after: str
    facts: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A finding that differs."""

    transfer: str
    dataset: str
    instrument: str
    title: str
    before: Outcome
    after: Outcome
    mechanism_before: str
    mechanism_after: str
    rules: tuple[RuleDifference, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two sides, worst first.

    Attributes:
        same: How many findings are the same on both sides.
    """

    title: str
    before: str
    after: str
    outcome_before: Outcome
    outcome_after: Outcome
    transfers: dict[str, tuple[Outcome, Outcome]]
    differences: tuple[Difference, ...]
    same: int
    basis_before: Basis
    basis_after: Basis


def compare(one: Side, other: Side) -> Comparison:
    """Return what differs between two sides."""
    before, after = decided(one), decided(other)
    left, right = dict(_findings(before)), dict(_findings(after))
    differences = []
    same = 0
    for key in {**left, **right}:
        difference = _difference(key, left.get(key), right.get(key))
        if difference is None:
            same += 1
        else:
            differences.append(difference)
    differences.sort(key=lambda d: (min(RANK[d.before], RANK[d.after]), d.instrument, d.transfer, d.dataset))
    outcomes = {transfer.id: transfer.outcome for transfer in after.transfers}
    return Comparison(
        before.title,
        one.label,
        other.label,
        before.outcome,
        after.outcome,
        {t.id: (t.outcome, outcomes[t.id]) for t in before.transfers if t.id in outcomes},
        tuple(differences),
        same,
        _basis(one, before),
        _basis(other, after),
    )


def turned_rules(one: Side, other: Side) -> Iterator[RuleDifference]:
    """Yield the rules that stand otherwise on the two sides, also those by which no finding becomes another one."""
    left, right = dict(_findings(decided(one))), dict(_findings(decided(other)))
    for key in {**left, **right}:
        yield from _rules(left.get(key), right.get(key))


def decided(side: Side) -> Decision:
    """Return the decision of a side, by the reference evaluator alone."""
    return decide(side.arrangement, side.law, as_of=side.day, readings=side.readings, core=False)


def _basis(side: Side, decision: Decision) -> Basis:
    used = [ruleset.instrument for ruleset in decision.receipt.rulesets]
    return basis_of(side.law, (side.day,), decision.receipt.readings, used, side.reforms)


_Key = tuple[str, str, str]


def _findings(decision: Decision) -> Iterator[tuple[_Key, Finding]]:
    for transfer in decision.transfers:
        for finding in transfer.findings:
            yield (transfer.id, finding.dataset, finding.instrument), finding


def _difference(key: _Key, before: Finding | None, after: Finding | None) -> Difference | None:
    known = before or after
    assert known is not None
    old: Outcome = before.outcome if before else "not_applicable"
    new: Outcome = after.outcome if after else "not_applicable"
    carried = (before.mechanism if before else "", after.mechanism if after else "")
    if old == new and carried[0] == carried[1]:
        return None
    rules = tuple(_rules(before, after))
    return Difference(key[0], key[1], key[2], known.title, old, new, carried[0], carried[1], rules)


def _rules(before: Finding | None, after: Finding | None) -> Iterator[RuleDifference]:
    left = {rule.id: rule for rule in _flat(before.rules if before else ())}
    right = {rule.id: rule for rule in _flat(after.rules if after else ())}
    for name in {**left, **right}:
        one, other = left.get(name), right.get(name)
        shown = other or one
        assert shown is not None
        statuses = (one.status if one else "", other.status if other else "")
        if statuses[0] != statuses[1]:
            yield RuleDifference(name, shown.cite, shown.says, *statuses, tuple(_facts(one, other)))


def _flat(rules: tuple[RuleTrace, ...]) -> Iterator[RuleTrace]:
    for rule in rules:
        yield rule
        yield from _flat(rule.exceptions)


def _facts(one: RuleTrace | None, other: RuleTrace | None) -> Iterator[tuple[str, str, str]]:
    if one is None or other is None:
        return
    values = [
        {fact.name: fact.value for line in (*rule.conditions, *rule.requires) for fact in line.facts}
        | {p.name: p.value for line in (*rule.conditions, *rule.requires) for p in line.parameters}
        for rule in (one, other)
    ]
    for name in values[0]:
        if name in values[1] and values[0][name] != values[1][name]:
            yield name, values[0][name], values[1][name]
