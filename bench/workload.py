"""The typical arrangement (four parties, three data sets, six transfers) and variants of it.

The inference core remembers what it inferred from the same truths, so one arrangement decided over and over would
measure the memory and not the inference. Variants differ in countries, kinds, counts and measures.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from engine import Arrangement, Law, load_rulesets
from engine.errors import RulesetError, Span
from engine.law.files import RulesetFiles, default_rulesets, find
from engine.law.intake import parse_yaml, read_arrangement
from engine.law.loading import build_library

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.yaml"))
EXAMPLE = next(each for each in EXAMPLES if each.stem == "three-party-genomics")
HUB = EXAMPLE.parent / "eu-ca-university.yaml"
_COHORTS = ("FI", "SE", "DE", "NL", "FR", "ES", "IT", "PL", "EE", "AT", "IE", "PT")
_KINDS = ("university", "research_institute", "hospital", "company", "public_research_body")
_CATEGORIES = ("health", "human_genomic", "survey_microdata", "biometric", "medical_imaging", "mobility")


def typical() -> dict[str, Any]:
    """Return the typical arrangement as plain data."""
    return read(EXAMPLE)


def variant(seed: int) -> dict[str, Any]:
    """Return the typical arrangement with some facts changed."""
    return varied(EXAMPLE, random.Random(seed))


def varied(path: Path, chance: random.Random) -> dict[str, Any]:
    """Return an example with some facts changed; now and then it is no longer one that can be decided."""
    data = read(path)
    for party in data["parties"]:
        if chance.random() < 0.5:
            party["kind"] = chance.choice(_KINDS)
    for dataset in data["datasets"]:
        if chance.random() < 0.5:
            dataset["categories"] = chance.sample(_CATEGORIES, 2)
        if chance.random() < 0.5:
            dataset["identifiability"] = chance.choice(("identified", "pseudonymised", "anonymous"))
        for subjects in dataset["subjects"] if isinstance(dataset.get("subjects"), list) else ():
            subjects["persons"] = chance.randrange(50, 2_000_000)
    for name in list(data.get("measures", ())):
        if chance.random() < 0.3:
            del data["measures"][name]
    return data


def read(path: Path) -> dict[str, Any]:
    """Return an example as plain data of its own."""
    data: dict[str, Any] = json.loads(_parsed(path))
    return data


@cache
def _parsed(path: Path) -> str:
    return json.dumps(parse_yaml(path.read_text(encoding="utf-8"), path.name), default=str)


def consortium(size: int) -> dict[str, Any]:
    """Return a consortium of a hub in America and universities of the Union that each send it a cohort.

    Args:
        size: How many parties, the hub among them; at most thirteen.
    """
    data: dict[str, Any] = parse_yaml(HUB.read_text(encoding="utf-8"), HUB.name)
    hub = {**data["parties"][1], "id": "hub", "country": "US", "traits": {}}
    made = {**data, "parties": [hub], "datasets": [], "transfers": [], "measures": {}}
    for place in _COHORTS[: size - 1]:
        name = f"p{place.lower()}"
        made["parties"].append({**data["parties"][0], "id": name, "country": place})
        subjects = [{"country": place, "persons": 900}]
        made["datasets"].append(
            {**data["datasets"][0], "id": f"d{name}", "key_holder": name, "subjects": subjects, "collected_in": [place]}
        )
        base = data["transfers"][0]
        there = {**base, "id": f"t{name}", "exporter": name, "importer": "hub", "datasets": [f"d{name}"]}
        made["transfers"].append({**there, "storage": ["US"], "access_from": ["US"]})
    return made


def arrangements(law: Law, count: int) -> list[Arrangement]:
    """Return the typical arrangement and variants of it, read and checked."""
    data = [typical(), *(variant(seed) for seed in range(1, count))]
    return [read_arrangement(each, law.library) for each in data]


def part_of_the_law(is_kept: Callable[[str], bool]) -> Law:
    """Return the shipped law of some folders only, without the table of coverage.

    A file that speaks of law left out is left out as well, such as the screening of lists of many states.
    """
    files = find(default_rulesets())
    kept = {name: text for name, text in files.instruments.items() if is_kept(name.partition("/")[0])}
    special = {name: text for name, text in files.special.items() if name != "coverage.yaml"}
    while True:
        try:
            return Law(build_library(RulesetFiles(kept, special, files.tables)))
        except RulesetError as error:
            dependent = {fault.where.file for fault in error.faults if isinstance(fault.where, Span)} & kept.keys()
            if not dependent:
                raise
            kept = {name: text for name, text in kept.items() if name not in dependent}


def shipped() -> Law:
    """Return the shipped law."""
    return load_rulesets()
