"""The two sides of an atom: what it reads, where that stands in the arrangement, and what it is compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from engine.decision.traces import FactTrace, ParameterTrace
from engine.facts.legs import FACT_PLACES, Leg
from engine.facts.parties import PartyView
from engine.facts.values import Missing, PartialSet
from engine.inference.comparing import flat
from engine.inference.environment import Environment
from engine.inference.getters import Getter, Subject, getter, party_getter
from engine.law.book import StatuteBook
from engine.law.expression import (
    PARTY_ROOTS,
    Atom,
    CountRef,
    FactRef,
    GroupRef,
    MeasureRef,
    NumberRef,
    PercentRef,
    ReadingRef,
)
from engine.law.model import BEGINNING

_MOST = 12
SideRef = FactRef | MeasureRef | ReadingRef | CountRef | PercentRef


@dataclass(frozen=True, eq=False, slots=True)
class Side:
    """What one side of an atom reads.

    Attributes:
        name: The fact as conditions write it.
        trait: The derived trait that it reads, or "".
        get: How a fact is read; None for what is not a fact or trait.
        where: Its JSON pointer, likewise.
        reach: How the party is reached whose fact it is; None where it is not a party's, or is one of its part in the
            transfer.
    """

    ref: SideRef
    name: str
    trait: str
    get: Getter | None
    where: Callable[[Subject], str] | None
    reach: Callable[[Subject], PartyView | Missing] | None

    def trace(self, subject: Subject, env: Environment) -> FactTrace:
        """Return what it reads of a leg or party: the value as text, and its place."""
        ref = self.ref
        if isinstance(ref, FactRef):
            assert self.get is not None
            assert self.where is not None
            return FactTrace(self.name, shown(self.get(subject, env)), self.where(subject))
        if isinstance(ref, ReadingRef):
            return FactTrace(self.name, env.readings.get(ref.id, "not chosen"), f"/readings/{ref.id}")
        if isinstance(ref, PercentRef):
            return _percent(ref, self.name, subject)
        if not isinstance(subject, Leg):
            raise TypeError(f"`{self.name}` is read of transfers only")
        return _measure(ref, subject) if isinstance(ref, MeasureRef) else _count(ref, self.name, subject, env)


def sides_of(atom: Atom) -> Iterator[Side]:
    """Yield the sides of an atom that read something."""
    for ref in (atom.left, atom.right):
        if isinstance(ref, SideRef):
            yield _side(ref)


@cache
def _side(ref: SideRef) -> Side:
    if isinstance(ref, CountRef):
        return Side(ref, f"{ref.scope}.{ref.unit}", "", None, None, None)
    if isinstance(ref, PercentRef):
        return Side(ref, f"{ref.root}.owners", "", None, None, None)
    if not isinstance(ref, FactRef):
        return Side(ref, str(ref), "", None, None, None)
    own = ref.root in PARTY_ROOTS and ref.name != "role"
    reach = party_getter(ref.root, ref.links) if own else None
    return Side(ref, str(ref), ref.trait if ref.derived else "", getter(ref), pointer_getter(ref), reach)


def _measure(ref: MeasureRef, leg: Leg) -> FactTrace:
    evidence, pointer = leg.arrangement.measure(leg, ref.id)
    if evidence is None:
        return FactTrace(str(ref), "not shown", pointer)
    if not ref.field:
        return FactTrace(str(ref), "shown", pointer)
    return FactTrace(str(ref), shown(evidence.get(ref.field, Missing.UNKNOWN)), f"{pointer}/{ref.field}")


def _count(ref: CountRef, name: str, leg: Leg, env: Environment) -> FactTrace:
    book = env.programs.book
    count = leg.count(ref.scope, ref.unit, flat(ref.places, book), flat(ref.categories, book))
    return FactTrace(name, str(count), f"/datasets/{leg.data_index}/subjects")


def _percent(ref: PercentRef, name: str, subject: Subject) -> FactTrace:
    view = party_getter(ref.root, ref.links)(subject)
    if isinstance(view, Missing):
        return FactTrace(name, shown(view), "")
    owners = view.party.owners
    said = (
        "unknown"
        if owners is None
        else "none"
        if owners == "none"
        else "; ".join(f"{owner.party or owner.country} {owner.percent:g} %" for owner in owners)
    )
    return FactTrace(name, said, f"{view.pointer}/owners")


def shown(value: object) -> str:
    """Return a value as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, Missing):
        return value.value
    if isinstance(value, PartialSet):
        listed = ", ".join(sorted(value.members))
        return (
            listed
            if value.complete and listed
            else f"{listed}, perhaps others"
            if listed
            else "none"
            if value.complete
            else "unknown"
        )
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def subject_pointer(subject: Subject, of: str) -> str:
    """Return the JSON pointer of what a derived trait belongs to."""
    if isinstance(subject, PartyView):
        return subject.pointer
    if of == "dataset":
        return f"/datasets/{subject.data_index}"
    if of == "transfer":
        return f"/transfers/{subject.transfer_index}"
    if of == "arrangement":
        return ""
    return f"/transfers/{subject.transfer_index} /datasets/{subject.data_index}"


