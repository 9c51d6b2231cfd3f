"""Say what was found: a remedy act by act, and the rules that stand in the way."""

from __future__ import annotations

from collections.abc import Iterator

from engine.decision.model import Finding
from engine.decision.remedies.model import Ground, Remedy, RemedyAct
from engine.decision.remedies.proving import Proof
from engine.decision.remedies.solving import Choice
from engine.inference.outcomes import worst


def in_the_way(finding: Finding) -> Iterator[Ground]:
    """Yield the rules that keep a transfer away: bans, or else routes that are closed and duties that are not met."""
    bans = [rule for rule in finding.rules if rule.kind == "ban" and rule.status == "holds"]
    closed = [rule for rule in finding.rules if rule.kind == "route" and rule.status in ("fails", "defeated")]
    duties = [rule for rule in finding.rules if rule.kind == "duty" and rule.status == "unmet"]
    for rule in bans or [*closed, *duties]:
        yield Ground(rule.id, rule.cite, rule.says, rule.href)


def remedy_of(choice: Choice, proof: Proof) -> Remedy:
    """Return a choice that stood its proof, act by act, each with the rules that ask for it."""
    acts = []
    for lever, values in choice.used:
        grounds: dict[str, Ground] = {}
        for transfer in lever.transfers:
            grounds.update(proof.grounds.get((lever.measure.id, transfer), {}))
        m = lever.measure
        listed = tuple(grounds[key] for key in sorted(grounds))
        acts.append(
            RemedyAct(m.id, m.ask, m.by, lever.parties, lever.transfers, lever.effort, m.days, dict(values), listed)
        )
    days = [act.days for act in acts if act.days is not None]
    effort = sum(act.effort for act in acts)
    whole = worst(proof.transfers.values())
    return Remedy(effort, max(days, default=None), tuple(acts), whole, proof.transfers, proof.mechanisms)
