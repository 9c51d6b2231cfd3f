"""Find what could do harm: a measure in a ban or behind a status that a ban turns on, a trait that is not asked for.

A measure may only help. A rule in which one could make things worse has to say so under `adverse`. A trait that counts
only where it is shown may only burden: knowing more must never turn a refusal into a permission.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.errors import Fault
from engine.law.expression import Condition, FactRef, Leaf, MeasureRef, leaves
from engine.law.model import Library, Rule

# What it does that a rule holds: helps (1), burdens (-1); nothing where it only remarks.
_EFFECTS = {"route": {1}, "exemption": {1}, "ban": {-1}, "duty": {-1}, "scope": {-1}}
# Kinds of rule that may turn on what is shown, without a question: they burden, or only remark.
_WITHOUT_ASKING = ("scope", "ban", "warning")


def check_harm(library: Library) -> Iterator[Fault]:
    """Yield a fault for every condition in which a measure could do harm that its rule does not admit."""
    effects = _Effects(library)
    for rule in library.rules.values():
        for condition in (*rule.when, *rule.requires):
            for leaf in leaves(condition.tree):
                measure = leaf.atom.left
                if not isinstance(measure, MeasureRef) or measure.id in rule.adverse:
                    continue
                if -1 in _turned(effects.of_rule(rule), leaf.negated):
                    message = f"`{measure.id}` could make things worse here"
                    hint = "list it under `adverse`, if the law says so"
                    yield Fault("measure-harms", message, condition.span, hint)


def check_shown(library: Library) -> Iterator[Fault]:
    """Yield a fault for every `shown(...)` that could help, or whose absence could burden."""
    for rule in library.rules.values():
        for condition in (*rule.when, *rule.requires, *rule.fulfilled_by):
            for leaf in leaves(condition.tree):
                if leaf.atom.op == "shown" and (leaf.negated or rule.kind not in _WITHOUT_ASKING):
                    message = f"`{leaf.atom.text}` may only bring a transfer within the law, bar it, or warn"
                    hint = "use it in a scope, ban or warning, without `not`; elsewhere let the fact be asked for"
                    yield Fault("shown-helps", message, condition.span, hint)


class _Effects:
    """What follows from rules and derived traits, through exceptions and definitions."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._rules: dict[str, set[int]] = {}
        self._traits: dict[str, set[int]] = {}
        self._uses: dict[str, list[tuple[Rule, bool, bool]]] = {}
        for rule in library.rules.values():
            for part, is_met in (((*rule.when, *rule.requires), False), (rule.fulfilled_by, True)):
                for trait, negated in _derived_in(part):
                    self._uses.setdefault(trait, []).append((rule, negated, is_met))

    def of_rule(self, rule: Rule) -> set[int]:
        """Return whether a rule that holds helps, burdens, or may do either."""
        found = self._rules.get(rule.id)
        if found is None:
            found = self._rules[rule.id] = set(_EFFECTS.get(rule.kind, ()))  # stops where rules go round in a circle
            if rule.kind == "exception":
                for target in (self.library.rules[name] for name in rule.to if name in self.library.rules):
                    found |= _turned(self.of_rule(target), turn=True)
            elif rule.kind == "definition":
                found |= self.of_trait(rule.defines)
        return found

    def of_trait(self, trait: str) -> set[int]:
        """Return whether a derived trait that is true helps, burdens, or may do either."""
        found = self._traits.get(trait)
        if found is None:
            found = self._traits[trait] = set()
            for rule, negated, is_met in self._uses.get(trait, ()):
                found |= _turned({1} if is_met else self.of_rule(rule), negated)
        return found


def _turned(effects: set[int], turn: bool) -> set[int]:
    return {-effect for effect in effects} if turn else set(effects)


def _derived_in(conditions: Iterable[Condition]) -> Iterator[tuple[str, bool]]:
    """Yield the derived traits that conditions ask for, and whether it is their absence that they ask for."""
    for condition in conditions:
        for leaf in leaves(condition.tree):
            left = leaf.atom.left
            if isinstance(left, FactRef) and left.derived:
                yield left.trait, leaf.negated
                if leaf.atom.op not in ("true", "shown"):
                    yield left.trait, not leaf.negated
            yield from _on_the_right(leaf)


def _on_the_right(leaf: Leaf) -> Iterator[tuple[str, bool]]:
    right = leaf.atom.right
    if isinstance(right, FactRef) and right.derived:
        yield right.trait, True
        yield right.trait, False
