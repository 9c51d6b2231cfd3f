"""A refused transfer is asked for the facts on which an easier way to make it lawful turns, and for no others."""

from __future__ import annotations

from engine.decision.missing import missing_facts
from engine.decision.model import Question
from tests.rulesets_for_tests.making import (
    TODAY,
    Data,
    decided,
    finding,
    instrument,
    law,
    measure,
    plain,
    read,
    rule,
    trait,
)

TRAITS = {name: trait() for name in ("zz.body", "zz.bad")}
MEASURES = {"zz.light": measure(effort=1), "zz.heavy": measure(effort=9), "zz.huge": measure(effort=10)}
HEAVY = rule("route", "r", requires=["measure.zz.heavy"])
LIGHT = rule("route", "q", ["importer.zz.body"], requires=["measure.zz.light"])


def asked(*rules: Data, data: Data | None = None) -> tuple[Question, ...]:
    decision = decided(law(instrument(rule("scope", "s"), *rules, traits=TRAITS, measures=MEASURES)), data)
    assert finding(decision).outcome == "not_yet_permitted"
    return decision.questions


def test_what_an_easier_route_turns_on_is_asked() -> None:
    (question,) = asked(HEAVY, LIGHT)
    assert (question.fact, question.pointer) == ("zz.body", "/parties/1/traits/zz.body")
    assert question.because == ("zz.act.s1.q",)
    assert question.easing
    assert not question.deciding


def test_what_a_harder_route_turns_on_is_not() -> None:
    assert asked(HEAVY, rule("route", "q", ["importer.zz.body"], requires=["measure.zz.huge"])) == ()


def test_what_a_route_of_the_same_effort_turns_on_is_not() -> None:
    assert asked(HEAVY, rule("route", "q", ["importer.zz.body"], requires=["measure.zz.heavy"])) == ()


def test_what_a_route_turns_on_that_fails_anyway_is_not() -> None:
    assert (
        asked(HEAVY, rule("route", "q", ["importer.zz.body", "importer.country == TF"], requires=["measure.zz.light"]))
        == ()
    )


def test_every_fact_of_the_easier_route_is_asked_and_what_is_known_is_not() -> None:
    both = rule("route", "q", ["importer.zz.body", "not exporter.zz.bad"], requires=["measure.zz.light"])
    assert [each.fact for each in asked(HEAVY, both)] == ["zz.body", "zz.bad"]
    known = plain(parties__0__traits={"zz.bad": False})
    assert [each.fact for each in asked(HEAVY, both, data=known)] == ["zz.body"]


def test_what_would_lift_a_harder_duty_is_asked() -> None:
    duty = rule("duty", "d", fulfilled_by=["measure.zz.heavy"])
    lifted = rule("exception", "e", ["importer.zz.body"], to=["d"])
    light = rule("route", "q", requires=["measure.zz.light"])
    assert [each.fact for each in asked(light, duty, lifted)] == ["zz.body"]


def test_a_question_that_settles_another_law_is_asked_as_that() -> None:
    refusing = instrument(rule("scope", "s"), HEAVY, LIGHT, traits=TRAITS, measures=MEASURES)
    open_one = instrument(rule("scope", "s"), rule("ban", "b", ["importer.zz.body"]), id="zz.other")
    for laws in ((refusing, open_one), (open_one, refusing)):
        (question,) = decided(law(*laws)).questions
        assert question.deciding
        assert not question.easing


def test_the_answer_makes_it_easier() -> None:
    made = law(instrument(rule("scope", "s"), HEAVY, LIGHT, traits=TRAITS, measures=MEASURES))
    effort = {
        answer: finding(decided(made, plain(parties__1__traits={"zz.body": answer}))).options[0].effort
        for answer in (True, False)
    }
    assert effort == {True: 1, False: 9}


def test_they_are_no_missing_facts() -> None:
    """The search for what settles an open arrangement has no use for them."""
    made = law(instrument(rule("scope", "s"), HEAVY, LIGHT, traits=TRAITS, measures=MEASURES))
    assert missing_facts(read(plain(), made), made, as_of=TODAY).facts == ()
