"""What a library must satisfy beyond its form: ids, dates, references, cycles, and measures that could harm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter
from typing import get_args

from engine.errors import Fault, Span, did_you_mean, one_of, with_article
from engine.law import schema
from engine.law.expression import Condition, FactRef, MeasureRef, NumberRef, PercentRef, leaves
from engine.law.harm import check_harm, check_shown
from engine.law.model import REMARK_KINDS, Instrument, Library, Measure, Period, Rule, Trait

_ONLY_FOR = {
    "requires": ("route", "exception"),
    "fulfilled_by": ("duty",),
    "timing": ("duty",),
    "owed_by": ("duty",),
    "routes": ("duty",),
    "to": ("exception",),
    "defines": ("definition",),
    "about": ("commitment",),
}
_NEEDED = {"duty": ("timing", "owed_by"), "exception": ("to",), "definition": ("defines",)}
_KEYS = {"routes": "for"}


def check(library: Library) -> list[Fault]:
    """Return every fault that shows only when all files are seen together."""
    faults: list[Fault] = []
    seen: dict[str, Rule] = {}
    for instrument in library.instruments.values():
        faults += _check_instrument(instrument)
        for rule in instrument.rules:
            if rule.id in seen:
                other = seen[rule.id].span
                faults.append(
                    Fault("repeated-id", f"rule `{rule.id}` stands twice", rule.span, f"the other is at {other}")
                )
            seen[rule.id] = rule
            faults += _check_references(rule, library)
            faults += _check_numbers(rule, library)
    faults += _check_traits(library)
    faults += _check_cycles(library)
    faults += check_harm(library)
    faults += check_shown(library)
    return faults


def check_trait(trait: Trait, span: Span) -> list[Fault]:
    """Return the faults of one declared trait."""
    faults = []
    if (trait.type == "enum") != bool(trait.values):
        faults.append(Fault("bad-trait", f"trait `{trait.id}` needs `values` exactly when its type is enum", span))
    if not trait.derived and not trait.ask:
        faults.append(
            Fault("bad-trait", f"nobody could answer `{trait.id}`: it has no `ask`", span, "add the question")
        )
    if trait.derived and trait.type != "bool":
        faults.append(Fault("bad-trait", f"derived trait `{trait.id}` must be a bool", span))
    if trait.of == "leg" and (not trait.derived or trait.ask):
        faults.append(Fault("bad-trait", f"leg trait `{trait.id}` must be derived and cannot be asked", span))
    possible: tuple[object, ...] = (True, False) if trait.type == "bool" and trait.ask else trait.values
    if trait.rules_out is not None and trait.rules_out not in possible:
        message = f"`rules_out` of trait `{trait.id}` is no answer to its question"
        faults.append(Fault("bad-trait", message, span))
    return faults


def check_measure(measure: Measure, span: Span) -> list[Fault]:
    """Return the faults of one declared measure."""
    faults = []
    for field in measure.fields.values():
        if (field.type == "enum") != bool(field.values):
            message = f"field `{field.name}` needs `values` exactly when its type is enum"
            faults.append(Fault("bad-measure", message, span))
        if field.name in ("done", "until", "reference"):
            faults.append(Fault("bad-measure", f"every measure has `{field.name}` already", span))
        named = (*field.attainable, *field.final)
        unknown = [value for value in named if field.values and value not in field.values]
        if unknown:
            message = f"`{unknown[0]}` is no value of `{field.name}`"
            faults.append(Fault("bad-measure", message, span, did_you_mean(str(unknown[0]), field.values)))
    return faults


def check_rule(rule: Rule, period: Period) -> list[Fault]:
    """Return the faults of one rule by itself."""
    faults = []
    a_kind = with_article(rule.kind)
    if not rule.id.startswith(rule.instrument + "."):
        faults.append(Fault("wrong-prefix", f"`{rule.id}` must start with `{rule.instrument}.`", rule.span))
    for key, kinds in _ONLY_FOR.items():
        if getattr(rule, key) and rule.kind not in kinds:
            name = _KEYS.get(key, key)
            faults.append(
                Fault("wrong-kind", f"{a_kind} has no `{name}`", rule.span, f"it is for {with_article(kinds[0])}")
            )
    missing = [key for key in _NEEDED.get(rule.kind, ()) if not getattr(rule, key)]
    faults += [Fault("missing-key", f"{a_kind} needs `{key}`", rule.span) for key in missing]
    if (rule.timing == "after") != (rule.days is not None):
        faults.append(Fault("wrong-kind", "`days` goes with `timing: after`", rule.span))
    if rule.period.last < rule.period.first or rule.period.first < period.first or rule.period.last > period.last:
        message = f"`{rule.id}` applies outside the days of its instrument"
        faults.append(Fault("bad-period", message, rule.span, f"they are {period.first} to {period.last}"))
    return faults + _check_measures(rule)


def _check_measures(rule: Rule) -> list[Fault]:
    """What opens a route and fulfils a duty is a measure that is there."""
    faults = []
    for condition in (*rule.requires, *rule.fulfilled_by):
        measured = [leaf for leaf in leaves(condition.tree) if isinstance(leaf.atom.left, MeasureRef)]
        if any(leaf.negated for leaf in measured):
            faults.append(Fault("measure-harms", "a measure must be shown, not absent, to fulfil this", condition.span))
        if not measured and not any(_derived(leaf.atom.left) for leaf in leaves(condition.tree)):
            faults.append(
                Fault(
                    "no-measure",
                    f"`{condition.text}` is about no measure",
                    condition.span,
                    "move it to `when`",
                )
            )
    return faults


def _derived(operand: object) -> bool:
    return isinstance(operand, FactRef) and operand.derived


def _check_instrument(instrument: Instrument) -> list[Fault]:
    restricting = [rule for rule in instrument.rules if rule.kind in ("route", "ban", "duty")]
    at = Span(instrument.file, 1, 1)
    scopes = sorted((rule.period for rule in instrument.rules if rule.kind == "scope"), key=lambda each: each.first)
    if restricting and not scopes:
        return [Fault("no-scope", f"`{instrument.id}` restricts but has no scope", at, "add a rule of kind scope")]
    unscoped = next(_unscoped(restricting, scopes, instrument.period), None)
    if unscoped:
        rule, day = unscoped
        message = (
            f"`{rule.id}` restricts on {day}, when no scope of `{instrument.id}` is in force: it would be passed over"
        )
        return [Fault("no-scope", message, rule.span, "let a scope begin with it, or end it with the scope")]
    if instrument.kind in REMARK_KINDS and restricting:
        return [Fault("wrong-kind", f"`{instrument.id}` is {instrument.kind}, which never restricts", at)]
    if instrument.period.last < instrument.period.first:
        return [Fault("bad-period", f"`{instrument.id}` ends before it starts", at)]
    return []


def _unscoped(restricting: Iterable[Rule], scopes: list[Period], within: Period) -> Iterator[tuple[Rule, date]]:
    """Yield each rule that restricts on some day on which no scope is in force, with the first such day.

    Args:
        within: The days of the instrument; what applies outside them is another fault.
    """
    for rule in restricting:
        days = Period(max(rule.period.first, within.first), min(rule.period.last, within.last))
        hole = _first_hole(days, scopes)
        if hole:
            yield rule, hole


def _check_references(rule: Rule, library: Library) -> Iterator[Fault]:
    yield from _check_targets(rule, library)
    routes = [each.id for each in library.instruments[rule.instrument].rules if each.kind == "route"]
    for target in rule.routes:
        if target not in routes:
            message = f"`{target}` is no route of this instrument"
            yield Fault("unknown-rule", message, rule.span, did_you_mean(target, routes))
    for name in rule.about:
        if name not in library.instruments and name not in get_args(schema.InstrumentKind):
            yield Fault("unknown-instrument", f"`{name}` is neither an instrument nor a kind of one here", rule.span)
    if rule.defines:
        yield from _check_defined(rule, library)
    for name in rule.adverse:
        if name not in library.measures:
            hint = did_you_mean(name, library.measures)
            yield Fault("unknown-measure", f"there is no measure `{name}`", rule.span, hint)


def _check_targets(rule: Rule, library: Library) -> Iterator[Fault]:
    for target in rule.to:
        found = library.rules.get(target)
        if found is None:
            hint = did_you_mean(target, library.rules)
            yield Fault("unknown-rule", f"there is no rule `{target}`", rule.span, hint)
        elif found.kind in ("commitment", "warning") or found.id == rule.id:
            yield Fault("wrong-kind", f"an exception cannot defeat the {found.kind} `{target}`", rule.span)
        elif not found.period.overlaps(rule.period):
            yield Fault("bad-period", f"`{target}` is never in force together with its exception", rule.span)
    targets = [library.rules[target] for target in rule.to if target in library.rules]
    if len({_is_of_party(target, library) for target in targets}) > 1:
        message = f"`{rule.id}` defeats a definition of what parties are and a rule about transfers"
        yield Fault("wrong-kind", message, rule.span, "write an exception for each")


def _is_of_party(rule: Rule, library: Library) -> bool:
    """Return whether a rule defines what a party is, or is an exception to one that does."""
    todo, seen = [rule], {rule.id}
    for each in todo:
        todo += [library.rules[name] for name in each.to if name in library.rules and name not in seen]
        seen.update(each.to)
    traits = [library.traits[each.defines] for each in todo if each.defines in library.traits]
    return any(trait.of == "party" for trait in traits)


def _check_defined(rule: Rule, library: Library) -> Iterator[Fault]:
    trait = library.traits.get(rule.defines)
    if trait is None:
        hint = did_you_mean(rule.defines, library.traits)
        yield Fault("unknown-trait", f"no trait `{rule.defines}` is declared", rule.span, hint)
    elif not trait.derived:
        yield Fault("bad-trait", f"`{rule.defines}` is not declared `derived: true`", rule.span)


def _check_numbers(rule: Rule, library: Library) -> Iterator[Fault]:
    """A number must have a value on every day of a rule that uses it."""
    for condition in (*rule.when, *rule.requires, *rule.fulfilled_by):
        for leaf in leaves(condition.tree):
            ref = leaf.atom.right
            if isinstance(ref, NumberRef):
                values = library.instruments[ref.instrument].numbers[ref.name].values
                hole = _first_hole(rule.period, [value.period for value in values])
                if hole:
                    message = f"parameter `{ref.name}` has no value on {hole.isoformat()}"
                    first = values[0].period.first
                    hint = f"its first value starts {first}; use a later day or add the earlier value"
                    if hole > first:
                        hint = "an earlier value has ended; add the next one or end the rule"
                    yield Fault("parameter-not-in-force", message, condition.span, hint)


def _first_hole(whole: Period, parts: list[Period]) -> date | None:
    """Return the first day of `whole` that is in none of `parts`, which are in order."""
    day = whole.first
    for part in parts:
        if part.last < day:
            continue
        if part.first > day:
            return day
        if part.last >= whole.last:
            return None
        day = part.last + timedelta(days=1)
    return day


def _check_traits(library: Library) -> Iterator[Fault]:
    defined = {rule.defines for rule in library.rules.values() if rule.defines}
    for trait in library.traits.values():
        at = Span(library.instruments[trait.instrument].file, 1, 1)
        if trait.id in library.instruments:  # programs of both are told apart by their ids
            yield Fault("repeated-id", f"`{trait.id}` is a trait and an instrument", at, "rename the trait")
        if trait.derived and not trait.ask and trait.id not in defined:
            yield Fault("bad-trait", f"no rule defines `{trait.id}`", at, "add a definition")


def _check_cycles(library: Library) -> Iterator[Fault]:
    exceptions = {rule.id: rule.to for rule in library.rules.values() if rule.to}
    definitions: dict[str, set[str]] = {}
    to: dict[str, list[Rule]] = {}
    for rule in library.rules.values():
        for target in rule.to:
            to.setdefault(target, []).append(rule)
    for rule in library.rules.values():
        if rule.defines:
            behind = [c for each in _with_exceptions(rule, to) for c in (*each.when, *each.requires)]
            definitions.setdefault(rule.defines, set()).update(derived_in(behind))
    for what, graph in (("exceptions", exceptions), ("definitions", definitions)):
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            names = list(dict.fromkeys(error.args[1]))
            first = min(names)
            owner = next((rule for rule in library.rules.values() if first in (rule.id, rule.defines)), None)
            at = owner.span if owner else Span("rulesets", 1, 1)
            yield Fault("cycle", f"{what} go round in a circle: {one_of(sorted(names))}", at)


def _with_exceptions(rule: Rule, exceptions: Mapping[str, list[Rule]]) -> list[Rule]:
    chosen = [rule]
    for each in chosen:  # grows while it is walked: exceptions have exceptions
        chosen += [other for other in exceptions.get(each.id, ()) if other not in chosen]
    return chosen


def derived_in(conditions: Iterable[Condition]) -> Iterator[str]:
    """Yield the derived traits that conditions ask for."""
    for condition in conditions:
        for leaf in leaves(condition.tree):
            for side in (leaf.atom.left, leaf.atom.right):
                if isinstance(side, FactRef | PercentRef) and side.derived:
                    yield side.trait
