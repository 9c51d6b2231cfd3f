"""The shipped law and places that are not encoded or not said: no permission comes of either.

Places are changed in turn in the examples and in the authorities' own examples. One in so many is tried, so that the
test stays short.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from engine.decision.deciding import decide
from engine.decision.gaps import gaps_of
from engine.decision.settling import settled
from engine.errors import ArrangementError
from engine.facts.views import ArrangementView
from engine.inference.evaluation import Judge
from engine.law.expression import FactRef, leaves
from engine.law.intake import read_arrangement
from tests.law.test_slips import MILD, TODAY, answers, arrangements
from tests.rulesets_for_tests.making import shipped_law as law

Path_ = tuple[str | int, ...]
# Bouvet Island: no law of its own here, and in no list or group.
NOWHERE = "BV"
# Between them they bring in most of what bars or asks: embargoes, countries of concern, localisation, privacy laws.
WORST = ("KP", "CN", "RU", "US", "IN", "BR", "VN", "FI")
STRIDE_NOWHERE, STRIDE_WORST = 2, 13
LISTS = {"citizenship", "collected_in", "storage", "access_from", "via"}


def places(data: Any) -> Iterator[tuple[Path_, bool]]:
    """Yield where a country stands or could stand, and whether it can be left out."""
    for index, party in enumerate(data["parties"]):
        yield ("parties", index, "country"), False
        yield ("parties", index, "organised_under"), True
        yield ("parties", index, "branch_of"), False
        if party["kind"] == "individual" and "employer" not in party:
            yield ("parties", index, "employer_country"), True
    for index, dataset in enumerate(data["datasets"]):
        if isinstance(dataset.get("subjects"), list):
            yield ("datasets", index, "subjects", 0, "country"), False
        yield ("datasets", index, "collected_in"), True
    for index in range(len(data["transfers"])):
        for key in ("storage", "access_from", "via"):
            yield ("transfers", index, key), key != "via"


def placed(data: Any, path: Path_, country: str | None) -> Any:
    """Return the arrangement with a country at a place; without what stands there where none is given."""
    changed = copy.deepcopy(data)
    owner = changed
    for step in path[:-1]:
        owner = owner[step]
    if country is None:
        owner.pop(path[-1], None)
    else:
        owner[path[-1]] = [country] if path[-1] in LISTS else country
    return changed


def legs_open(data: Any, day: date, party: int | None) -> list[str]:
    """Return the transfers with a leg that may start and has no gap; only those of a party where one is named."""
    arrangement = read_arrangement(data, law().library)
    programs = law().programs(day)
    judge = Judge(programs, arrangement.readings, None)
    found = []
    for leg in ArrangementView(arrangement, day).legs:
        name = None if party is None else data["parties"][party]["id"]
        if name not in (None, leg.exporter.party.id, leg.importer.party.id) or gaps_of(leg, programs.book):
            continue
        outcomes = [settled(judge, each, leg).outcome for each in programs.candidates(leg)]
        if all(each in MILD for each in outcomes):
            found.append(leg.transfer.id)
    return found


def chosen(stride: int) -> Iterator[tuple[str, Any, date, Path_, bool]]:
    every = [
        (title, data, day, *place)
        for title, data, day in arrangements()
        if data.get("transfers")
        for place in places(data)
    ]
    assert len(every) > 1500
    yield from every[::stride]


def of_transfer(data: Any, path: Path_, transfer: str) -> bool:
    """Return whether a transfer carries the data set, or is the transfer, in which a place was changed."""
    section, index = path[0], int(path[1])
    given = next(each for each in data["transfers"] if each["id"] == transfer)
    if section == "datasets":
        return data["datasets"][index]["id"] in given["datasets"] and len(given["datasets"]) == 1
    return section == "parties" or data["transfers"][index] is given


def looking_where_told() -> set[str]:
    """Return the instruments that look at places of storage and access only where the facts name them (`shown`)."""
    atoms = [
        (rule, leaf.atom)
        for rule in law().library.rules.values()
        for line in rule.when
        for leaf in leaves(line.tree)
        if isinstance(leaf.atom.left, FactRef)
    ]
    of_places = {
        rule.defines for rule, atom in atoms if str(atom.left).endswith((".storage_countries", ".access_countries"))
    }
    return {
        rule.instrument
        for rule, atom in atoms
        if atom.op == "shown" and isinstance(atom.left, FactRef) and atom.left.trait in of_places
    }


def test_a_place_whose_law_is_not_encoded_gives_no_permission_wherever_it_stands() -> None:
    slips, tried = [], 0
    for title, data, day, path, _ in chosen(STRIDE_NOWHERE):
        changed = placed(data, path, NOWHERE)
        try:
            named = legs_open(changed, day, int(path[1]) if path[0] == "parties" else None)
        except ArrangementError:
            continue  # a party's own country and its links have to fit together
        tried += 1
        slips += [f"{title}: {each} with {path}" for each in named if of_transfer(changed, path, each)]
    assert tried > 500
    assert slips == []


def test_an_instrument_that_is_looked_at_is_no_milder_about_an_unknown_place_than_about_the_worst() -> None:
    slips, tried = [], 0
    spared = looking_where_told()
    assert "us.ear" in spared
    for title, data, day, path, can_be_left_out in chosen(STRIDE_WORST):
        if not can_be_left_out:
            continue
        try:
            unknown = answers(placed(data, path, None), day)
            worst = [answers(placed(data, path, country), day) for country in WORST]
        except ArrangementError:
            continue
        tried += 1
        slips += [
            f"{title} without {path}: {key[2]} says {found}"
            for key, found in unknown.items()
            if found in MILD
            and not (path[-1] in ("storage", "access_from") and key[2] in spared)
            and any(each.get(key, "not_applicable") not in MILD for each in worst)
        ]
    assert tried > 50
    assert slips == []


def undetermined(categories: Sequence[str], identifiability: str, **more: Any) -> set[str]:
    """Return the instruments that leave open whether data may go from Kenya to Peru, and see that people are asked."""
    data = {
        "title": "Data drawn from people",
        "parties": [
            {"id": "ke", "country": "KE", "kind": "university"},
            {"id": "pe", "country": "PE", "kind": "university"},
        ],
        "datasets": [{"id": "d", "categories": [*categories], "identifiability": identifiability, **more}],
        "transfers": [{"id": "t", "exporter": "ke", "importer": "pe", "datasets": ["d"], "mode": "copy"}],
    }
    decision = decide(read_arrangement(data, law().library), law(), as_of=TODAY)
    found = {each.instrument for each in decision.transfers[0].findings if each.outcome == "undetermined"}
    assert not found or any(each.pointer.startswith("/datasets/0/subjects") for each in decision.questions)
    return found


def test_law_that_follows_people_asks_whose_the_data_are_although_nobody_can_be_found_in_them() -> None:
    assert undetermined(["human_genomic"], "anonymous") >= {"us.doj-data-security", "cn.hgr"}
    assert undetermined(["human_genomic"], "anonymous", subjects="none") == set()
    assert undetermined(["human_genomic"], "anonymous", subjects=[{"country": "KE", "persons": 5000}]) == set()
    assert undetermined(["environmental"], "non_personal") == set()
