"""Compare a value that is known with what an atom names: a word, a day, or a number or group of the book."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, cast

from engine.facts.values import FALSE, TRUE, Truth
from engine.law.book import StatuteBook
from engine.law.expression import Atom, FactRef, GroupRef, NumberRef

_OPERATORS: Final[Mapping[str, Callable[[object, object], bool]]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,  # type: ignore[operator]
    "<=": lambda a, b: a <= b,  # type: ignore[operator]
    ">": lambda a, b: a > b,  # type: ignore[operator]
    ">=": lambda a, b: a >= b,  # type: ignore[operator]
}


def truth_for(atom: Atom, value: object, book: StatuteBook) -> Truth:
    """Return what a comparison of one fact would come to, were this the fact's value."""
    return TRUE if truth_comparison(atom, book)(value) else FALSE


def truth_comparison(atom: Atom, book: StatuteBook) -> Callable[[object], bool]:
    """Return the function that says of a value whether an atom that reads it holds."""
    if atom.op == "true":
        return lambda value: value is True
    holds = comparison(atom, book)
    return lambda value: holds(value, None)


def comparison(atom: Atom, book: StatuteBook) -> Callable[[object, object], bool]:
    """Return the function that compares a value with what an atom names, or with the second fact that it reads."""
    op, right = atom.op, atom.right
    if op in ("in", "not in"):
        group, inside = words(right, book), op == "in"
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


def words(right: object, book: StatuteBook) -> frozenset[str]:
    """Return the words that are listed, or the members of the group that is named."""
    return book.group(right) if isinstance(right, GroupRef) else frozenset(cast(tuple[str, ...], right))


def flat(names: tuple[str | GroupRef, ...], book: StatuteBook) -> frozenset[str] | None:
    """Return words and the members of groups as one set; None, which is all, where nothing is named.

    A group that has no members on the days of the book names nobody, which is not the same.
    """
    if not names:
        return None
    found = frozenset[str]()
    for name in names:
        found |= book.group(name) if isinstance(name, GroupRef) else frozenset((name,))
    return found
