"""What keeps a transfer from being permitted whatever the rules in force say: law not encoded, places not stated."""

from __future__ import annotations

from collections.abc import Iterator

from engine.decision.model import Gap
from engine.facts.legs import Leg
from engine.facts.parties import PartyView
from engine.facts.places import country_name, country_of
from engine.law.book import StatuteBook

_NOT_PERSONAL = ("anonymous", "aggregate", "synthetic", "non_personal")


def gaps_of(leg: Leg, book: StatuteBook) -> list[Gap]:
    """Return the gaps of a leg, in order of place."""
    gaps = []
    for country, pointer in places_of(leg):
        if country not in book.covered:
            day = leg.arrangement.day.isoformat()
            gaps.append(
                Gap(
                    "jurisdiction-not-covered",
                    f"the law of {country_name(country)} ({country}) on {day} is not encoded",
                    "ask counsel there, or add a ruleset; until then no permission can be given",
                    pointer,
                )
            )
    if not leg.data.subjects and leg.data.identifiability not in _NOT_PERSONAL:
        gaps.append(
            Gap(
                "places-not-stated",
                f"the countries of the people in `{leg.data.id}` are not stated: law that follows them may be missed",
                "list `subjects` with their countries, or write `subjects: none`",
                f"/datasets/{leg.data_index}/subjects",
            )
        )
    return gaps


def _of_party(view: PartyView) -> Iterator[tuple[str, str]]:
    """Yield where a party sits, under whose law it exists, and where the body is that it is a part of or works for."""
    party = view.party
    yield view.country, "country"
    if party.organised_under:
        yield country_of(party.organised_under), "organised_under"
    for key in ("branch_of", "employer"):
        linked = view.linked(key)
        if isinstance(linked, PartyView):
            yield linked.country, key
    if party.branch_of and party.branch_of not in view.arrangement.parties:
        yield country_of(party.branch_of), "branch_of"
    if party.employer_country:
        yield country_of(party.employer_country), "employer_country"


def places_of(leg: Leg) -> list[tuple[str, str]]:
    """Return each country whose law could claim the leg, with where it is named."""
    places: dict[str, str] = {}
    for view in (leg.exporter, leg.importer, leg.origin):
        for country, key in _of_party(view):
            places.setdefault(country, f"{view.pointer}/{key}")
    subjects = leg.data.subjects
    if subjects is not None and subjects != "none":
        for index, each in enumerate(subjects):
            places.setdefault(country_of(each.country), f"/datasets/{leg.data_index}/subjects/{index}/country")
    for key, listed in (("storage", leg.transfer.storage), ("access_from", leg.transfer.access_from)):
        for index, place in enumerate(listed or ()):
            places.setdefault(country_of(place), f"/transfers/{leg.transfer_index}/{key}/{index}")
    for index, place in enumerate(leg.transfer.via or ()):
        party = leg.arrangement.parties.get(place)
        country = party.country if party else country_of(place)
        places.setdefault(country, f"/transfers/{leg.transfer_index}/via/{index}")
    for index, place in enumerate(leg.data.collected_in or ()):
        places.setdefault(country_of(place), f"/datasets/{leg.data_index}/collected_in/{index}")
    return list(places.items())