@cache
def pointer_getter(ref: FactRef) -> Callable[[Subject], str]:
    """Return the function that tells where a fact stands in an arrangement, or where it would, as a JSON pointer."""
    place = f"traits/{ref.trait}" if ref.trait else FACT_PLACES.get((_kind(ref), ref.name), ref.name)
    if ref.root in PARTY_ROOTS:
        return _party_pointer(ref, place)
    if ref.root == "data":
        return lambda leg: f"/datasets/{leg.data_index}/{place}"  # type: ignore[union-attr]
    if ref.root == "arrangement":
        return lambda _: f"/traits/{ref.trait}"
    return lambda leg: f"/transfers/{leg.transfer_index}/{place}"  # type: ignore[union-attr]


def _kind(ref: FactRef) -> str:
    return "party" if ref.root in PARTY_ROOTS else ref.root


def _party_pointer(ref: FactRef, place: str) -> Callable[[Subject], str]:
    reach = party_getter(ref.root, ref.links)
    role = f"{ref.root}_role" if ref.name == "role" and not ref.trait else ""

    def pointer(subject: Subject) -> str:
        view = reach(subject)
        if isinstance(view, Missing):
            return "" if not isinstance(subject, Leg) or ref.links else f"/datasets/{subject.data_index}/key_holder"
        if role and isinstance(subject, Leg):
            return f"/transfers/{subject.transfer_index}/{role}"
        return f"{view.pointer}/{place}"

    return pointer


def pointer_of(ref: FactRef, subject: Subject) -> str:
    """Return the JSON pointer of a fact: where it stands in the arrangement, or where it would."""
    return pointer_getter(ref)(subject)


def parameters_of(atom: Atom, book: StatuteBook) -> Iterator[ParameterTrace]:
    """Yield the parameters and groups that an atom compared with."""
    refs = [atom.right]
    if isinstance(atom.left, CountRef):
        refs += list(atom.left.places) + list(atom.left.categories)
    elif isinstance(atom.left, PercentRef):
        refs.append(atom.left.group)
    for ref in refs:
        if isinstance(ref, NumberRef):
            number = book.number(ref)
            if number:
                yield ParameterTrace(ref.name, str(number.value), number.cite, number.period.first, number.href)
        elif isinstance(ref, GroupRef):
            yield _group(ref, book)


def _group(ref: GroupRef, book: StatuteBook) -> ParameterTrace:
    library = book.library
    own = library.instruments[ref.instrument].groups if ref.instrument else {}
    group = own.get(ref.name) or library.groups[ref.name]
    members = sorted(book.group(ref))
    listed = ", ".join(members[:_MOST]) + (f" and {len(members) - _MOST} more" if len(members) > _MOST else "")
    spells = [each for each in group.members if book.period.first in each.period and each.period.first > BEGINNING]
    since = max((each.period.first for each in spells), default=None)
    cites = list(dict.fromkeys(each.cite for each in spells if each.cite))
    of_instrument = library.instruments[ref.instrument].source.cite if ref.instrument else ""
    cite = group.source.cite if group.source else "; ".join(cites[:3]) or of_instrument
    return ParameterTrace(ref.name, listed or "nobody", cite, since, group.source.href if group.source else "")
