"""Portfolios: many stored arrangements, where they come from, and which law could reach each of them.

A portfolio is a folder of arrangements (YAML or JSON, one a file) or a file with one JSON object a line, with an `id`
and an `arrangement`. What law could reach an arrangement is seen from its plain data, without reading it whole.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from engine.analysis.scenario import Maker, scenario, scenario_names
from engine.errors import ArrangementError, Fault
from engine.facts.places import country_of
from engine.inference.touching import SOMEWHERE, STRIPPED
from engine.law.intake import parse_json, parse_yaml
from engine.law.model import Library

_PARTY_PLACES = ("country", "organised_under", "employer_country")


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored arrangement: its id, and its JSON."""

    id: str
    text: bytes


def read_portfolio(path: Path) -> Iterator[Stored]:
    """Yield the arrangements of a folder, in order of file name, or of a file with one JSON object a line.

    Raises:
        ArrangementError: A line or file cannot be read; it is named.
    """
    if path.is_dir():
        for file in sorted(each for each in path.rglob("*") if each.suffix in (".yaml", ".yml", ".json")):
            text = file.read_text(encoding="utf-8")
            data = parse_json(text) if file.suffix == ".json" else parse_yaml(text, str(file))
            yield Stored(str(file.relative_to(path).with_suffix("")), orjson.dumps(data))
        return
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                given = orjson.loads(line)
                yield Stored(str(given["id"]), orjson.dumps(given["arrangement"]))
            except (orjson.JSONDecodeError, KeyError, TypeError):
                message = "a line is an object with `id` and `arrangement`"
                raise ArrangementError([Fault("bad-portfolio", message, f"{path}:{number}")]) from None


def places_of(data: Mapping[str, Any]) -> set[str]:
    """Return every country that a leg of an arrangement could touch, and `=trait` for every trait stated to be true.

    It is never less than what `engine.inference.touching.touched` finds for a leg, and may be more.
    """
    places: list[str] = []
    stated = list((data.get("traits") or {}).items())
    for party in data["parties"]:
        places += [party[key] for key in _PARTY_PLACES if party.get(key)]
        places += _listed(party.get("citizenship"))
        if party.get("branch_of"):
            places.append(party["branch_of"])
        stated += (party.get("traits") or {}).items()
    for dataset in data.get("datasets") or ():
        places += [each["country"] for each in _listed(dataset.get("subjects"))]
        if not dataset.get("subjects") and dataset.get("identifiability") in STRIPPED:
            places.append(SOMEWHERE)
        places += _listed(dataset.get("collected_in"))
        stated += (dataset.get("traits") or {}).items()
    for transfer in data.get("transfers") or ():
        for key in ("storage", "access_from", "via"):
            places += _listed(transfer.get(key))
        stated += (transfer.get("traits") or {}).items()
    return {country_of(place) for place in places} | {f"={name}" for name, value in stated if value is True}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def synthetic(count: int, library: Library, seed: int = 0) -> Iterator[Stored]:
    """Yield arrangements made from the shipped scenarios and vocabulary, the same for the same seed."""
    chance = random.Random(seed)
    makers = [Maker(scenario(name), library) for name in scenario_names()]
    places = [*sorted(key for key in library.coverage if not key.startswith("group:")), "DE", "FI", "FR", "SE", "NL"]
    measures = sorted(library.measures)
    for number in range(count):
        maker = chance.choice(makers)
        one, other = chance.sample(places, 2)
        data = maker.plain(one, other)
        _slim(data, chance)
        for subjects in _listed(data["datasets"][0].get("subjects")):
            subjects.update(dict.fromkeys(("persons", "records"), chance.choice((50, 900, 12_000, 250_000, 2_000_000))))
        data["measures"].update(dict.fromkeys(chance.sample(measures, 3), True))
        yield Stored(f"{maker.scenario.name}-{number}", orjson.dumps(data))


def _slim(data: dict[str, Any], chance: random.Random) -> None:
    """Leave out most statuses that are not there: people who write arrangements name few of them."""
    for owner in (data, *data["parties"], *data["datasets"], *data["transfers"]):
        said = owner.get("traits", {}).items()
        owner["traits"] = {key: each for key, each in said if each not in (False, "none") or chance.random() < 0.1}
