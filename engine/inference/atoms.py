"""Evaluate atoms: from a comparison and the facts of a leg (or party) to true, false or unknown.

An atom is compiled once per statute book into a function. Both evaluators build on these; what they do not share is how
atoms combine into rules and outcomes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from operator import attrgetter
from typing import Final, cast

from engine.facts.legs import Leg
from engine.facts.parties import PARTY_FACTS, PartyView
from engine.facts.values import (
    FALSE,
    TRUE,
    UNKNOWN,
    Missing,
    PartialSet,
    Truth,
    compare,
    is_member,
    overlaps,
    truth_of,
    within,
)
from engine.inference.getters import Env, Getter, Subject, Test, derived_test, getter, party_getter, stated
from engine.law.book import StatuteBook
from engine.law.expression import (
    Atom,
    CountRef,
    FactRef,
    GroupRef,
    MeasureRef,
    NumberRef,
    PercentRef,
    ReadingRef,
)

_NO: Final = frozenset[str]()
_ONE_DAY: Final = timedelta(days=1)
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
        return _measure_test(atom, left, book)
    if isinstance(left, ReadingRef):
        return _reading_test(atom, left)
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


def truth_for(atom: Atom, value: object, book: StatuteBook) -> Truth:
    """Return what a comparison of one fact would come to, were this the fact's value."""
    return TRUE if _truth_comparison(atom, book)(value) else FALSE


def sense(atom: Atom, book: StatuteBook) -> object:
    """Return what an atom asks under a book: atoms of one sense have one truth, however their authors wrote them."""
    left: object = atom.left
    if isinstance(left, CountRef):
        left = (left.scope, left.unit, flat(left.places, book), flat(left.categories, book))
    elif isinstance(left, PercentRef) and not left.trait:
        left = (left.root, left.links, _words(left.group, book))
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


def _words(right: object, book: StatuteBook) -> frozenset[str]:
    return book.group(right) if isinstance(right, GroupRef) else frozenset(cast(tuple[str, ...], right))


def _set_test(atom: Atom, get: Getter, book: StatuteBook) -> Test:
    right = atom.right
    if isinstance(right, FactRef):
        other = getter(right)

        def has(subject: Subject, env: Env) -> Truth:
            item = other(subject, env)
            if isinstance(item, Missing):
                return truth_of(item)
            return is_member(str(item), cast(PartialSet, get(subject, env)))

        if atom.op == "has":
            return has
        return lambda subject, env: FALSE if other(subject, env) is Missing.ABSENT else -has(subject, env)
    if atom.op in ("has", "has not"):
        word, sign = str(right), 1 if atom.op == "has" else -1
        return lambda subject, env: sign * is_member(word, get(subject, env))  # type: ignore[arg-type]
    test, group = (overlaps if atom.op == "overlaps" else within), _words(right, book)
    return lambda subject, env: test(get(subject, env), group)  # type: ignore[arg-type]


def _scalar_test(atom: Atom, get: Getter, book: StatuteBook) -> Test:
    holds = _comparison(atom, book)
    read = stated(cast(FactRef, atom.left))
    if read is not None and (atom.op in ("in", "not in") or isinstance(atom.right, str)) and atom.op in _SIGNS:
        words = frozenset((atom.right,)) if isinstance(atom.right, str) else _words(atom.right, book)
        sign = _SIGNS[atom.op]

        def among(subject: Subject, _env: Env) -> Truth:
            value = read(subject)
            return UNKNOWN if value is None else sign if value in words else -sign

        return among
    if not isinstance(atom.right, FactRef):

        def test_fixed(subject: Subject, env: Env) -> Truth:
            value = get(subject, env)
            if isinstance(value, Missing):
                return truth_of(value)
            return TRUE if holds(value, None) else FALSE

        return test_fixed
    other = getter(atom.right)

    def test(subject: Subject, env: Env) -> Truth:
        value = get(subject, env)
        if isinstance(value, Missing):
            return truth_of(value)
        second = other(subject, env)
        if isinstance(second, Missing):
            return truth_of(second)
        return TRUE if holds(value, second) else FALSE

    return test


