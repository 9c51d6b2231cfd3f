"""Reference arrangements: one exporter in one country, one importer in another, for every pair of countries alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine import source
from engine.errors import ArrangementError, Fault, did_you_mean
from engine.facts.arrangement import Arrangement
from engine.law.intake import read_arrangement
from engine.law.model import Library, Trait

_FOLDER = Path(__file__).parent / "scenarios"
# Values of statuses that say that there is nothing out of the ordinary.
_ORDINARY = ("none", "neither", "not_active", "unlisted", "ordinary", "free", "other", "no")
_PLACES = ("country", "organised_under", "storage", "access_from", "collected_in")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A reference arrangement.

    Attributes:
        plain: Its parts, merged with what every scenario starts from; countries are written HERE and THERE.
    """

    name: str
    title: str
    plain: Mapping[str, Any]


def scenario_names() -> list[str]:
    """Return the scenarios that are shipped, in order."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml") if path.stem != "base")


def scenario_files() -> list[Path]:
    """Return the files that scenarios are made of, in order."""
    return sorted(_FOLDER.glob("*.yaml"))


@cache
def scenario(name: str) -> Scenario:
    """Return a scenario.

    Raises:
        ArrangementError: There is none of that name.
    """
    if name not in scenario_names():
        hint = did_you_mean(name, scenario_names()) or f"known are {', '.join(scenario_names())}"
        raise ArrangementError([Fault("unknown-scenario", f"there is no scenario `{name}`", "--scenario", hint)])
    plain = _merged(_read("base"), _read(name))
    return Scenario(name, plain["title"], plain)


def _read(name: str) -> dict[str, Any]:
    file = _FOLDER / f"{name}.yaml"
    found: dict[str, Any] = source.plain(source.parse(file.read_text(encoding="utf-8"), file.name))
    return found


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(base)
    for key, value in over.items():
        known = made.get(key)
        made[key] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return made


class Maker:
    """Makes the arrangement of a scenario for a pair of countries, under the words of one library."""

    def __init__(self, chosen: Scenario, library: Library) -> None:
        self.scenario = chosen
        self._plain = dict(_filled(chosen, library))
        self._regions: Mapping[str, str] = chosen.plain.get("regions", {})
        # Read whole once, so that a fault in a scenario is told; pairs differ in countries only.
        read_arrangement(_placed(self._plain, "FI", "US"), library)

    def arrangement(self, exporter: str, importer: str) -> Arrangement:
        """Return the arrangement for a pair of countries."""
        return Arrangement.model_validate(self.plain(exporter, importer))

    def plain(self, exporter: str, importer: str) -> dict[str, Any]:
        """Return the same as plain data, whose traits are not to be changed in place: every pair has the same."""
        plain: dict[str, Any] = _placed(self._plain, exporter, importer)
        for party in plain["parties"]:
            party["country"] = self._regions.get(party["country"], party["country"])
        return plain


def _filled(chosen: Scenario, library: Library) -> Mapping[str, Any]:
    plain = chosen.plain
    stated = plain.get("traits", {})
    absent: dict[str, dict[str, Any]] = {"party": {}, "dataset": {}, "transfer": {}, "arrangement": {}}
    for trait in library.traits.values():
        if trait.id in stated or (trait.ask and trait.of in absent):
            value = stated.get(trait.id, _absent(trait))
            if value is not None:
                absent[trait.of][trait.id] = value
    data = dict(plain["dataset"])
    persons = data.pop("persons")
    data.setdefault(
        "subjects", [{"country": "HERE", **dict.fromkeys(("persons", "records", "devices", "samples"), persons)}]
    )
    data.setdefault("collected_in", ["HERE"])
    data["technology"] = plain["technology"]
    transfer = {"storage": ["THERE"], "access_from": ["THERE"], **plain["transfer"]}
    return {
        "title": plain["title"],
        "parties": [{**plain["parties"][key], "traits": absent["party"]} for key in ("exporter", "importer")],
        "datasets": [{**data, "traits": absent["dataset"]}],
        "transfers": [{**transfer, "datasets": [data["id"]], "traits": absent["transfer"]}],
        "measures": plain["measures"],
        "traits": absent["arrangement"],
        "readings": plain.get("readings", {}),
    }


def _absent(trait: Trait) -> bool | str | None:
    """Return the value that says that a status is not there; None where no value does."""
    if trait.type == "bool":
        return False
    return next((word for word in _ORDINARY if word in trait.values), None)


def _placed(value: Any, x: str, y: str, key: str = "") -> Any:
    if isinstance(value, dict):
        # Traits hold no places, and there are hundreds of them.
        return {k: v if k == "traits" else _placed(v, x, y, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_placed(each, x, y, key) for each in value]
    if key in _PLACES and value in ("HERE", "THERE"):
        return x if value == "HERE" else y
    return value
