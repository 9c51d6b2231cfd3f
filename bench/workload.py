"""The typical arrangement (four parties, three data sets, six transfers) and variants of it.

The inference core remembers what it inferred from the same truths, so one arrangement decided over and over would
measure the memory and not the inference. Variants differ in countries, kinds, counts and measures.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from engine import Arrangement, Law, load_rulesets
from engine.law.intake import parse_yaml, read_arrangement

EXAMPLE = Path(__file__).parent.parent / "examples" / "three-party-genomics.yaml"
_KINDS = ("university", "research_institute", "hospital", "company", "public_research_body")
_CATEGORIES = ("health", "human_genomic", "survey_microdata", "biometric", "medical_imaging", "mobility")


def typical() -> dict[str, Any]:
    """Return the typical arrangement as plain data."""
    data: dict[str, Any] = parse_yaml(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.name)
    return data


def variant(seed: int) -> dict[str, Any]:
    """Return the typical arrangement with some facts changed."""
    chance = random.Random(seed)
    data: dict[str, Any] = json.loads(json.dumps(typical()))
    for party in data["parties"]:
        if chance.random() < 0.5:
            party["kind"] = chance.choice(_KINDS)
    for dataset in data["datasets"]:
        if chance.random() < 0.5:
            dataset["categories"] = chance.sample(_CATEGORIES, 2)
        if chance.random() < 0.5:
            dataset["identifiability"] = chance.choice(("identified", "pseudonymised", "anonymous"))
        for subjects in dataset["subjects"]:
            subjects["persons"] = chance.randrange(50, 2_000_000)
    for name in list(data["measures"]):
        if chance.random() < 0.3:
            del data["measures"][name]
    return data


def arrangements(law: Law, count: int) -> list[Arrangement]:
    """Return the typical arrangement and variants of it, read and checked."""
    data = [typical(), *(variant(seed) for seed in range(1, count))]
    return [read_arrangement(each, law.library) for each in data]


def shipped() -> Law:
    """Return the shipped law."""
    return load_rulesets()
