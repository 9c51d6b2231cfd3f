"""What a leg touches: the countries that its facts name, by which law can find it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from engine.facts.arrangement import Subjects
from engine.facts.legs import Leg
from engine.facts.parties import PartyView
from engine.facts.places import country_of
from engine.facts.values import Missing

# Stands among the places of a leg for those of people of whom it is not said where they are.
SOMEWHERE = "*"
# Data drawn from people. Where they are personal and the people's countries are not stated, that is a gap of its own.
STRIPPED = frozenset({"anonymous", "aggregate", "synthetic"})


def touched(leg: Leg) -> frozenset[str]:
    """Return every country that some place fact of a leg could name, and `=trait` for every trait stated to be true.

    Where a place is not known, an instrument could be reached through it; such facts are asked for by the instruments
    that the known places bring in. What follows people is looked at as well where data are drawn from people of whom it
    is not said where they are.
    """
    countries: set[str] = set()
    for view in _parties(leg):
        countries |= _party_countries(view)
    data, transfer = leg.data, leg.transfer
    if data.subjects and data.subjects != "none":
        countries |= {country_of(subjects.country) for subjects in data.subjects}
    elif not data.subjects and data.identifiability in STRIPPED:
        countries.add(SOMEWHERE)
    for places in (data.collected_in, transfer.storage, transfer.access_from):
        countries |= {country_of(place) for place in places or ()}
    for via in transfer.via or ():
        party = leg.arrangement.parties.get(via)
        countries |= _party_countries(party) if party else {country_of(via)}
    for traits in (data.traits, transfer.traits, leg.arrangement.model.traits):
        countries |= _stated(traits)
    return frozenset(countries)


def _stated(traits: Mapping[str, object]) -> frozenset[str]:
    return frozenset(f"={name}" for name, value in traits.items() if value is True)


def _parties(leg: Leg) -> list[PartyView]:
    views = [leg.exporter, leg.importer, leg.origin]
    if isinstance(leg.key_holder, PartyView):
        views.append(leg.key_holder)
    for view in views:  # grows while it is walked: conditions and definitions follow links as far as they go
        linked = (view.linked("employer"), view.linked("branch_of"))
        views += [other for other in linked if isinstance(other, PartyView) and other not in views]
    return views


def _party_countries(view: PartyView) -> set[str]:
    party = view.party
    named = (party.country, party.organised_under, party.employer_country, *(party.citizenship or ()))
    countries = {country_of(place) for place in named if place} | _stated(party.traits)
    if party.branch_of and party.branch_of not in view.arrangement.parties:
        countries.add(country_of(party.branch_of))
    return countries


def whereabouts(leg: Leg) -> Hashable:
    """Return all that conditions on places, and `touched`, can read of a leg: legs that share it touch the same law."""
    views = _parties(leg)
    data, transfer, arrangement = leg.data, leg.transfer, leg.arrangement
    roots = (leg.exporter, leg.importer, leg.origin, leg.key_holder)
    people = data.subjects if data.subjects is None or data.subjects == "none" else _countries(data.subjects)
    return (
        tuple([_party_whereabouts(view, views) for view in views]),
        tuple([views.index(view) if isinstance(view, PartyView) else view for view in roots]),
        people,
        data.identifiability in STRIPPED,
        data.collected_in,
        transfer.storage,
        transfer.access_from,
        tuple([_via(arrangement.parties.get(via), via) for via in transfer.via or ()]),
        _stated(data.traits) | _stated(transfer.traits) | _stated(arrangement.model.traits),
    )


def _countries(subjects: tuple[Subjects, ...]) -> tuple[str, ...]:
    return tuple([each.country for each in subjects])


def _via(party: PartyView | None, name: str) -> Hashable:
    return name if party is None else _party_whereabouts(party, [party])


def _party_whereabouts(view: PartyView, views: list[PartyView]) -> Hashable:
    party = view.party
    linked = (view.linked("employer"), view.linked("branch_of"))
    return (
        party.country,
        party.kind,
        party.organised_under,
        party.employer_country,
        party.citizenship,
        None if party.branch_of in view.arrangement.parties else party.branch_of,
        tuple([_position(other, views) for other in linked]),
        _stated(party.traits),
    )


def _position(other: PartyView | Missing, views: list[PartyView]) -> Hashable:
    if isinstance(other, Missing):
        return other
    return views.index(other) if other in views else other.country