def _comparison(atom: Atom, book: StatuteBook) -> Callable[[object, object], bool]:
    op, right = atom.op, atom.right
    if op in ("in", "not in"):
        group, inside = _words(right, book), op == "in"
        return lambda value, _: (value in group) is inside
    compare_values = _OPERATORS[op]
    if isinstance(right, FactRef):
        # One side may be a day of the model, the other a trait as it was written.
        return lambda value, other: compare_values(_plain(value), _plain(other))
    if isinstance(right, NumberRef):
        number = book.number(right)
        fixed: object = number.value if number else None
    else:
        fixed = right
    return lambda value, _: compare_values(_plain(value), fixed)


def _plain(value: object) -> object:
    # Days are compared as ISO text, in which the order of text is the order of days.
    return value.isoformat() if hasattr(value, "isoformat") else value


_SIGNS: Final = {"in": 1, "==": 1, "not in": -1, "!=": -1}
_OPERATORS: Final[Mapping[str, Callable[[object, object], bool]]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,  # type: ignore[operator]
    "<=": lambda a, b: a <= b,  # type: ignore[operator]
    ">": lambda a, b: a > b,  # type: ignore[operator]
    ">=": lambda a, b: a >= b,  # type: ignore[operator]
}


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
        return lambda subject, env: compare(op, cast(Leg, subject).count(scope, unit, places, categories), right)
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
    group = _words(ref.group, book)

    def in_group(owner: PartyView | str) -> Missing | bool:
        if isinstance(owner, str):
            return owner in group
        under = PARTY_FACTS["organised_under"](owner)
        if owner.country in group or under in group:
            return True
        return Missing.UNKNOWN if under is Missing.UNKNOWN else False

    return in_group


def flat(names: tuple[str | GroupRef, ...], book: StatuteBook) -> frozenset[str]:
    """Return words and the members of groups as one set; empty for all."""
    found = _NO
    for name in names:
        found |= book.group(name) if isinstance(name, GroupRef) else frozenset((name,))
    return found


# -- measures and readings --------------------------------------------------------------------------------------------


def _measure_test(atom: Atom, ref: MeasureRef, book: StatuteBook) -> Test:
    measure = book.library.measures[ref.id]
    name, field, lever = ref.id, ref.field, measure.lever
    if not field:

        def shown(leg: Subject, env: Env) -> Truth:
            return TRUE if name in leg.evidence or (lever and env.levers) else FALSE  # type: ignore[union-attr]

        return shown
    holds = _truth_comparison(atom, book)
    spec = measure.fields[field]
    # A finding that stands once made may have been made already where the evidence does not say.
    may_be_settled = any(not holds(value) for value in spec.final)

    def attainable(leg: Leg) -> bool:
        # A lever could bring about any attainable value. Numbers are free, and so are days that have not passed.
        if spec.type == "date" and isinstance(atom.right, str):
            return any(holds(value) for value in days_to_come(atom.right, leg.arrangement.day))
        return not spec.attainable or any(holds(value) for value in spec.attainable)

    def field_test(subject: Subject, env: Env) -> Truth:
        leg = cast(Leg, subject)
        evidence = leg.evidence.get(name)
        later = lever and env.levers and attainable(leg)
        if evidence is None:
            return TRUE if later else FALSE
        shown = evidence.get(field)
        if shown is not None and holds(shown):
            return TRUE
        if later and shown not in spec.final:
            return UNKNOWN if shown is None and may_be_settled else TRUE
        return UNKNOWN if shown is None else FALSE

    return field_test


def days_to_come(named: str, day: date) -> Iterator[str]:
    """Yield the days that an act done on `day` or later can bear, as far as a comparison can tell them apart.

    Args:
        named: The day that a condition names, as ISO text.
        day: Day of the decision. Nobody can sign or approve anything on an earlier day any more.
    """
    edge = date.fromisoformat(named)
    yield from dict.fromkeys(each.isoformat() for each in (day, edge, edge + _ONE_DAY, edge - _ONE_DAY) if each >= day)


def _truth_comparison(atom: Atom, book: StatuteBook) -> Callable[[object], bool]:
    if atom.op == "true":
        return lambda value: value is True
    holds = _comparison(atom, book)
    return lambda value: holds(value, None)


def _reading_test(atom: Atom, ref: ReadingRef) -> Test:
    name, option, same = ref.id, atom.right, atom.op == "=="

    def test(_subject: Subject, env: Env) -> Truth:
        chosen = env.readings.get(name)
        if chosen is None:
            return UNKNOWN
        return TRUE if (chosen == option) is same else FALSE

    return test
