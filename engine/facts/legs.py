"""A leg, one transfer carrying one data set: what conditions can ask of the data and of the transfer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from engine.facts.arrangement import Dataset, Range, Subjects, Transfer
from engine.facts.parties import ABSENT, UNKNOWN, PartyView, Value, countries_in, known, set_of
from engine.facts.places import country_of
from engine.facts.uses import USE_FACTS, permissions_of, use_fact
from engine.facts.values import ANY_NUMBER, NOTHING_KNOWN, ZERO, Interval, Missing, PartialSet, Truths

if TYPE_CHECKING:
    from engine.facts.views import ArrangementView

# What is said of a measure in place, by field.
Evidence = Mapping[str, bool | int | str]


class Leg:
    """One transfer carrying one data set.

    Attributes:
        origin: The exporter of the first transfer of an onward chain.
        key_holder: The party that keeps the key.
        evidence: Of each measure that is shown to be in place on the day of the decision.
        uses: What use permissions say; worked out when first asked for.
        sets: Facts that are sets, by the function that puts them together.
        scopes: The data sets among which people are counted, by the word for it.
        truths: Of what was asked of the facts alone.
    """

    __slots__ = (
        "arrangement",
        "data",
        "data_index",
        "evidence",
        "exporter",
        "importer",
        "index",
        "key_holder",
        "origin",
        "scopes",
        "sets",
        "transfer",
        "transfer_index",
        "truths",
        "uses",
    )

    def __init__(self, arrangement: ArrangementView, index: int, transfer_index: int, data_index: int) -> None:
        self.arrangement = arrangement
        self.index = index
        self.transfer_index = transfer_index
        self.transfer: Transfer = arrangement.model.transfers[transfer_index]
        self.data_index = data_index
        self.data: Dataset = arrangement.model.datasets[data_index]
        self.exporter: PartyView = arrangement.parties[self.transfer.exporter]
        self.importer: PartyView = arrangement.parties[self.transfer.importer]
        self.origin: PartyView = arrangement.parties[self.first_transfer().exporter]
        self.key_holder: PartyView | Missing = self._key_holder()
        self.evidence: Mapping[str, Evidence] = arrangement.evidence(self.transfer)
        self.uses: Mapping[str, Value] | None = None
        self.sets: dict[Callable[[Leg], Value], Value] = {}
        self.scopes: dict[str, tuple[Dataset, ...]] = {}
        self.truths = Truths(self)

    def fact(self, read: Callable[[Leg], Value]) -> Value:
        """Return a fact that is a set, put together when first asked for: many conditions ask for the same one."""
        found = self.sets.get(read)
        if found is None:
            found = self.sets[read] = read(self)
        return found

    def first_transfer(self) -> Transfer:
        """Return the transfer with which an onward chain began; the transfer itself otherwise."""
        transfer = self.transfer
        while transfer.onward_of is not None:
            transfer = self.arrangement.transfers[transfer.onward_of]
        return transfer

    def _key_holder(self) -> PartyView | Missing:
        holder = self.data.key_holder
        if holder is None:
            return UNKNOWN
        return ABSENT if holder == "none" else self.arrangement.parties[holder]

    def role(self, root: str) -> Value:
        """Return the role of exporter, importer or origin in this transfer."""
        if root == "origin":
            stated, party = self.first_transfer().exporter_role, self.origin
        elif root == "exporter":
            stated, party = self.transfer.exporter_role, self.exporter
        elif root == "importer":
            stated, party = self.transfer.importer_role, self.importer
        else:
            return UNKNOWN
        # People who give or get their own data are nothing else; nobody needs to say so.
        return "data_subject" if stated is None and party.party.kind == "data_subjects" else known(stated)

    def same_entity(self) -> bool:
        """Return whether both ends are one legal person."""
        return self.exporter.legal_person() == self.importer.legal_person()

    def holds_key(self, party: PartyView) -> Value:
        """Return whether a party holds the key or additional information."""
        holder = self.key_holder
        return holder if holder is UNKNOWN else isinstance(holder, PartyView) and holder is party

    def count(
        self, scope: str, unit: str, places: frozenset[str] | None, categories: frozenset[str] | None
    ) -> Interval:
        """Return how many people (records, devices, specimens) the data sets in scope are about.

        Args:
            places: Countries that count; None for all.
            categories: Only data sets with one of these count; None for all.
        """
        total: Interval | None = None
        for data in self._in_scope(scope):
            if categories is not None and categories.isdisjoint(data.categories):
                continue
            one = _count(data, unit, places)
            total = one if total is None else total.joined(one)
        return total or ZERO

    def _in_scope(self, scope: str) -> tuple[Dataset, ...]:
        found = self.scopes.get(scope)
        if found is None:
            datasets = self.arrangement.model.datasets
            found = self.scopes[scope] = tuple(datasets[index] for index in self._indexes(scope))
        return found

    def _indexes(self, scope: str) -> tuple[int, ...]:
        if scope == "data":
            return (self.data_index,)
        if scope == "transfer":
            return self.arrangement.datasets_of(lambda other: other is self.transfer)
        mine = self.transfer
        if scope == "pair":
            return self.arrangement.datasets_of(lambda t: (t.exporter, t.importer) == (mine.exporter, mine.importer))
        return self.arrangement.datasets_of(lambda t: t.exporter == mine.exporter)


def _count(data: Dataset, unit: str, places: frozenset[str] | None) -> Interval:
    if not data.subjects:
        return ANY_NUMBER
    if data.subjects == "none":
        return ZERO
    total = ZERO
    for subjects in data.subjects:
        country = subjects.country
        if places is None or country_of(country) in places or country in places:
            total = total.plus(_interval(subjects, unit))
        elif country in _known_by_parts(places):
            # Any of those in a country may be in its part that counts.
            total = total.plus(Interval(0, _interval(subjects, unit).high))
    return total


@cache
def _known_by_parts(places: frozenset[str]) -> frozenset[str]:
    """Return the countries of which places name a subdivision."""
    return frozenset(country_of(place) for place in places if "-" in place)


def _interval(subjects: Subjects, unit: str) -> Interval:
    value: int | Range | None = getattr(subjects, unit)
    if value is None:
        return ANY_NUMBER
    return Interval(value.at_least, value.at_most) if isinstance(value, Range) else Interval(value, value)


def _subject_countries(leg: Leg) -> PartialSet:
    subjects = leg.data.subjects
    if not subjects:  # a list without anybody says nothing: data about people are about somebody
        return NOTHING_KNOWN
    if subjects == "none":
        return PartialSet(frozenset(), complete=True)
    return PartialSet(frozenset(country_of(each.country) for each in subjects), complete=True)


def _same_group(leg: Leg) -> Value:
    one, other = leg.exporter.party.group, leg.importer.party.group
    return one is not None and one == other


def _found_in_third_place(leg: Leg) -> bool:
    """Return whether a place is stated beside those of the two parties; what is not stated is not found."""
    stated = (*(leg.transfer.storage or ()), *(leg.transfer.access_from or ()))
    return not {country_of(place) for place in stated} <= {leg.exporter.country, leg.importer.country}


def _via(leg: Leg) -> PartialSet:
    parties = leg.arrangement.parties
    via = leg.transfer.via or ()
    return PartialSet(frozenset(parties[v].country if v in parties else country_of(v) for v in via), complete=True)


def _transfer_categories(leg: Leg) -> PartialSet:
    datasets = leg.arrangement.model.datasets
    chosen = leg.arrangement.datasets_of(lambda transfer: transfer is leg.transfer)
    return PartialSet(frozenset(c for index in chosen for c in datasets[index].categories), complete=True)


def _consent(leg: Leg, name: str) -> Value:
    return known(getattr(leg.data.consent, name)) if leg.data.consent else UNKNOWN


# Facts that are what the arrangement states, under the same name.
STATED: Final[Mapping[str, tuple[str, ...]]] = {
    "data": (
        "identifiability",
        "deceased",
        "minors",
        "encrypted",
        "made_public_by",
        "published",
        "intended_for_publication",
        "export_classification",
        "trl",
    ),
    "transfer": ("mode", "agreement", "consideration", "frequency", "start", "end"),
}


def _stated(root: str) -> dict[str, Callable[[Leg], Value]]:
    return {name: partial(_as_stated, read=attrgetter(f"{root}.{name}")) for name in STATED[root]}


def _as_stated(leg: Leg, read: Callable[[Leg], Value | None]) -> Value:
    return known(read(leg))


DATA_FACTS: Final[Mapping[str, Callable[[Leg], Value]]] = {
    **_stated("data"),
    "categories": lambda leg: set_of(leg.data.categories),
    "subject_countries": _subject_countries,
    "collected_in": lambda leg: countries_in(leg.data.collected_in or None),
    "fields": lambda leg: set_of(leg.data.fields),
    "technology": lambda leg: set_of(leg.data.technology),
    "consent_scope": lambda leg: _consent(leg, "scope"),
    "consent_covers_transfer": lambda leg: _consent(leg, "covers_transfer"),
    "consent_explicit": lambda leg: _consent(leg, "explicit"),
    "key_with_importer": lambda leg: leg.holds_key(leg.importer),
    "key_with_exporter": lambda leg: leg.holds_key(leg.exporter),
    "use_limits_stated": lambda leg: bool(permissions_of(leg.data)),
}

TRANSFER_FACTS: Final[Mapping[str, Callable[[Leg], Value]]] = {
    **_stated("transfer"),
    "purposes": lambda leg: set_of(leg.transfer.purposes),
    "is_onward": lambda leg: leg.transfer.onward_of is not None,
    "is_cross_border": lambda leg: leg.exporter.country != leg.importer.country,
    "same_entity": lambda leg: leg.same_entity(),
    "importer_is_employee": lambda leg: leg.importer.party.employer == leg.exporter.party.id,
    "same_group": _same_group,
    "storage_countries": lambda leg: countries_in(leg.transfer.storage or None),
    "access_countries": lambda leg: countries_in(leg.transfer.access_from or None),
    "found_in_third_place": _found_in_third_place,
    "via_countries": _via,
    "categories": _transfer_categories,
    **{name: partial(use_fact, name=name) for name in USE_FACTS},
}

# Where a built-in fact stands in the arrangement, below its party, data set or transfer; same name unless listed.
FACT_PLACES: Final[Mapping[tuple[str, str], str]] = {
    ("party", "region"): "country",
    ("party", "branch_of_country"): "branch_of",
    ("party", "is_branch"): "branch_of",
    ("data", "subject_countries"): "subjects",
    ("data", "consent_scope"): "consent/scope",
    ("data", "consent_covers_transfer"): "consent/covers_transfer",
    ("data", "consent_explicit"): "consent/explicit",
    ("data", "key_with_importer"): "key_holder",
    ("data", "key_with_exporter"): "key_holder",
    ("data", "use_limits_stated"): "use_permissions",
    ("data", "persons"): "subjects",
    ("data", "records"): "subjects",
    ("data", "devices"): "subjects",
    ("data", "samples"): "subjects",
    ("transfer", "is_onward"): "onward_of",
    ("transfer", "is_cross_border"): "importer",
    ("transfer", "same_entity"): "importer",
    ("transfer", "importer_is_employee"): "importer",
    ("transfer", "same_group"): "importer",
    ("transfer", "storage_countries"): "storage",
    ("transfer", "access_countries"): "access_from",
    ("transfer", "found_in_third_place"): "storage",
    ("transfer", "via_countries"): "via",
    ("transfer", "categories"): "datasets",
    **{("transfer", name): place for name, place in USE_FACTS.items()},
}
