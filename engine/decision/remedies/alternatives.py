"""Other shapes of an arrangement, in the order in which people try them when a transfer is refused.

Analyse where the data are; work in an enclave there; look from afar without taking away; code the data and keep the
key; send only results; send synthetic data; send fewer categories or fewer people; bring the data together elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from engine.decision.remedies.model import Alternative
from engine.facts.arrangement import Arrangement, Dataset, Range, Subjects, Transfer
from engine.facts.places import country_of
from engine.facts.views import ArrangementView
from engine.inference.programs import BookPrograms
from engine.law.expression import CountRef, NumberRef

__all__ = ["Alternative", "Shape", "shapes"]
_MOST_THRESHOLDS = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """Another shape of an arrangement, with what was changed."""

    kind: str
    says: str
    changes: dict[str, str]
    arrangement: Arrangement


def shapes(arrangement: Arrangement, refused: set[str], programs: BookPrograms) -> Iterator[Shape]:
    """Yield other shapes, changing only the refused transfers and their data."""
    yield from chain(
        _modes(arrangement, refused),
        _data(arrangement, refused),
        _fewer_categories(arrangement, refused),
        _fewer_people(arrangement, refused, programs),
        _other_hubs(arrangement, refused),
    )


def _modes(arrangement: Arrangement, refused: set[str]) -> Iterator[Shape]:
    at_home = {party.id: country_of(party.country) for party in arrangement.parties}
    federated = _with_transfers(
        arrangement,
        refused,
        lambda t: t.model_copy(update={"mode": "federated_analysis", "storage": (at_home[t.exporter],)}),
    )
    yield _shape(
        "federated_analysis",
        "analyse the data where they are; only results that tell of nobody leave",
        _with_data(federated, refused, lambda data: data.model_copy(update={"identifiability": "aggregate"})),
        arrangement,
    )
    for kind, says in (
        ("enclave", "let the importer work in an enclave in the exporter's country"),
        ("remote_access", "let the importer look at the data from afar, without taking any away"),
    ):
        update = {"mode": kind}
        changed = _with_transfers(
            arrangement,
            refused,
            lambda t, update=update: t.model_copy(update={**update, "storage": (at_home[t.exporter],)}),  # type: ignore[misc]
        )
        yield _shape(kind, says, changed, arrangement)


def _data(arrangement: Arrangement, refused: set[str]) -> Iterator[Shape]:
    exporters = {name: t.exporter for t in reversed(arrangement.transfers) for name in t.datasets}
    coded = _with_data(
        arrangement,
        refused,
        lambda data: (
            data
            if data.identifiability not in (None, "identified", "pseudonymised", "limited_data_set")
            else data.model_copy(update={"identifiability": "pseudonymised", "key_holder": exporters[data.id]})
        ),
    )
    if coded != arrangement:
        yield _shape("pseudonymise", "code the data and keep the key with the exporter", coded, arrangement)
    for kind, says in (
        ("aggregate", "send aggregate results instead of data on single people"),
        ("synthetic", "send synthetic data"),
    ):
        update = {"identifiability": kind, "key_holder": "none"}
        changed = _with_data(arrangement, refused, lambda data, update=update: data.model_copy(update=update))  # type: ignore[misc]
        yield _shape(kind, says, changed, arrangement)


def _fewer_categories(arrangement: Arrangement, refused: set[str]) -> Iterator[Shape]:
    named = dict.fromkeys(c for data in _sent(arrangement, refused) for c in data.categories)
    for category in named:
        changed = _with_data(
            arrangement,
            refused,
            lambda data, category=category: (
                data  # type: ignore[misc]
                if data.categories == (category,)
                else data.model_copy(update={"categories": tuple(c for c in data.categories if c != category)})
            ),
        )
        if changed != arrangement:
            yield _shape("fewer_categories", f"leave `{category}` out", changed, arrangement)


def _fewer_people(arrangement: Arrangement, refused: set[str], programs: BookPrograms) -> Iterator[Shape]:
    """Try the largest number below each number that the law of these transfers draws a line at."""
    largest = max((_most(data) for data in _sent(arrangement, refused)), default=0)
    lines = sorted((n - 1 for n in _lines(arrangement, refused, programs) if 1 < n <= largest), reverse=True)
    for number in lines[:_MOST_THRESHOLDS]:
        changed = _with_data(arrangement, refused, lambda data, number=number: _capped(data, number))  # type: ignore[misc]
        if changed != arrangement:
            yield _shape("fewer_people", f"send data of at most {number} people", changed, arrangement)


def _lines(arrangement: Arrangement, refused: set[str], programs: BookPrograms) -> set[int]:
    view = ArrangementView(arrangement, programs.book.period.first)
    found: set[int] = set()
    names = {name for leg in view.legs if leg.transfer.id in refused for name in programs.candidates(leg)}
    made = [programs.instrument(name) for name in sorted(names)]
    for program in chain(made, (programs.definitions(trait) for trait in sorted(programs.book.definitions))):
        for atom in program.atoms:
            if isinstance(atom.left, CountRef) and atom.left.unit == "persons":
                number = programs.book.number(atom.right) if isinstance(atom.right, NumberRef) else None
                value = number.value if number else atom.right
                if isinstance(value, int):
                    found.add(value + 1 if atom.op in (">", "<=") else value)
    return found


def _most(data: Dataset) -> int:
    subjects = data.subjects if isinstance(data.subjects, tuple) else ()
    return max((_upper(each) for each in subjects), default=0)


def _upper(subjects: Subjects) -> int:
    count = subjects.persons
    if isinstance(count, Range):
        return count.at_most or count.at_least
    return count or 0


def _capped(data: Dataset, number: int) -> Dataset:
    if not isinstance(data.subjects, tuple):
        return data
    capped = tuple(
        each.model_copy(update={"persons": number}) if _upper(each) > number else each for each in data.subjects
    )
    return data.model_copy(update={"subjects": capped}) if capped != data.subjects else data


def _other_hubs(arrangement: Arrangement, refused: set[str]) -> Iterator[Shape]:
    """Bring the data together with another party instead of the one that most refused transfers go to."""
    importers = [t.importer for t in arrangement.transfers if t.id in refused]
    if not importers or len(arrangement.parties) < 3:
        return
    hub = max(dict.fromkeys(importers), key=importers.count)
    countries = {party.id: country_of(party.country) for party in arrangement.parties}
    exporters = dict.fromkeys(t.exporter for t in arrangement.transfers if t.id in refused and t.importer == hub)
    for other in exporters:
        if countries[other] == countries[hub]:
            continue
        kept = []
        for transfer in arrangement.transfers:
            if transfer.importer != hub or transfer.id not in refused:
                kept.append(transfer)
            elif transfer.exporter != other:
                moved = tuple(countries[other] if p == countries[hub] else p for p in transfer.storage or ())
                places = {"storage": moved} if transfer.storage else {}
                kept.append(transfer.model_copy(update={"importer": other, **places}))
        names = {transfer.id for transfer in kept}
        if not kept or any(t.onward_of and t.onward_of not in names for t in kept):
            continue
        changed = arrangement.model_copy(update={"transfers": tuple(kept)})
        yield _shape("other_hub", f"bring the data together with `{other}` instead of `{hub}`", changed, arrangement)


# -- changing ---------------------------------------------------------------------------------------------------------


def _sent(arrangement: Arrangement, refused: set[str]) -> list[Dataset]:
    names = {name for transfer in arrangement.transfers if transfer.id in refused for name in transfer.datasets}
    return [data for data in arrangement.datasets if data.id in names]


def _with_transfers(arrangement: Arrangement, refused: set[str], change: Callable[[Transfer], Transfer]) -> Arrangement:
    changed = tuple(change(t) if t.id in refused else t for t in arrangement.transfers)
    return arrangement.model_copy(update={"transfers": changed})


def _with_data(arrangement: Arrangement, refused: set[str], change: Callable[[Dataset], Dataset]) -> Arrangement:
    sent = {data.id for data in _sent(arrangement, refused)}
    changed = tuple(change(data) if data.id in sent else data for data in arrangement.datasets)
    return arrangement.model_copy(update={"datasets": changed})


def _shape(kind: str, says: str, changed: Arrangement, before: Arrangement) -> Shape:
    return Shape(kind, says, dict(_changes(before, changed)), changed)


def _changes(before: Arrangement, after: Arrangement) -> Iterator[tuple[str, str]]:
    ids = {transfer.id for transfer in after.transfers}
    for index, transfer in enumerate(before.transfers):
        if transfer.id not in ids:
            yield f"/transfers/{index}", "left out"
            continue
        other = next(each for each in after.transfers if each.id == transfer.id)
        yield from _fields(f"/transfers/{index}", transfer, other)
    for index, (data, changed) in enumerate(zip(before.datasets, after.datasets, strict=True)):
        yield from _fields(f"/datasets/{index}", data, changed)


def _fields(pointer: str, before: Transfer | Dataset, after: Transfer | Dataset) -> Iterator[tuple[str, str]]:
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    for key, value in new.items():
        if value != old[key]:
            shown = ", ".join(map(str, value)) if isinstance(value, list) and key != "subjects" else value
            yield f"{pointer}/{key}", str(shown) if key != "subjects" else "fewer people"
