"""A party, what is known of it, and the parties it is linked to.

What was not said is `Missing.UNKNOWN`; what was said not to be there is `Missing.ABSENT`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final, TypeVar

from engine.facts.arrangement import Owner, Party
from engine.facts.places import country_of
from engine.facts.values import NOTHING_KNOWN, ZERO, Interval, Missing, PartialSet

if TYPE_CHECKING:
    from engine.facts.views import ArrangementView

T = TypeVar("T")
Value = bool | int | str | date | Missing | PartialSet
ABSENT: Final = Missing.ABSENT
UNKNOWN: Final = Missing.UNKNOWN


def known(value: T | None) -> T | Missing:
    """Return the value, or unknown where it was left out."""
    return UNKNOWN if value is None else value


def set_of(items: tuple[str, ...] | None) -> PartialSet:
    """Return a set of words, of which nothing is known where it was left out."""
    return NOTHING_KNOWN if items is None else PartialSet(frozenset(items), complete=True)


def countries_in(items: tuple[str, ...] | None) -> PartialSet:
    """Return the countries of places."""
    return NOTHING_KNOWN if items is None else PartialSet(frozenset(map(country_of, items)), complete=True)


class PartyView:
    """A party and the parties it is linked to."""

    __slots__ = ("arrangement", "index", "party")

    def __init__(self, arrangement: ArrangementView, index: int, party: Party) -> None:
        self.arrangement = arrangement
        self.index = index
        self.party = party

    @property
    def pointer(self) -> str:
        """Return the JSON pointer of the party."""
        return f"/parties/{self.index}"

    @property
    def country(self) -> str:
        """Return the country the party is in."""
        return country_of(self.party.country)

    def trait(self, name: str) -> Value:
        """Return what the arrangement says about a trait."""
        return known(self.party.traits.get(name))

    def linked(self, link: str) -> PartyView | Missing:
        """Return the employer, or the party of which this is a branch."""
        other = self.party.employer if link == "employer" else self.party.branch_of
        if other is None:
            # Only an individual's employer is an open question; other links are drawn or not there.
            return UNKNOWN if link == "employer" and self.party.kind == "individual" else ABSENT
        return self.arrangement.parties.get(other, ABSENT)

    def legal_person(self) -> str:
        """Return an id shared by head office and branches."""
        parent = self.party.branch_of
        return parent if parent in self.arrangement.parties else self.party.id

    def owned_by(
        self, matches: Callable[[PartyView | str], Missing | bool], seen: frozenset[str] = frozenset()
    ) -> Interval:
        """Return the share held by owners that match, in thousandths of a percent.

        Args:
            matches: Says of a country code, or of an owner that is a party, whether it counts. An owner that is itself
                held by half or more by owners that match counts whole.
        """
        owners = self.party.owners
        if owners is None:
            return Interval(0, 100_000)
        if owners == "none":
            return ZERO
        low = high = listed = 0
        for owner in owners:
            share = round(owner.percent * 1000)
            listed += share
            counts = self._counts(owner, matches, seen | {self.party.id})
            low += share if counts is True else 0
            high += share if counts is not False else 0
        return Interval(low, min(high + max(0, 100_000 - listed), 100_000))

    def _counts(
        self, owner: Owner, matches: Callable[[PartyView | str], Missing | bool], seen: frozenset[str]
    ) -> Missing | bool:
        if owner.party is None:
            return matches(country_of(owner.country or ""))
        view = self.arrangement.parties[owner.party]
        direct = matches(view)
        if direct is True or owner.party in seen or view.party.kind == "individual":
            return direct
        through = view.owned_by(matches, seen)
        if through.low >= 50_000:
            return True
        return UNKNOWN if direct is UNKNOWN or through.high is None or through.high >= 50_000 else False


def _organised_under(view: PartyView) -> Value:
    given = view.party.organised_under
    if given is not None:
        return country_of(given)
    return ABSENT if view.party.kind in ("individual", "data_subjects", "public") else UNKNOWN


def _branch_country(view: PartyView) -> Value:
    parent = view.party.branch_of
    if parent is None:
        return ABSENT
    other = view.arrangement.parties.get(parent)
    return other.country if other else country_of(parent)


def _employer_country(view: PartyView) -> Value:
    if view.party.employer_country is not None:
        return country_of(view.party.employer_country)
    employer = view.linked("employer")
    if isinstance(employer, PartyView):
        return employer.country
    return employer


PARTY_FACTS: Final[Mapping[str, Callable[[PartyView], Value]]] = {
    "country": lambda view: view.country,
    "region": lambda view: view.party.country if "-" in view.party.country else UNKNOWN,
    "kind": lambda view: view.party.kind,
    "organised_under": _organised_under,
    "citizenship": lambda view: countries_in(view.party.citizenship),
    "role": lambda view: UNKNOWN,
    "branch_of_country": _branch_country,
    "is_branch": lambda view: view.party.branch_of is not None,
    "employer_country": _employer_country,
}
