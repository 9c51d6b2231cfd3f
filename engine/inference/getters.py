"""Read facts of a leg or party: built-in facts and traits, of data, transfer, or a party that links lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Final, Protocol

from engine.facts.legs import DATA_FACTS, STATED, TRANSFER_FACTS, Leg
from engine.facts.parties import PARTY_FACTS, PartyView, Value
from engine.facts.values import FALSE, TRUE, UNKNOWN, Missing, Truth, Truths, truth_of
from engine.law.expression import FactRef

Subject = Leg | PartyView


class Env(Protocol):
    """What an atom needs beside the facts."""

    levers: bool
    readings: Mapping[str, str]

    def derived(self, trait: str, subject: Subject) -> Truth:
        """Return the value of a derived trait of a party or leg."""

    def truths(self, subject: Subject) -> Truths:
        """Return the truths of what the facts of a leg or party alone do not settle."""


Test = Callable[[Subject, Env], Truth]
Getter = Callable[[Subject, Env], Value]


@cache
def getter(ref: FactRef) -> Getter:
    """Return the function that reads a fact."""
    if ref.derived:
        test = derived_test(ref)
        words: dict[Truth, Value] = {TRUE: True, FALSE: False, UNKNOWN: Missing.UNKNOWN}
        return lambda subject, env: words[test(subject, env)]
    if ref.root in ("data", "transfer", "arrangement"):
        return _place_getter(ref)
    party = party_getter(ref.root, ref.links)
    if ref.name == "role" and not ref.links:
        return lambda leg, env: leg.role(ref.root)  # type: ignore[union-attr]
    read = PARTY_FACTS.get(ref.name) if not ref.trait else None
    if read and not ref.links and ref.root in ("exporter", "importer"):
        return _end_getter(ref.root, read)

    def get(subject: Subject, _env: Env) -> Value:
        view = party(subject)
        if isinstance(view, Missing):
            return view
        return read(view) if read else view.trait(ref.trait)

    return get


def _end_getter(root: str, read: Callable[[PartyView], Value]) -> Getter:
    """Both ends of a transfer are always there."""
    if root == "exporter":
        return lambda leg, env: read(leg.exporter)  # type: ignore[union-attr]
    return lambda leg, env: read(leg.importer)  # type: ignore[union-attr]


# Where the facts that are asked for most often stand, below a leg.
PATHS: Final = {
    **{(root, name): f"{root}.{name}" for root, names in STATED.items() for name in names},
    **{(end, "country"): f"{end}.country" for end in ("exporter", "importer")},
    **{(end, "kind"): f"{end}.party.kind" for end in ("exporter", "importer")},
}


def stated(ref: FactRef) -> Callable[[Subject], object | None] | None:
    """Return a quick function for a fact that is what the arrangement states: None where it was left out.

    Returns:
        Nothing for other facts.
    """
    path = PATHS.get((ref.root, ref.name)) if not ref.trait and not ref.links else None
    return attrgetter(path) if path else None


def _place_getter(ref: FactRef) -> Getter:
    name = ref.name
    if ref.root == "arrangement":
        return lambda subject, env: subject.arrangement.trait(name)
    if ref.trait:
        if ref.root == "data":
            return lambda leg, env: _given(leg.data.traits.get(name))  # type: ignore[union-attr]
        return lambda leg, env: _given(leg.transfer.traits.get(name))  # type: ignore[union-attr]
    read = (DATA_FACTS if ref.root == "data" else TRANSFER_FACTS)[name]
    if ref.type == "set":
        return lambda leg, env: leg.fact(read)  # type: ignore[union-attr]
    return lambda leg, env: read(leg)  # type: ignore[arg-type]


def _given(value: Value | None) -> Value:
    return Missing.UNKNOWN if value is None else value


@cache
def party_getter(root: str, links: tuple[str, ...]) -> Callable[[Subject], PartyView | Missing]:
    """Return the function that reaches a party: by root, then along links."""
    start: Callable[[Subject], PartyView | Missing]
    start = attrgetter(root) if root != "party" else lambda subject: subject  # type: ignore[assignment,return-value]

    def reach(subject: Subject) -> PartyView | Missing:
        view = start(subject)
        for link in links:
            if isinstance(view, Missing):
                return view
            view = view.linked(link)
        return view

    return reach if links else start


def derived_test(ref: FactRef) -> Test:
    """Return the function that has a derived trait worked out."""
    if ref.root in ("data", "transfer", "arrangement", "leg"):
        return lambda subject, env: env.derived(ref.trait, subject)
    party = party_getter(ref.root, ref.links)

    def test(subject: Subject, env: Env) -> Truth:
        view = party(subject)
        if isinstance(view, Missing):
            return truth_of(view)
        return env.derived(ref.trait, view)

    return test
