"""What an arrangement leaves open, and how it may be filled in."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from tests.rulesets_for_tests.making import Data

Fill = Callable[[], None]
# Facts that name places. The index of instruments goes by the places that are named, so that these are a case apart.
PLACES = ("organised_under", "citizenship", "collected_in", "storage", "access_from", "employer_country", "subjects")

_PARTY = {"organised_under": ("BV", "HM", "IO")}
_INDIVIDUAL = {"citizenship": (["BV"], ["HM", "IO"])}
_DATASET = {
    "identifiability": ("identified", "pseudonymised", "anonymous"),
    "collected_in": (["BV"], ["HM", "BV"]),
    "fields": (["name"], ["name", "year"]),
    "deceased": (False, True),
    "trl": (4, 5),
    "subjects": ("none", [{"country": "BV", "persons": 100}], [{"country": "HM"}]),
}
_TRANSFER = {
    "exporter_role": ("controller", "processor"),
    "importer_role": ("controller", "processor"),
    "purposes": (["scientific_research"], ["statistics", "teaching"]),
    "consideration": (False, True),
    "start": ("2019-12-31", "2020-01-01", "2023-07-01"),
    "storage": (["BV"], ["HM"]),
    "access_from": (["IO"], ["HM", "BV"]),
}
_PARTY_TRAITS = {"zz.body": (False, True), "zz.grade": ("low", "high"), "zz.seat": ("BV", "HM")}
_DATASET_TRAITS = {"zz.coded": (False, True), "zz.level": (4, 5, 6)}
_TRANSFER_TRAITS = {"zz.since": ("2019-12-31", "2020-01-01", "2023-07-01")}
_CHECK_FIELDS = {"finding": ("good", "bad"), "ok": (False, True), "score": (4, 5)}
# The caller may say that these are so; where a definition then says otherwise, the definition counts and is reported.
STATED = ("zz.worse", "zz.hot", "zz.joint")


def without_statements(data: Data) -> Data:
    """Return the arrangement without what its author says of derived traits."""
    cleaned = copy.deepcopy(data)
    for owner in (cleaned, *cleaned["parties"], *cleaned["datasets"], *cleaned["transfers"]):
        for name in STATED:
            owner["traits"].pop(name, None)
    return cleaned


def open_facts(data: Data, places: bool) -> Iterator[tuple[Data, str, tuple[Any, ...]]]:
    """Yield the owner, the key and the possible values of every fact that is left out."""
    for owner, facts in _owners(data):
        for key, values in facts.items():
            if key not in owner and (places or key not in PLACES):
                yield owner, key, values
    for party in data["parties"]:
        if party["country"] == "US":  # a subdivision left out
            yield party, "country", ("US-TX", "US-CA")
    for dataset in data["datasets"]:
        if isinstance(dataset.get("subjects"), list):
            for subjects in dataset["subjects"]:
                for unit in ("persons", "records"):
                    if unit not in subjects:
                        yield subjects, unit, (0, 99, 100, 101, 200, 1000)


def _owners(data: Data) -> Iterator[tuple[Data, dict[str, tuple[Any, ...]]]]:
    ids = tuple(party["id"] for party in data["parties"])
    yield data["traits"], {"zz.public": (False, True)}
    yield data["readings"], {"zz.view": ("wide", "narrow")}
    for index, party in enumerate(data["parties"]):
        yield party["traits"], _PARTY_TRAITS
        yield party, {"owners": ("none", [{"country": "HM", "percent": 50}], [{"country": "BV", "percent": 100}])}
        if party["kind"] == "individual":
            yield party, _INDIVIDUAL
            # An individual's employer is an open question; of others it is a link that is drawn or not there.
            if "employer_country" not in party:
                yield party, {"employer": ("none", *ids[index + 1 :])}
        else:
            yield party, _PARTY
    for dataset in data["datasets"]:
        yield dataset["traits"], _DATASET_TRAITS
        yield dataset, {**_DATASET, "key_holder": ("none", *ids)}
        yield dataset.setdefault("consent", {}), {"explicit": (False, True)}
    for transfer in data["transfers"]:
        yield transfer["traits"], _TRANSFER_TRAITS
        yield transfer, _TRANSFER
    for measures in (data["measures"], *(transfer["measures"] for transfer in data["transfers"])):
        if isinstance(measures.get("zz.check"), dict):
            yield measures["zz.check"], _CHECK_FIELDS
