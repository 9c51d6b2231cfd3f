"""A party, what is known of it, and the parties it is linked to.

What was not said is `Missing.UNKNOWN`; what was said not to be there is `Missing.ABSENT`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final, TypeVar

from engine.facts.arrangement import Owner, Party
from engine.facts.places import country_of
from engine.facts.values import NOTHING_KNOWN, Interval, Missing, PartialSet, Truths

if TYPE_CHECKING:
    from engine.facts.views import ArrangementView

T = TypeVar("T")
Value = bool | int | str | date | Missing | PartialSet
ABSENT: Final = Missing.ABSENT
UNKNOWN: Final = Missing.UNKNOWN
# Shares are counted in thousandths of a percent.
_HALF: Final = 50_000
_ALL: Final = 100_000
# Kinds of party that nobody owns, and that no law organises.
_NOBODYS: Final = ("individual", "data_subjects", "public")


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
    """A party, the country it is in, and the parties it is linked to."""

    __slots__ = ("arrangement", "country", "index", "party", "truths")

    def __init__(self, arrangement: ArrangementView, index: int, party: Party) -> None:
        self.arrangement = arrangement
        self.index = index
        self.party = party
        self.country = country_of(party.country)
        self.truths = Truths(self)  # of what was asked of the facts alone

    @property
    def pointer(self) -> str:
        """Return the JSON pointer of the party."""
        return f"/parties/{self.index}"

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
        """Return the id of the head office, which its branches and theirs share.

        Of a head office that is only said to be in some country, nobody knows whose branches are its own.
        """
        view = self
        while isinstance(parent := view.linked("branch_of"), PartyView):
            view = parent
        return view.party.id

    def owned_by(self, matches: Callable[[PartyView | str], Missing | bool]) -> Interval:
        """Return the share held by owners that match, in thousandths of a percent.

        Args:
            matches: Says of a country code, or of an owner that is a party, whether it counts. An owner that is itself
                held by half or more by owners that count, counts whole.
        """
        views = self._with_owners()
        holdings: dict[str, list[tuple[str, int]]] = {name: [] for name in views}
        low, high = dict.fromkeys(views, 0), {name: view._unlisted() for name, view in views.items()}
        for name, view in views.items():
            for owner in view._owners():
                share = round(owner.percent * 1000)
                if owner.party is not None:
                    holdings[owner.party].append((name, share))
                    continue
                counts = matches(country_of(owner.country or ""))
                low[name] += share if counts is True else 0
                high[name] += share if counts is not False else 0
        owning = {name: matches(views[name]) for name, held in holdings.items() if held}
        # Nobody counts for being held by itself: this party, found again above, is only what it is.
        through = {name for name, view in views.items() if view is not self and view.party.kind != "individual"}
        _spread(low, holdings, through, [name for name, counts in owning.items() if counts is True])
        _spread(high, holdings, through, [name for name, counts in owning.items() if counts is not False])
        mine = self.party.id
        return Interval(low[mine], min(high[mine], _ALL))

    def _owners(self) -> tuple[Owner, ...]:
        owners = self.party.owners
        return owners if isinstance(owners, tuple) else ()

    def _unlisted(self) -> int:
        """Return the share that may be in any hands."""
        if self.party.owners == "none" or (self.party.owners is None and self.party.kind in _NOBODYS):
            return 0
        return max(0, _ALL - sum(round(owner.percent * 1000) for owner in self._owners()))

    def _with_owners(self) -> dict[str, PartyView]:
        """Return this party and all that hold it, directly or through others."""
        found = {self.party.id: self}
        todo: list[PartyView] = [self]
        for view in todo:  # grows while it is walked
            for owner in view._owners():
                if owner.party is not None and owner.party not in found:
                    found[owner.party] = self.arrangement.parties[owner.party]
                    todo.append(found[owner.party])
        return found


def _spread(
    held: dict[str, int], holdings: Mapping[str, list[tuple[str, int]]], through: Collection[str], counting: list[str]
) -> None:
    """Add to what is held of each party the shares of owners that count, of which half a party makes one more."""
    counting = [*counting, *(name for name in through if held[name] >= _HALF)]
    done: set[str] = set()
    while counting:
        owner = counting.pop()
        if owner in done:
            continue
        done.add(owner)
        for name, share in holdings[owner]:
            held[name] += share
            if held[name] >= _HALF and name in through:
                counting.append(name)


def _organised_under(view: PartyView) -> Value:
    given = view.party.organised_under
    if given is not None:
        return country_of(given)
    return ABSENT if view.party.kind in _NOBODYS else UNKNOWN


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
