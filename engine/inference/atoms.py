"""Evaluate atoms: from a comparison and the facts of a leg (or party) to true, false or unknown.

An atom is compiled once per statute book into a function. Both evaluators build on these; what they do not share is how
atoms combine into rules and outcomes.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final, cast

from engine.facts.parties import PARTY_FACTS, PartyView
from engine.facts.values import (
    FALSE,
    TRUE,
    UNKNOWN,
    Missing,
    PartialSet,
    Truth,
    compare,
    has_member,
    overlaps,
    truth_of,
    within,
)
from engine.inference.comparing import comparison, flat, words
from engine.inference.evidence import measure_test, reading_test
from engine.inference.getters import Env, Getter, Subject, Test, derived_test, getter, party_getter, stated
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

# Types of facts that are words, and what it says of one that it is among those named.
_WORDS: Final = ("country", "enum", "text")
_SIGNS: Final = {"in": TRUE, "==": TRUE, "not in": FALSE, "!=": FALSE}
_TRAITS: Final = {
    "data": "data.traits",
    "transfer": "transfer.traits",
    "exporter": "exporter.party.traits",
    "importer": "importer.party.traits",
    "party": "party.traits",
}


def compile_atom(atom: Atom, book: StatuteBook) -> Test:
    """Return the function that evaluates an atom under a book."""
    left = atom.left
    if isinstance(left, MeasureRef):
        return measure_test(atom, left, book)
    if isinstance(left, ReadingRef):
        return reading_test(atom, left)
    if isinstance(left, CountRef | PercentRef):
        return _number_test(atom, left, book)
    if atom.op == "shown":
        return _shown_test(left)
    if left.derived and atom.op == "true":
        return derived_test(left)
    get = getter(left)
    if left.type == "set":
        return _set_test(atom, get, book)
    if atom.op == "true":
        return _given_test(left) or (lambda subject, env: truth_of(get(subject, env)))
    return _scalar_test(atom, get, book)


def sense(atom: Atom, book: StatuteBook) -> object:
    """Return what an atom asks under a book: atoms of one sense have one truth, however their authors wrote them."""
    left: object = atom.left
    if isinstance(left, CountRef):
        left = (left.scope, left.unit, flat(left.places, book), flat(left.categories, book))
    elif isinstance(left, PercentRef) and not left.trait:
        left = (left.root, left.links, words(left.group, book))
    right: object = atom.right
    if isinstance(right, GroupRef):
        right = book.group(right)
    elif isinstance(right, NumberRef):
        number = book.number(right)
        right = None if number is None else number.value
    return atom.op, left, right, type(right)


def _shown_test(ref: FactRef) -> Test:
    get = getter(ref)
    return lambda subject, env: TRUE if truth_of(get(subject, env)) == TRUE else FALSE


def _given_test(ref: FactRef) -> Test | None:
    """Return the function for whether something is stated to be so; None for facts that are put together."""
    name, read = ref.trait, stated(ref)
    if read is not None:
        return lambda subject, env: TRUE if (value := read(subject)) is True else UNKNOWN if value is None else FALSE
    if not name or ref.links or ref.root not in _TRAITS:
        return None
    of = attrgetter(_TRAITS[ref.root])

    def given(leg: Subject, _env: Env) -> Truth:
        value = of(leg).get(name)
        return TRUE if value is True else UNKNOWN if value is None else FALSE

    return given


# -- comparisons ------------------------------------------------------------------------------------------------------


def _set_test(atom: Atom, get: Getter, book: StatuteBook) -> Test:
    if isinstance(atom.right, FactRef):
        return _member_test(atom, get, getter(atom.right))
    relation, named, sign = _relation(atom, book)
    if cast(FactRef, atom.left).root not in PARTY_ROOTS:  # the data and the transfer are always there
        return lambda subject, env: sign * relation(get(subject, env), named)

    def test(subject: Subject, env: Env) -> Truth:
        known = get(subject, env)  # missing where the party is whose set it would be
        return truth_of(known) if isinstance(known, Missing) else sign * relation(known, named)

    return test


def _relation(atom: Atom, book: StatuteBook) -> tuple[Callable[[Any, Any], Truth], object, Truth]:
    """Return what compares a set with what an atom names, that, and the sign of what comes out."""
    if atom.op in ("has", "has not"):
        return has_member, str(atom.right), TRUE if atom.op == "has" else FALSE
    return overlaps if atom.op == "overlaps" else within, words(atom.right, book), TRUE


def _member_test(atom: Atom, get: Getter, other: Getter) -> Test:
    sign = 1 if atom.op == "has" else -1

    def test(subject: Subject, env: Env) -> Truth:
        item, known = other(subject, env), get(subject, env)
        if isinstance(item, Missing) or isinstance(known, Missing):
            return _of_missing(item, known)
        return sign * has_member(cast(PartialSet, known), str(item))

    return test


def _of_missing(*sides: object) -> Truth:
    """Return what a comparison comes to of which some side is missing: false where one is not there at all."""
    return FALSE if Missing.ABSENT in sides else UNKNOWN


def _scalar_test(atom: Atom, get: Getter, book: StatuteBook) -> Test:
    among = _among_test(atom, book)
    if among is not None:
        return among
    holds = comparison(atom, book)
    if not isinstance(atom.right, FactRef):

        def test_fixed(subject: Subject, env: Env) -> Truth:
            value = get(subject, env)
            if isinstance(value, Missing):
                return truth_of(value)
            return TRUE if holds(value, None) else FALSE

        return test_fixed
    other = getter(atom.right)

    def test(subject: Subject, env: Env) -> Truth:
        value, second = get(subject, env), other(subject, env)
        if isinstance(value, Missing) or isinstance(second, Missing):
            return _of_missing(value, second)
        return TRUE if holds(value, second) else FALSE

    return test


def _among_test(atom: Atom, book: StatuteBook) -> Test | None:
    """Return the function for whether a word that is stated is one of those named; None for what is no such word.

    A day is not: the arrangement states a day, and a condition names it as text.
    """
    left, right = cast(FactRef, atom.left), atom.right
    read, sign = stated(left), _SIGNS.get(atom.op)
    if read is None or sign is None or left.type not in _WORDS or isinstance(right, FactRef):
        return None
    named = frozenset((right,)) if isinstance(right, str) else words(right, book)

    def among(subject: Subject, _env: Env) -> Truth:
        value = read(subject)
        return UNKNOWN if value is None else sign if value in named else -sign

    return among


def _number_test(atom: Atom, left: CountRef | PercentRef, book: StatuteBook) -> Test:
    if isinstance(atom.right, NumberRef):
        number = book.number(atom.right)
        # The loader sees to it that a number has a value on every day of the rules that use it.
        if number is None:
            return lambda subject, env: UNKNOWN
        right = number.value
    else:
        right = cast(int, atom.right)
    op = atom.op
    if isinstance(left, CountRef):
        places = flat(left.places, book)
        categories = flat(left.categories, book)
        scope, unit = left.scope, left.unit
        return lambda subject, env: compare(op, subject.count(scope, unit, places, categories), right)  # type: ignore[union-attr]
    party = party_getter(left.root, left.links)
    percent, thousandths = left, right * 1000

    def test(subject: Subject, env: Env) -> Truth:
        view = party(subject)
        if isinstance(view, Missing):
            return truth_of(view)
        return compare(op, view.owned_by(_owner_test(percent, book, env)), thousandths)

    return test


def _owner_test(ref: PercentRef, book: StatuteBook, env: Env) -> Callable[[PartyView | str], Missing | bool]:
    if ref.trait:

        def has_trait(owner: PartyView | str) -> Missing | bool:
            # A country's nationals have no traits: whether such an owner has the status is an open question.
            if isinstance(owner, str):
                return Missing.UNKNOWN
            value = env.derived(ref.trait, owner) if ref.derived else truth_of(owner.trait(ref.trait))
            return Missing.UNKNOWN if value == UNKNOWN else value == TRUE

        return has_trait
    group = words(ref.group, book)

    def in_group(owner: PartyView | str) -> Missing | bool:
        if isinstance(owner, str):
            return owner in group
        under = PARTY_FACTS["organised_under"](owner)
        if owner.country in group or under in group:
            return True
        return Missing.UNKNOWN if under is Missing.UNKNOWN else False

    return in_group
