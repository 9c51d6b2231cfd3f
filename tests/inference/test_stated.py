"""Quick functions for what an arrangement states find what a plain comparison finds: every fact, operator and value."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import combinations, product
from typing import Any, cast

import pytest
from pydantic import ValidationError

from engine.decision.statute import Law
from engine.facts.arrangement import Arrangement, Dataset, Model, Party, Transfer
from engine.facts.legs import Leg
from engine.facts.values import FALSE, TRUE, UNKNOWN, Missing, PartialSet, Truth
from engine.facts.views import ArrangementView
from engine.inference.atoms import compile_atom
from engine.inference.getters import PATHS, Env, getter, stated
from engine.law.expression import Atom, FactRef, Op, Right
from tests.rulesets_for_tests.making import TODAY, Data, instrument, law, plain, rule

ENDS = (("exporter",), ("importer",), ("origin",), ("key_holder",), ("importer", "employer"), ("importer", "branch_of"))
ROOTS = {"party": ENDS, "data": (("data",),), "transfer": (("transfer",),), "arrangement": (("arrangement",),)}
TRAIT_TYPES = ("bool", "int", "date", "country", "enum")
ORDER: dict[Op, Any] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
SAME: dict[Op, Any] = {"==": operator.eq, "!=": operator.ne}
# What a condition may name; the second is what arrangements mostly say.
NAMED: dict[str, tuple[Any, ...]] = {
    "bool": (True, False),
    "int": (4, 5),
    "date": ("2026-01-01", "2026-01-02"),
    "country": ("BV", "HM"),
    "region": ("US-CA", "US-TX"),
    "enum": ("none", "low"),
    "text": ("none", "EAR99"),
    "set": ("none", "HM"),
}
WORDS = ("none", "low", "EAR99", "2026-01-01", "2026-01-02", "2026-01-03", "BV", "HM", "US-TX", "c")
VALUES = (None, False, True, 4, 5, 6, *WORDS, ["HM"], ["BV", "none"])
PARTS = (("parties", 0, Party), ("parties", 1, Party), ("datasets", 0, Dataset), ("transfers", 0, Transfer))
ALWAYS = ("country", "kind", "mode")
NO_ENV = cast(Env, None)  # facts alone


@cache
def made() -> Law:
    return law(instrument(rule("scope", "s")))


def refs() -> Iterator[FactRef]:
    """Yield every fact that the vocabulary declares, and a trait of every type, of all that can have it."""
    for (of, name), spec in made().library.vocabulary.facts.items():
        if spec.type != "count":
            for root, *links in ROOTS[of]:
                yield FactRef(root, tuple(links), name, spec.type, spec.of)
    for roots in ROOTS.values():
        for root, *links in roots:
            for kind in TRAIT_TYPES:
                yield FactRef(root, tuple(links), f"zz.{kind}", kind, f"zz.{kind}", f"zz.{kind}")


def atoms(left: FactRef) -> Iterator[Atom]:
    """Yield every comparison that conditions can make of a fact."""
    yield from (Atom(op, left, right, f"{left} {op} {right}") for op, right in comparisons(left))


def comparisons(left: FactRef) -> Iterator[tuple[Op, Right]]:
    named = NAMED[left.type]
    ends = [FactRef(end[0], end[1:], "country", "country", "") for end in ENDS]
    if left.type == "bool":
        yield from (("true", None), ("shown", None))
    if left.type == "set":
        yield from product(("has", "has not"), (*named, *ends))
        yield from product(("overlaps", "within"), (named, named[1:]))
        return
    yield from product(SAME, (*named, left, *(ends if left.type == "country" else ())))
    if left.type in ("int", "date"):
        yield from product(ORDER, named)
    if left.type in ("country", "region", "enum", "text"):
        yield from product(("in", "not in"), (named, named[1:]))


# -- arrangements -----------------------------------------------------------------------------------------------------


def varied(model: type[Model], given: Data) -> Iterator[Data]:
    """Yield something as it is, and with each of its facts in turn left out, and of each value that it can have."""
    yield given
    for name in model.model_fields:
        for value in VALUES:
            other = {key: each for key, each in {**given, name: value}.items() if each is not None}
            try:
                model.model_validate(other)
            except ValidationError:
                continue
            yield other


def traits() -> Iterator[Data]:
    for kind in TRAIT_TYPES:
        yield from ({f"zz.{kind}": value} for value in (*NAMED[kind], *VALUES) if fits(value, kind))


def fits(value: object, kind: str) -> bool:
    return type(value) is {"bool": bool, "int": int}.get(kind, str)


@cache
def legs() -> tuple[Leg, ...]:
    """Return legs that differ in one fact each."""
    base = plain(
        parties__1__kind="individual",
        parties__2={"id": "c", "country": "HM", "kind": "company"},
        datasets__0__key_holder="c",
    )
    found = [{**base, "traits": given} for given in traits()]
    for key, index, model in PARTS:
        part, others = base[key][index], base[key]
        each_way = (*varied(model, part), *({**part, "traits": given} for given in traits()))
        found += [{**base, key: [*others[:index], each, *others[index + 1 :]]} for each in each_way]
    return tuple(leg for each in found for leg in read_legs(each))


def read_legs(data: Data) -> tuple[Leg, ...]:
    """Return the legs of an arrangement; none of one that names parties or data sets that are not there."""
    arrangement = Arrangement.model_validate(data)
    try:
        return ArrangementView(arrangement, TODAY).legs
    except KeyError:
        return ()


# -- the meaning of comparisons ---------------------------------------------------------------------------------------


def meaning(atom: Atom, leg: Leg) -> Truth:
    """Return what a comparison comes to, without any haste."""
    value = getter(cast(FactRef, atom.left))(leg, NO_ENV)
    other = getter(atom.right)(leg, NO_ENV) if isinstance(atom.right, FactRef) else atom.right
    if atom.op == "shown":
        return TRUE if value is True else FALSE
    if Missing.ABSENT in (value, other):
        return FALSE
    if Missing.UNKNOWN in (value, other):
        return UNKNOWN
    if isinstance(value, PartialSet):
        return of_set(atom.op, value, other)
    return TRUE if holds(atom.op, text(value), text(other)) else FALSE


def holds(op: Op, value: Any, other: Any) -> bool:
    if op == "true":
        return value is True
    if op in ("in", "not in"):
        return (value in other) is (op == "in")
    return bool({**SAME, **ORDER}[op](value, other))


def text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def of_set(op: str, known: PartialSet, other: Any) -> Truth:
    """Try out every set that it may be, as far as a comparison can tell these apart."""
    named = {other} if isinstance(other, str) else {*other, "AQ"}
    more = () if known.complete else (*combinations(named, 0), *combinations(named, 1), *combinations(named, 2))
    found = {is_so(op, known.members.union(each), other) for each in more or ((),)}
    return UNKNOWN if len(found) == 2 else TRUE if found == {True} else FALSE


def is_so(op: str, members: frozenset[str], other: Any) -> bool:
    if op in ("has", "has not"):
        return (other in members) is (op == "has")
    return bool(members) and members <= set(other) if op == "within" else not members.isdisjoint(other)


@pytest.mark.parametrize("left", list(refs()), ids=str)
def test_every_comparison_of_a_fact_comes_to_what_it_means(left: FactRef) -> None:
    book = made().programs(TODAY).book
    for atom in atoms(left):
        test = compile_atom(atom, book)
        wrong = [leg.arrangement.model for leg in legs() if test(leg, NO_ENV) != meaning(atom, leg)]
        assert not wrong, f"{atom.text}: {wrong[0].model_dump_json(exclude_unset=True)}"


@pytest.mark.parametrize(("root", "name"), sorted(PATHS))
def test_every_fact_that_is_read_in_one_step_is_said_and_left_out(root: str, name: str) -> None:
    ref = FactRef(root, (), name, "", "")
    read = stated(ref)
    assert read is not None
    assert {read(leg) is None for leg in legs()} >= ({False} if name in ALWAYS else {False, True})
    assert len({read(leg) for leg in legs()}) > 1
