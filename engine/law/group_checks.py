"""Faults of groups that include others, and of coverage.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from engine import source
from engine.errors import Fault, Span, did_you_mean, one_of
from engine.facts.places import advice, countries
from engine.law.coverage_forms import CoverageFile
from engine.law.model import Group, Instrument


def check_includes(groups: Mapping[str, Group], file: str) -> list[Fault]:
    """Return the faults of groups that include others."""
    at = Span(file, 1, 1)
    pairs = [(group, name) for group in groups.values() for name in group.includes]
    faults = [
        Fault("unknown-group", f"`{group.name}` includes `{name}`, which is no group of {group.of}", at)
        for group, name in pairs
        if name not in groups or groups[name].of != group.of
    ]
    try:
        TopologicalSorter({group.name: group.includes for group in groups.values()}).prepare()
    except CycleError as error:
        faults.append(
            Fault(
                "cycle",
                f"groups include each other: {one_of(sorted(set(error.args[1])))}",
                Span(file, 1, 1),
            )
        )
    return faults


def check_coverage(
    form: CoverageFile,
    node: source.Node,
    instruments: Mapping[str, Instrument],
    groups: Mapping[str, Group],
) -> Iterator[Fault]:
    """Yield the faults of coverage.yaml."""
    for section in ("jurisdictions", "groups"):
        for key, spells in getattr(form, section).items():
            at = source.span_at(node, f"/{section}/{key}")
            if section == "jurisdictions" and key not in countries():
                yield Fault("unknown-place", f"there is no country `{key}`", at, advice(key))
            if section == "groups" and (key not in groups or groups[key].of != "country"):
                yield Fault("unknown-group", f"there is no group of countries `{key}`", at, did_you_mean(key, groups))
            named = dict.fromkeys(
                name for spell in spells for names in (spell.by, *spell.subjects.values()) for name in names
            )
            for name in (name for name in named if name not in instruments):
                yield Fault(
                    "unknown-instrument",
                    f"there is no instrument `{name}`",
                    at,
                    did_you_mean(name, instruments),
                )
    for name, cover in form.instruments.items():
        rules = [rule.id for rule in instruments[name].rules] if name in instruments else []
        for index, dormant in enumerate(cover.dormant):
            if name in instruments and dormant.rule not in rules:
                at = source.span_at(node, f"/instruments/{name}/dormant/{index}/rule")
                hint = did_you_mean(dormant.rule, rules)
                yield Fault("unknown-rule", f"`{name}` has no rule `{dormant.rule}`", at, hint)
        if name not in instruments:
            at = source.span_at(node, f"/instruments/{name}")
            yield Fault("unknown-instrument", f"there is no instrument `{name}`", at, did_you_mean(name, instruments))
