"""The workload as law of ours: level 1 as definitions of traits, level 2 as warnings that read them.

Decided as our decisions are: by the reference evaluator and the inference core, compared.
"""

from __future__ import annotations

from datetime import date

from bench.peers.workload import ENUMS, FLAGS, NUMBERS, PLACES, Flow, Rule, Test
from engine.decision.statute import Law
from engine.facts.arrangement import Arrangement
from engine.facts.legs import Leg
from engine.facts.places import countries
from engine.facts.values import TRUE, Truth
from engine.facts.views import ArrangementView
from engine.inference.evaluation import Judge
from engine.law.files import RulesetFiles, default_rulesets, find
from engine.law.intake import read_arrangement
from engine.law.loading import build_library

_DAY = date(2026, 11, 23)
_COUNTRIES = dict(zip(PLACES, sorted(countries()), strict=False))
_ROLES = {"exp": "exporter.country", "imp": "importer.country", "subj": "data.collected_in"}


def _condition(test: Test) -> str:
    name = f"transfer.xx.{test.name}"
    if test.op == "eq":
        return name if test.value else f"not {name}"
    if test.op == "in":
        assert isinstance(test.value, tuple)
        return f"{name} in [{', '.join(test.value)}]"
    return f"{name} {({'ne': '!=', 'lt': '<', 'ge': '>='})[test.op]} {test.value}"


def _lines(rule: Rule) -> list[str]:
    place = _COUNTRIES[rule.place]
    anchor = f"{place} in data.collected_in" if rule.role == "subj" else f"{_ROLES[rule.role]} == {place}"
    groups = [" or ".join(_condition(test) for test in group) for group in rule.groups]
    return [anchor, *(f"leg.xx.{token.lower()}" for token in rule.needs), *groups]


def _file(place: str, rules: list[Rule], tokens: list[str]) -> str:
    code = _COUNTRIES[place].lower()
    lines = [
        "instrument:",
        f"  id: xx.{place.lower()}",
        "  title: workload",
        '  jurisdiction: "XX"',
        "  kind: soft_law",
        '  in_force: {from: "2000-01-01"}',
        '  source: {cite: "workload"}',
        '  checked: {on: "2026-11-23", text: seen}',
        f"  hook: {code}",
        "traits:",
        *(f"  xx.{token.lower()}: {{of: leg, type: bool, derived: true}}" for token in tokens),
    ]
    if place == PLACES[0]:
        lines += _traits()
    lines.append("rules:")
    for rule in rules:
        lines += [
            f"  - id: xx.{place.lower()}.{rule.id}",
            f"    kind: {'definition' if rule.level == 1 else 'warning'}",
        ]
        lines += [f"    defines: xx.{rule.leaves.lower()}"] if rule.level == 1 else []
        lines += ['    cite: "1"', "    says: fires", "    when:", *(f'      - "{line}"' for line in _lines(rule))]
    return "\n".join(lines) + "\n"


def _traits() -> list[str]:
    ask = "of: transfer, ask: asked"
    found = [f"  xx.{name}: {{{ask}, type: enum, values: [{', '.join(values)}]}}" for name, values in ENUMS.items()]
    found += [f"  xx.{name}: {{{ask}, type: bool}}" for name in FLAGS]
    return found + [f"  xx.{name}: {{{ask}, type: int}}" for name in NUMBERS]


class Ours:
    """Both evaluators of this project."""

    def __init__(self, rules: list[Rule], core: bool = True, remember: int = 512) -> None:
        shipped = find(default_rulesets())
        places: dict[str, list[Rule]] = {}
        for rule in rules:
            places.setdefault(rule.place, []).append(rule)
        files = {
            f"xx/{place.lower()}.yaml": _file(place, found, sorted({rule.leaves for rule in found if rule.leaves}))
            for place, found in places.items()
        }
        special = {"facts.yaml": shipped.special["facts.yaml"]}
        self.law = Law(build_library(RulesetFiles(files, special, {})), remember)
        self.core = self.law.core if core else None
        self.tokens = {f"xx.{rule.leaves.lower()}": rule.leaves for rule in rules if rule.leaves}
        self.read: dict[int, Arrangement] = {}

    def arrangement(self, flow: Flow) -> Arrangement:
        """Return a flow as an arrangement, read and checked once."""
        known = self.read.get(id(flow))
        if known is None:
            traits = {f"xx.{name}": value for name, value in flow.items() if name not in _ROLES}
            place = {role: _COUNTRIES[str(flow[role])] for role in _ROLES}
            data = {
                "title": "flow",
                "parties": [
                    {"id": "a", "country": place["exp"], "kind": "university"},
                    {"id": "b", "country": place["imp"], "kind": "university"},
                ],
                "datasets": [{"id": "d", "categories": ["non_personal"], "collected_in": [place["subj"]]}],
                "transfers": [
                    {"id": "t", "exporter": "a", "importer": "b", "datasets": ["d"], "mode": "copy", "traits": traits}
                ],
            }
            known = self.read[id(flow)] = read_arrangement(data, self.law.library)
        return known

    def run(self, flow: Flow) -> set[str]:
        """Return the rules of level 2 that fire, and the tokens that those of level 1 left."""
        programs = self.law.programs(_DAY)
        judge = Judge(programs, {}, self.core)
        leg = ArrangementView(self.arrangement(flow), _DAY).legs[0]
        names: set[str] = set()
        reachable = set(programs.candidates(leg))
        # A file of definitions only has nothing to say by itself, so that the index leaves it out.
        for name in sorted({f"xx.{str(flow[role]).lower()}" for role in _ROLES} & set(self.law.library.instruments)):
            traits = [trait.id for trait in self.law.library.instruments[name].traits.values() if trait.derived]
            names |= {self.tokens[trait] for trait in traits if self._derived(judge, trait, leg) == TRUE}
            if name not in reachable:
                continue
            found = judge.decide(name, leg)
            if found.difference:
                raise AssertionError(found.difference)
            holds = zip(found.program.clauses, found.verdict.holds, strict=True)
            names |= {clause.rule.id.rpartition(".")[2] for clause, truth in holds if truth == TRUE}
        return names

    def _derived(self, judge: Judge, trait: str, leg: Leg) -> Truth:
        value = judge.now.derived(trait, leg)
        if judge.now.doubtful:
            raise AssertionError(f"evaluators differ on {trait}")
        return value
