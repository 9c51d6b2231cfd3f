"""Where a measure could make things worse, the rule has to say so; where it can only help, nothing is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import RulesetError
from tests.rulesets_for_tests.making import Data, instrument, library, measure, rule, trait

M = "measure.zz.m"
TRAITS = {"zz.big": trait("leg", derived=True), "zz.bigger": trait("leg", derived=True)}


def faults_of(*rules: Data, **more: Any) -> list[str]:
    """Return the messages about an instrument that has a scope, a route `r`, a ban `b` and these rules."""
    base = [rule("scope", "s"), rule("route", "r"), rule("ban", "b"), rule("exemption", "x")]
    given = {"measures": {"zz.m": measure()}, **more}
    try:
        library(instrument(*base, *rules, **given))
    except RulesetError as error:
        return [fault.message if fault.code == "measure-harms" else str(fault) for fault in error.faults]
    return []


def defined(*rules: Data) -> list[str]:
    """Return the messages about rules that turn on `leg.zz.big`, which a definition makes true where the measure is."""
    return faults_of(rule("definition", "d", [M], defines="zz.big"), *rules, traits={"zz.big": TRAITS["zz.big"]})


HARMFUL = {
    "a ban": rule("ban", "t", [M]),
    "a duty": rule("duty", "t", [M]),
    "a scope": rule("scope", "t", [M]),
    "a route that needs its absence": rule("route", "t", [f"not {M}"]),
    "an exemption that needs its absence": rule("exemption", "t", [f"data.minors or not {M}"]),
    "an exception to a route": rule("exception", "t", [M], to=["r"]),
    "an exception to a route that requires it": rule("exception", "t", [], to=["r"], requires=[M]),
    "an exception to an exemption": rule("exception", "t", [M], to=["x"]),
    "an exception to a ban that needs its absence": rule("exception", "t", [f"not {M}"], to=["b"]),
    "an exception to a ban and to a route": rule("exception", "t", [M], to=["b", "r"]),
}
HELPFUL = {
    "a ban that needs its absence": rule("ban", "t", [f"not {M}"]),
    "a duty that needs its absence": rule("duty", "t", [f"not ({M} and data.minors)"]),
    "a route": rule("route", "t", [M]),
    "a route that requires it": rule("route", "t", [], requires=[M]),
    "a duty that it fulfils": rule("duty", "t", [], fulfilled_by=[M]),
    "an exemption": rule("exemption", "t", [M]),
    "an exception to a ban": rule("exception", "t", [M], to=["b"]),
    "an exception to a scope": rule("exception", "t", [M], to=["s"]),
    "a warning": rule("warning", "t", [M]),
}


@pytest.mark.parametrize("given", HARMFUL.values(), ids=HARMFUL)
def test_a_measure_that_could_do_harm_is_refused(given: Data) -> None:
    assert faults_of(given) == ["`zz.m` could make things worse here"]


@pytest.mark.parametrize("given", HARMFUL.values(), ids=HARMFUL)
def test_a_rule_may_say_that_a_measure_does_harm(given: Data) -> None:
    assert faults_of({**given, "adverse": ["zz.m"]}) == []


@pytest.mark.parametrize("given", HELPFUL.values(), ids=HELPFUL)
def test_a_measure_that_can_only_help_is_accepted(given: Data) -> None:
    assert faults_of(given) == []


def test_harm_is_found_through_an_exception_to_an_exception() -> None:
    licence = rule("exception", "licence", [], to=["b"])
    assert faults_of(licence, rule("exception", "t", [M], to=["licence"])) == ["`zz.m` could make things worse here"]
    assert faults_of(licence, rule("exception", "t", [f"not {M}"], to=["licence"])) == []


def test_harm_is_found_behind_a_derived_trait() -> None:
    harm = ["`zz.m` could make things worse here"]
    assert defined(rule("ban", "t", ["leg.zz.big"])) == harm
    assert defined(rule("route", "t", ["not leg.zz.big"])) == harm
    assert defined(rule("route", "t", ["leg.zz.big"])) == []
    assert defined(rule("duty", "t", [], fulfilled_by=["leg.zz.big"])) == []
    assert defined(rule("route", "t", [], requires=["leg.zz.big"])) == []
    assert defined(rule("ban", "t", ["not leg.zz.big"])) == []


def test_a_trait_that_helps_here_and_burdens_there_is_refused() -> None:
    assert defined(rule("route", "t", ["leg.zz.big"]), rule("ban", "u", ["leg.zz.big"])) != []


def test_harm_is_found_behind_definitions_of_definitions() -> None:
    chain = (
        rule("definition", "d", [M], defines="zz.big"),
        rule("definition", "e", ["not leg.zz.big"], defines="zz.bigger"),
    )
    assert faults_of(*chain, rule("route", "t", ["leg.zz.bigger"]), traits=TRAITS) != []
    assert faults_of(*chain, rule("ban", "t", ["leg.zz.bigger"]), traits=TRAITS) == []


def test_harm_is_found_in_an_exception_to_a_definition() -> None:
    """The measure takes the status away: harm to a route that needs it, help against a ban that turns on it."""
    definition = rule("definition", "d", [], defines="zz.big")
    exception = rule("exception", "t", [M], to=["d"])
    traits = {"zz.big": TRAITS["zz.big"]}
    assert faults_of(definition, exception, rule("route", "u", ["leg.zz.big"]), traits=traits) != []
    assert faults_of(definition, exception, rule("ban", "u", ["leg.zz.big"]), traits=traits) == []
