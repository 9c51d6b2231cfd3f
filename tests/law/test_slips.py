"""The shipped law: leaving a fact out never makes an answer milder.

Each fact of the examples and of the authorities' own examples is left out in turn, and what every instrument says then
is compared. What an arrangement draws (chains, branches, staff, owners, limits of use) and the places that bring law in
are left alone: a link that is not drawn is not there, and the law of a place that nobody names is not looked at.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from engine.cases.patching import arrangement_of
from engine.decision.settling import settled
from engine.errors import ArrangementError
from engine.facts.views import ArrangementView
from engine.inference.evaluation import Judge
from engine.law.expression import FactRef, PercentRef, leaves
from engine.law.intake import parse_yaml, read_arrangement
from tests.rulesets_for_tests.making import shipped_law as law

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 23)
MILD = ("permitted", "permitted_with_conditions", "not_applicable")
# One in so many facts is tried, so that the test stays short; the whole takes about a minute.
STRIDE = 6
NEEDED = {"id", "country", "kind", "categories", "identifiability", "exporter", "importer", "datasets", "mode"}
DRAWN = {"branch_of", "employer", "group", "owners", "onward_of", "via", "use_permissions", "duo", "use"}
PLACES = {"subjects", "collected_in", "storage", "access_from", "citizenship", "organised_under", "employer_country"}
LEFT_ALONE = NEEDED | DRAWN | PLACES | {"name", "title", "measures", "purposes", "ror"}

Outcomes = dict[tuple[str, str, str], str]


def arrangements() -> Iterator[tuple[str, Any, date]]:
    """Yield the examples and the authorities' own examples, with their days."""
    for path in sorted((ROOT / "examples").glob("*.yaml")):
        yield path.stem, parse_yaml(path.read_text(encoding="utf-8"), path.name), TODAY
    for path in sorted((ROOT / "tests" / "published").glob("*.yaml")):
        file: Any = parse_yaml(path.read_text(encoding="utf-8"), path.name)
        for each in file["published"]:
            patched = arrangement_of(each["arrangement"], file.get("bases", {}))
            yield each["id"], patched, date.fromisoformat(each["day"])


def only_looked_for() -> set[str]:
    """Return the traits that count only where the facts show them, and those that define them."""
    rules = law().library.rules.values()
    atoms = [(rule, leaf.atom) for rule in rules for line in rule.when for leaf in leaves(line.tree)]
    found = {atom.left.trait for _, atom in atoms if atom.op == "shown" and isinstance(atom.left, FactRef)}
    behind = {
        atom.left.trait for rule, atom in atoms if rule.defines in found and isinstance(atom.left, FactRef | PercentRef)
    }
    return found | behind


def omissions(data: Any) -> Iterator[tuple[str, Callable[[Any], object]]]:
    """Yield the place of every fact that can be left out, and what leaves it out."""
    spared = only_looked_for()
    for section in ("parties", "datasets", "transfers"):
        for index, owner in enumerate(data.get(section, ())):
            for key, value in owner.items():
                if key == "traits":
                    for name in value:
                        if name not in spared:
                            yield f"/{section}/{index}/traits/{name}", _without(section, index, "traits", name)
                elif key == "consent":
                    for name in value:
                        yield f"/{section}/{index}/consent/{name}", _without(section, index, "consent", name)
                elif key not in LEFT_ALONE:
                    yield f"/{section}/{index}/{key}", _without(section, index, key)


def _without(*path: str | int) -> Callable[[Any], object]:
    def leave_out(data: Any) -> None:
        owner = data
        for step in path[:-1]:
            owner = owner[step]
        del owner[path[-1]]

    return leave_out


def answers(data: Any, day: date) -> Outcomes:
    """Return the outcome of every instrument that can reach a leg, by transfer, data set and instrument."""
    arrangement = read_arrangement(data, law().library)
    programs = law().programs(day)
    judge = Judge(programs, arrangement.readings, None)
    return {
        (leg.transfer.id, leg.data.id, name): settled(judge, name, leg).outcome
        for leg in ArrangementView(arrangement, day).legs
        for name in programs.candidates(leg)
    }


def test_no_answer_of_the_shipped_law_becomes_milder_when_a_fact_is_left_out() -> None:
    slips = []
    tried = 0
    for title, data, day in arrangements():
        before = None
        for place, leave_out in omissions(data):
            tried += 1
            if tried % STRIDE:
                continue
            before = before or answers(copy.deepcopy(data), day)
            less = copy.deepcopy(data)
            leave_out(less)
            try:
                after = answers(less, day)
            except ArrangementError:
                continue  # another part of the arrangement needs the fact
            slips += [
                f"{title} without {place}: {key[2]} of {key[0]} went from {found} to {after.get(key, 'not_applicable')}"
                for key, found in before.items()
                if found not in MILD and after.get(key, "not_applicable") in MILD
            ]
    assert tried > 500
    assert slips == []
