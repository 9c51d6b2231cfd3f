"""Find rules that cannot hold on any day because a list on which they turn names nobody.

Such rules are law all the same: a list may be filled by order any day. But no case can show them decide, and nobody
should take their presence for a way that is open. Whether a rule can hold for other reasons is not looked into.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.law.expression import AllOf, GroupRef, Leaf, Tree, group_refs
from engine.law.model import Instrument, Library, Rule


def dormant_rules(library: Library) -> Mapping[str, str]:
    """Return the rules that cannot hold, by id, with the empty list behind each, in the order of ids."""
    found: dict[str, str] = {}
    for instrument in library.instruments.values():
        for rule in instrument.rules:
            name = _empty_behind(rule, library)
            if name:
                found[rule.id] = name
        scopes = [rule for rule in instrument.rules if rule.kind == "scope"]
        if scopes and all(rule.id in found for rule in scopes):
            # What is never reached is never decided.
            found.update((rule.id, found[scopes[0].id]) for rule in instrument.rules if rule.id not in found)
    return dict(sorted(found.items()))


def _empty_behind(rule: Rule, library: Library) -> str:
    instrument = library.instruments[rule.instrument]
    names = (_failing(condition.tree, instrument, library) for condition in (*rule.when, *rule.requires))
    return next((name for name in names if name), "")


def _failing(tree: Tree, instrument: Instrument, library: Library) -> str:
    """Return the name of an empty list for which a condition always fails, or ""."""
    if isinstance(tree, Leaf):
        positive = tree.atom.op in ("in", "overlaps", "within") and not tree.negated
        refs = list(group_refs(tree.atom)) if positive else []
        return next((ref.name for ref in refs if _is_empty(ref, instrument, library)), "")
    names = [_failing(part, instrument, library) for part in tree.parts]
    if isinstance(tree, AllOf):
        return next((name for name in names if name), "")
    return names[0] if all(names) else ""


def _is_empty(ref: GroupRef, instrument: Instrument, library: Library) -> bool:
    group = instrument.groups[ref.name] if ref.instrument else library.groups[ref.name]
    return not group.members and not group.includes
