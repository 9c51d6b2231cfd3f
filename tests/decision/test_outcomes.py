"""What an instrument answers, and a transfer, and the whole: from the kinds of rules to the six outcomes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.decision.rendering import render
from engine.decision.statute import Law
from tests.rulesets_for_tests.making import (
    Data,
    decided,
    finding,
    group,
    instrument,
    law,
    measure,
    outcome,
    plain,
    rule,
    trait,
)

# `yes` holds of the plain arrangement, `no` does not, `maybe` is not known.
YES, NO, MAYBE = "exporter.country == BV", "exporter.country == HM", "data.minors"
LEVER, SEAL = "measure.zz.lever", "measure.zz.seal"  # a measure that can still be put in place, and one that cannot
MEASURES = {"zz.lever": measure(), "zz.seal": measure(lever=False)}
SCOPE = rule("scope", "s", [YES])


def answer(*rules: Data, data: Data | None = None, **more: Any) -> str:
    return outcome(law(instrument(*rules, measures=MEASURES, **more)), data)


def shown(*names: str) -> Data:
    return plain(measures={f"zz.{name}": True for name in names})


# -- reach ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param([rule("scope", "s", [YES])], "permitted", id="a scope holds"),
        pytest.param([rule("scope", "s", [NO])], "not_applicable", id="no scope holds"),
        pytest.param([rule("scope", "s", [MAYBE])], "undetermined", id="it is not known whether a scope holds"),
        pytest.param([rule("scope", "s", [NO]), rule("scope", "t", [YES])], "permitted", id="one of two scopes holds"),
        pytest.param([rule("scope", "s", [YES, MAYBE])], "undetermined", id="one line of a scope is not known"),
        pytest.param([rule("scope", "s", [NO, MAYBE])], "not_applicable", id="one line of a scope fails"),
        pytest.param([SCOPE, rule("exemption", "x", [YES])], "not_applicable", id="exempt"),
        pytest.param([SCOPE, rule("exemption", "x", [NO])], "permitted", id="not exempt"),
        pytest.param([SCOPE, rule("exemption", "x", [MAYBE])], "undetermined", id="perhaps exempt"),
        pytest.param(
            [SCOPE, rule("exemption", "x"), rule("exception", "e", to=["x"])], "permitted", id="no longer exempt"
        ),
        pytest.param([SCOPE, rule("exception", "e", to=["s"])], "not_applicable", id="an exception to the scope"),
        pytest.param([rule("scope", "s", [NO]), rule("ban", "b")], "not_applicable", id="a ban that does not reach"),
    ],
)
def test_an_instrument_reaches_by_a_scope_and_without_an_exemption(rules: list[Data], expected: str) -> None:
    assert answer(*rules) == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param([rule("exemption", "x", [LEVER])], "not_yet_permitted", id="a lever would take it out"),
        pytest.param([rule("exemption", "x", [SEAL])], "prohibited", id="nobody can put the measure in place"),
        pytest.param([rule("exemption", "x", [LEVER, NO])], "prohibited", id="the lever alone would not"),
        pytest.param([rule("exemption", "x", [LEVER, MAYBE])], "undetermined", id="perhaps the lever would"),
        pytest.param(
            [rule("exception", "e", to=["s"], requires=[LEVER])], "not_yet_permitted", id="an exception to the scope"
        ),
    ],
)
def test_a_ban_from_which_a_lever_would_take_the_transfer_out_is_not_for_ever(rules: list[Data], expected: str) -> None:
    assert answer(SCOPE, rule("ban", "b"), *rules) == expected
    assert answer(SCOPE, rule("route", "r", [NO]), *rules) == expected


# -- bans -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param([rule("ban", "b", [YES])], "prohibited", id="a ban holds"),
        pytest.param([rule("ban", "b", [NO])], "permitted", id="no ban holds"),
        pytest.param([rule("ban", "b", [MAYBE])], "undetermined", id="perhaps a ban holds"),
        pytest.param([rule("ban", "b"), rule("route", "r")], "prohibited", id="a ban outranks an open route"),
        pytest.param([rule("ban", "b"), rule("ban", "c", [MAYBE])], "prohibited", id="a ban outranks a doubt"),
        pytest.param(
            [rule("ban", "b"), rule("exception", "e", to=["b"])], "permitted", id="an exception takes it away"
        ),
        pytest.param(
            [rule("ban", "b"), rule("exception", "e", [MAYBE], to=["b"])], "undetermined", id="perhaps an exception"
        ),
        pytest.param(
            [rule("ban", "b"), rule("exception", "e", to=["b"], requires=[LEVER])],
            "not_yet_permitted",
            id="a measure at hand would take it away",
        ),
        pytest.param(
            [rule("ban", "b"), rule("exception", "e", to=["b"], requires=[SEAL])],
            "prohibited",
            id="a measure out of reach would take it away",
        ),
        pytest.param(
            [rule("ban", "b"), rule("ban", "c"), rule("exception", "e", to=["b"])],
            "prohibited",
            id="an exception to one of two bans",
        ),
        pytest.param(
            [rule("ban", "b"), rule("ban", "c"), rule("exception", "e", to=["b", "c"])],
            "permitted",
            id="an exception to both bans",
        ),
    ],
)
def test_a_ban_prohibits_unless_an_exception_takes_it_away(rules: list[Data], expected: str) -> None:
    assert answer(SCOPE, *rules) == expected


@pytest.mark.parametrize(
    ("depth", "expected"), [(0, "prohibited"), (1, "permitted"), (2, "prohibited"), (3, "permitted"), (4, "prohibited")]
)
def test_each_exception_to_an_exception_turns_the_answer_around(depth: int, expected: str) -> None:
    chain = [rule("exception", f"e{n + 1}", to=[f"e{n}" if n else "b"]) for n in range(depth)]
    assert answer(SCOPE, rule("ban", "b"), *chain) == expected


def test_an_exception_that_is_itself_in_doubt_leaves_the_ban_in_doubt() -> None:
    exceptions = [rule("exception", "e", to=["b"]), rule("exception", "f", [MAYBE], to=["e"])]
    assert answer(SCOPE, rule("ban", "b"), *exceptions) == "undetermined"


def test_an_exception_of_another_instrument_defeats_a_rule() -> None:
    other = instrument(rule("scope", "s", [NO]), rule("exception", "e", to=["zz.act.s1.b"]), id="yy.code")
    assert outcome(law(instrument(SCOPE, rule("ban", "b")), other)) == "permitted"


# -- routes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        pytest.param([], "permitted", id="an instrument without routes asks for none"),
        pytest.param([rule("route", "r", [YES])], "permitted", id="open"),
        pytest.param([rule("route", "r", [NO])], "prohibited", id="not available"),
        pytest.param([rule("route", "r", [MAYBE])], "undetermined", id="perhaps available"),
        pytest.param([rule("route", "r", requires=[LEVER])], "not_yet_permitted", id="a measure at hand is wanting"),
        pytest.param([rule("route", "r", requires=[SEAL])], "prohibited", id="a measure out of reach is wanting"),
        pytest.param([rule("route", "r", [NO]), rule("route", "q", [YES])], "permitted", id="one of two is open"),
        pytest.param(
            [rule("route", "r", [MAYBE]), rule("route", "q", [YES])], "permitted", id="a doubt beside an open one"
        ),
        pytest.param(
            [rule("route", "r", [MAYBE]), rule("route", "q", requires=[LEVER])],
            "undetermined",
            id="perhaps available, perhaps a measure is wanting",
        ),
        pytest.param(
            [rule("route", "r", [MAYBE], requires=[LEVER])],
            "undetermined",
            id="perhaps available, and a measure wanting",
        ),
        pytest.param([rule("route", "r"), rule("exception", "e", to=["r"])], "prohibited", id="closed by an exception"),
    ],
)
def test_an_instrument_with_routes_asks_for_one_that_is_open(routes: list[Data], expected: str) -> None:
    assert answer(SCOPE, *routes) == expected


def test_a_route_is_opened_by_the_measure_that_it_requires() -> None:
    route = rule("route", "r", requires=[LEVER, SEAL])
    assert answer(SCOPE, route, data=shown("lever")) == "prohibited"
    assert answer(SCOPE, route, data=shown("seal")) == "not_yet_permitted"
    assert answer(SCOPE, route, data=shown("seal", "lever")) == "permitted"


# -- duties -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duty", "expected"),
    [
        pytest.param(rule("duty", "d", fulfilled_by=[LEVER]), "not_yet_permitted", id="first, with a measure at hand"),
        pytest.param(rule("duty", "d", fulfilled_by=[SEAL]), "prohibited", id="first, with a measure out of reach"),
        pytest.param(rule("duty", "d", [NO], fulfilled_by=[SEAL]), "permitted", id="does not apply"),
        pytest.param(rule("duty", "d", [MAYBE], fulfilled_by=[LEVER]), "undetermined", id="perhaps applies"),
        pytest.param(
            rule("duty", "d", timing="ongoing", fulfilled_by=[SEAL]), "permitted_with_conditions", id="ongoing"
        ),
        pytest.param(rule("duty", "d", timing="ongoing"), "permitted_with_conditions", id="never shown as met"),
        pytest.param(rule("duty", "d", timing="at_transfer"), "permitted_with_conditions", id="at the transfer"),
        pytest.param(rule("duty", "d", timing="after", days=30), "permitted_with_conditions", id="afterwards"),
        pytest.param(rule("duty", "d", [MAYBE], timing="ongoing"), "undetermined", id="perhaps ongoing"),
    ],
)
def test_a_duty_blocks_before_the_transfer_and_is_a_condition_later(duty: Data, expected: str) -> None:
    assert answer(SCOPE, duty) == expected


def test_a_duty_that_is_fulfilled_leaves_nothing_to_do() -> None:
    duties = [rule("duty", "d", fulfilled_by=[LEVER]), rule("duty", "e", timing="ongoing", fulfilled_by=[LEVER])]
    assert answer(SCOPE, *duties, data=shown("lever")) == "permitted"


def test_an_exception_takes_a_duty_away() -> None:
    duty = rule("duty", "d", fulfilled_by=[SEAL])
    assert answer(SCOPE, duty, rule("exception", "e", to=["d"])) == "permitted"
    assert answer(SCOPE, duty, rule("exception", "e", [MAYBE], to=["d"])) == "undetermined"


def test_a_duty_of_a_route_binds_whoever_takes_that_route() -> None:
    """`r` has a duty that blocks, `q` has none."""
    duty = rule("duty", "d", fulfilled_by=[LEVER], for_=["r"])
    assert answer(SCOPE, rule("route", "r"), duty) == "not_yet_permitted"
    assert answer(SCOPE, rule("route", "r"), rule("route", "q"), duty) == "permitted"
    assert answer(SCOPE, rule("route", "r"), rule("route", "q", [NO]), duty) == "not_yet_permitted"
    assert answer(SCOPE, rule("route", "r"), duty, data=shown("lever")) == "permitted"


def test_a_duty_of_two_routes_binds_on_either() -> None:
    duty = rule("duty", "d", fulfilled_by=[SEAL], for_=["r", "q"])
    assert answer(SCOPE, rule("route", "r"), rule("route", "q"), duty) == "prohibited"
    assert answer(SCOPE, rule("route", "r"), rule("route", "q"), rule("route", "p"), duty) == "permitted"


def test_the_cleanest_open_route_decides_what_stays_to_be_done() -> None:
    ongoing = rule("duty", "d", timing="ongoing", for_=["r"])
    assert answer(SCOPE, rule("route", "r"), ongoing) == "permitted_with_conditions"
    assert answer(SCOPE, rule("route", "r"), rule("route", "q"), ongoing) == "permitted"


def test_the_mechanism_is_the_route_that_carries_and_its_duties_are_the_conditions() -> None:
    """`r` comes first and is open, but its own duty blocks; `q` carries the transfer and asks for a register."""
    rules = [
        SCOPE,
        rule("route", "r"),
        rule("route", "q"),
        rule("duty", "d", fulfilled_by=[LEVER], for_=["r"]),
        rule("duty", "register", timing="ongoing", for_=["q"]),
    ]
    decision = decided(law(instrument(*rules, measures=MEASURES)))
    assert finding(decision).outcome == "permitted_with_conditions"
    assert finding(decision).mechanism == "zz.act.s1.q"
    assert [condition.rule for condition in decision.conditions] == ["zz.act.s1.register"]


def test_what_other_routes_ask_for_is_no_reason_of_a_transfer_that_one_route_carries() -> None:
    """`q` is not shown, `r` is open but blocked by its duty: neither their duties nor their names explain `p`."""
    rules = [
        SCOPE,
        rule("route", "r", cite="s 2"),
        rule("route", "q", requires=[LEVER], cite="s 3"),
        rule("route", "p", cite="s 4"),
        rule("duty", "of-r", fulfilled_by=[LEVER], for_=["r"]),
        rule("duty", "of-q", fulfilled_by=[LEVER], for_=["q"]),
        rule("duty", "of-p", timing="ongoing", for_=["p"]),
    ]
    found = finding(decided(law(instrument(*rules, measures=MEASURES))))
    assert found.why == "Lawful under s 4, with 1 duty to keep."
    assert "zz.act.s1.of-q" not in [each.id for each in found.rules]


def test_the_mechanism_is_the_route_with_the_fewest_open_duties() -> None:
    rules = [
        SCOPE,
        rule("route", "r"),
        rule("route", "q"),
        rule("duty", "d", timing="ongoing", for_=["r"]),
    ]
    decision = decided(law(instrument(*rules, measures=MEASURES)))
    assert (finding(decision).outcome, finding(decision).mechanism) == ("permitted", "zz.act.s1.q")
    assert decision.conditions == ()


# -- refusals and doubts, transfers and the whole ---------------------------------------------------------------------


def test_a_refusal_outranks_a_doubt_and_a_doubt_outranks_a_permission() -> None:
    """Per instrument; the transfer has the first of its instruments' outcomes in the order of precedence."""

    def of(*rules: Data) -> str:
        made = [instrument(rule("scope", "s"), each, id=f"zz.act{n}", measures={}) for n, each in enumerate(rules)]
        made[0]["measures"] = MEASURES
        return decided(law(*made)).transfers[0].outcome

    ban, wanting = rule("ban", "b"), rule("route", "r", requires=[LEVER])
    doubt, condition, free = rule("ban", "b", [MAYBE]), rule("duty", "d", timing="ongoing"), rule("route", "r")
    assert of(free, condition, doubt, wanting, ban) == "prohibited"
    assert of(free, condition, doubt, wanting) == "not_yet_permitted"
    assert of(free, condition, doubt) == "undetermined"
    assert of(free, condition) == "permitted_with_conditions"
    assert of(free) == "permitted"


def test_the_whole_has_the_worst_of_its_transfers() -> None:
    banned = law(instrument(rule("scope", "s"), rule("ban", "b", ["importer.country == GS"])))
    data = plain(parties__2={"id": "c", "country": "GS", "kind": "company"})
    data["transfers"].append({**data["transfers"][0], "id": "u", "importer": "c"})
    decision = decided(banned, data)
    assert [transfer.outcome for transfer in decision.transfers] == ["permitted", "prohibited"]
    assert decision.outcome == "prohibited"


def test_each_data_set_of_a_transfer_is_looked_at() -> None:
    banned = law(instrument(rule("scope", "s"), rule("ban", "b", ["human_genomic in data.categories"])))
    data = plain()
    data["datasets"].append({**data["datasets"][0], "id": "e", "categories": ["human_genomic"]})
    data["transfers"][0]["datasets"] = ["d", "e"]
    (transfer,) = decided(banned, data).transfers
    assert [(each.dataset, each.outcome) for each in transfer.findings] == [("e", "prohibited"), ("d", "permitted")]
    assert transfer.outcome == "prohibited"


def test_a_transfer_that_covered_law_does_not_reach_is_permitted() -> None:
    decision = decided(law(instrument(rule("scope", "s", [NO]), rule("ban", "b"))))
    assert decision.outcome == "permitted"


def test_without_transfers_there_is_nothing_to_permit() -> None:
    assert decided(law(instrument(SCOPE)), plain(transfers=[])).outcome == "undetermined"


def test_remarks_never_change_an_outcome() -> None:
    remarks = [rule("warning", "w"), rule("commitment", "c", about=["transfer"])]
    decision = decided(law(instrument(SCOPE, rule("ban", "b"), *remarks)))
    assert decision.outcome == "prohibited"
    assert [(note.kind, note.rule) for note in decision.transfers[0].notes] == [
        ("commitment", "zz.act.s1.c"),
        ("warning", "zz.act.s1.w"),
    ]
    free = decided(law(instrument(SCOPE, *remarks)))
    assert free.outcome == "permitted"
    assert [note.kind for note in free.transfers[0].notes] == ["warning"]  # nothing is restricted


# -- readings ---------------------------------------------------------------------------------------------------------

READINGS = {
    "zz.view": {
        "ask": "Which view?",
        "options": {name: {"says": f"{name}.", "cite": f"on {name}"} for name in ("wide", "narrow")},
    }
}


def read_as(*rules: Data) -> Law:
    return law(instrument(SCOPE, *rules, readings=READINGS, measures=MEASURES))


def test_readings_that_lead_apart_leave_it_undetermined_and_are_shown() -> None:
    found = finding(decided(read_as(rule("ban", "b", ["reading.zz.view == wide"]))))
    assert found.outcome == "undetermined"
    assert [(each.option, each.outcome) for each in found.readings] == [("wide", "prohibited"), ("narrow", "permitted")]


def test_readings_come_with_their_question_and_in_short_only_where_they_differ() -> None:
    apart = decided(read_as(rule("ban", "b", ["reading.zz.view == wide"])))
    assert "Read as wide: PROHIBITED. Which view? wide." in render(apart, "summary")
    alike = decided(read_as(rule("ban", "b", [MAYBE, "reading.zz.view == wide"]), rule("ban", "c", [MAYBE])))
    short = render(alike, "summary")
    assert "Read as" not in short
    assert "with what is known, each reading leaves it UNDETERMINED" in short


def test_readings_are_not_blamed_for_what_missing_facts_leave_open() -> None:
    found = finding(decided(read_as(rule("ban", "b", [MAYBE, "reading.zz.view == wide"]), rule("ban", "c", [MAYBE]))))
    assert found.outcome == "undetermined"
    assert found.why == "Facts are missing that could change the answer."


def test_what_may_not_start_whatever_the_missing_facts_is_said_to_be_so() -> None:
    """Whether the route could be opened is not known; as proposed it is not."""
    found = finding(decided(law(instrument(SCOPE, rule("route", "r", [MAYBE], requires=[LEVER]), measures=MEASURES))))
    assert found.outcome == "undetermined"
    assert found.why.startswith("Not lawful as proposed; facts are missing")


def test_a_refusal_names_the_routes_that_missing_facts_decide_on() -> None:
    lever, perhaps = (
        rule("route", "r", requires=[LEVER]),
        rule("route", "q", [MAYBE], requires=[LEVER], cite="s 9; guide 2"),
    )
    found = finding(decided(law(instrument(SCOPE, lever, perhaps, measures=MEASURES))))
    start = "Not lawful as proposed; 1 set of measures would make it so."
    assert (found.outcome, found.why) == (
        "not_yet_permitted",
        f"{start} Missing facts decide whether other routes can be taken: s 9.",
    )
    found = finding(decided(law(instrument(SCOPE, lever, measures=MEASURES))))
    assert found.why == start


def test_a_refusal_names_what_refuses() -> None:
    """A ban, else the duty that nothing could fulfil, else that no route is left."""
    sealed, easy = (
        rule("duty", "d", timing="before_transfer", fulfilled_by=[SEAL], cite="s 7"),
        rule("duty", "f", timing="before_transfer", fulfilled_by=[LEVER], cite="s 6"),
    )
    found = finding(decided(law(instrument(SCOPE, easy, sealed, measures=MEASURES))))
    assert found.outcome == "prohibited"
    assert found.why.startswith("Barred without what s 7 asks for, which is not shown: ")
    found = finding(decided(law(instrument(SCOPE, sealed, rule("ban", "b", cite="s 8"), measures=MEASURES))))
    assert found.why.startswith("Barred by s 8: ")
    found = finding(decided(law(instrument(SCOPE, easy, rule("route", "r", [NO]), measures=MEASURES))))
    assert found.why == "No lawful route exists that anything in the parties' hands could open."


def test_a_permission_says_that_nothing_reaches_the_transfer() -> None:
    free = decided(law(instrument(rule("scope", "s", [NO]))))
    assert "reaches it: the one that looks at it does not; the whole text says why." in render(free, "summary")
    assert "reaches it: the one that looks at it does not; below is why." in render(free, "text")
    assert "reaches it" not in render(decided(law(instrument(SCOPE))), "summary")


def test_readings_that_lead_to_the_same_do_not_matter() -> None:
    bans = [rule("ban", "b", ["reading.zz.view == wide"]), rule("ban", "c", ["reading.zz.view == narrow"])]
    assert finding(decided(read_as(*bans))).outcome == "prohibited"


def test_more_combinations_of_readings_than_are_looked_at_conclude_nothing() -> None:
    """Of 64 combinations the last alone leaves no route open."""
    readings = {f"zz.view{index}": READINGS["zz.view"] for index in range(6)}
    route = rule("route", "r", [" or ".join(f"reading.{name} == wide" for name in readings)])
    decision = decided(law(instrument(SCOPE, route, readings=readings)))
    assert finding(decision).outcome == "undetermined"
    assert {question.fact for question in decision.questions} == set(readings)
    narrow = dict.fromkeys(readings, "narrow")
    assert (
        finding(decided(law(instrument(SCOPE, route, readings=readings)), plain(readings=narrow))).outcome
        == "prohibited"
    )


def test_a_reading_that_cannot_change_the_answer_is_not_asked_for() -> None:
    decision = decided(read_as(rule("ban", "b"), rule("ban", "c", ["reading.zz.view == wide"])))
    assert finding(decision).outcome == "prohibited"
    assert decision.questions == ()


@pytest.mark.parametrize(("option", "expected"), [("wide", "prohibited"), ("narrow", "permitted")])
def test_a_chosen_reading_decides(option: str, expected: str) -> None:
    made = read_as(rule("ban", "b", ["reading.zz.view == wide"]))
    chosen = decided(made, plain(readings={"zz.view": option}))
    assert finding(chosen).outcome == expected
    assert chosen.receipt.readings == {"zz.view": option}
    assert finding(decided(made, plain(), readings={"zz.view": option})).outcome == expected


def test_a_reading_given_with_the_call_is_stronger_than_the_arrangements_own() -> None:
    made = read_as(rule("ban", "b", ["reading.zz.view == wide"]))
    decision = decided(made, plain(readings={"zz.view": "wide"}), readings={"zz.view": "narrow"})
    assert finding(decision).outcome == "permitted"


# -- definitions ------------------------------------------------------------------------------------------------------


def defining(*definitions: Data, ask: bool = True, **more: Any) -> Law:
    traits = {"zz.bad": trait(derived=True, **({"ask": "Is it bad?"} if ask else {})), "zz.known": trait()}
    return law(instrument(SCOPE, rule("ban", "b", ["importer.zz.bad"]), *definitions, traits=traits, **more))


BAD = rule("definition", "d", ["party.zz.known"], defines="zz.bad")


def said(**traits: bool) -> Data:
    return plain(parties__1__traits={f"zz.{name}": value for name, value in traits.items()})


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(said(known=True), "prohibited", id="by definition"),
        pytest.param(said(known=False), "permitted", id="not by definition"),
        pytest.param(said(), "undetermined", id="the definition does not decide"),
        pytest.param(said(bad=True), "prohibited", id="stated where the definition does not decide"),
        pytest.param(said(bad=False), "permitted", id="denied where the definition does not decide"),
        pytest.param(said(known=True, bad=False), "prohibited", id="denied against the definition"),
        pytest.param(said(known=False, bad=True), "permitted", id="stated against the definition"),
    ],
)
def test_a_definition_counts_and_a_statement_where_it_is_silent(data: Data, expected: str) -> None:
    assert outcome(defining(BAD), data) == expected


def test_a_statement_against_the_definition_is_reported() -> None:
    decision = decided(defining(BAD), said(known=True, bad=False))
    (found,) = decision.contradictions
    assert (found.trait, found.pointer) == ("zz.bad", "/parties/1/traits/zz.bad")
    assert (found.stated, found.defined) == (False, True)
    assert decided(defining(BAD), said(known=True, bad=True)).contradictions == ()


def test_any_of_several_definitions_makes_it_so() -> None:
    other = rule("definition", "e", ["party.country == HM"], defines="zz.bad")
    assert outcome(defining(BAD, other), said(known=False)) == "prohibited"
    assert outcome(defining(BAD, other), plain(parties__1__country="IO")) == "undetermined"


def test_an_exception_takes_a_definition_away() -> None:
    exception = rule("exception", "e", ["party.kind == university"], to=["d"])
    assert outcome(defining(BAD, exception), said(known=True)) == "permitted"
    company = said(known=True)
    company["parties"][1]["kind"] = "company"
    assert outcome(defining(BAD, exception), company) == "prohibited"


def test_what_no_definition_in_force_makes_so_is_not_so_unless_it_may_be_stated() -> None:
    ended = {**BAD, "until": "2020-12-31"}
    assert outcome(defining(ended, ask=False), said(known=True)) == "permitted"
    assert outcome(defining(ended), said(known=True)) == "undetermined"
    assert outcome(defining(ended), said(known=True, bad=True)) == "prohibited"


def test_definitions_build_on_definitions() -> None:
    traits = {"zz.bad": trait(derived=True), "zz.worse": trait(derived=True), "zz.known": trait()}
    chain = law(
        instrument(
            SCOPE,
            rule("ban", "b", ["importer.zz.worse"]),
            BAD,
            rule("definition", "e", ["party.zz.bad", "party.country == HM"], defines="zz.worse"),
            traits=traits,
        )
    )
    assert outcome(chain, said(known=True)) == "prohibited"
    assert outcome(chain, plain(parties__1={"id": "b", "country": "IO", "kind": "company"})) == "permitted"


# -- days -------------------------------------------------------------------------------------------------------------


def on(made: Law, day: str, data: Data | None = None) -> str:
    return outcome(made, data, date.fromisoformat(day))


def test_a_number_applies_from_its_first_day() -> None:
    """100 people: more than the 99 of the first half of 2024, not more than the 100 from 1 July."""
    values = [
        {"from": "2024-01-01", "value": 99, "cite": "Order 1"},
        {"from": "2024-07-01", "value": 100, "cite": "Order 2"},
    ]
    numbers = {"many": {"unit": "persons", "values": values}}
    ban = rule("ban", "b", ["data.persons(BV) > many"], from_="2024-01-01")
    made = law(instrument(SCOPE, ban, parameters=numbers))
    assert on(made, "2023-12-31") == "permitted"
    assert on(made, "2024-01-01") == "prohibited"
    assert on(made, "2024-06-30") == "prohibited"
    assert on(made, "2024-07-01") == "permitted"


def test_a_group_has_a_member_on_its_first_and_on_its_last_day() -> None:
    groups = {"friends": group({"country": "HM", "from": "2024-01-01", "until": "2024-12-31"})}
    made = law(instrument(SCOPE, rule("route", "r", ["importer.country in friends"])), groups=groups)
    found = {day: on(made, day) for day in ("2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01")}
    assert found == {
        "2023-12-31": "prohibited",
        "2024-01-01": "permitted",
        "2024-12-31": "permitted",
        "2025-01-01": "prohibited",
    }


def test_a_member_of_an_included_group_counts_on_its_own_days() -> None:
    groups = {
        "friends": group({"country": "HM", "from": "2024-01-01"}),
        "allies": group("GS", includes=["friends"]),
    }
    made = law(instrument(SCOPE, rule("route", "r", ["importer.country in allies"])), groups=groups)
    assert on(made, "2023-12-31") == "prohibited"
    assert on(made, "2024-01-01") == "permitted"


def test_a_rule_and_its_exception_apply_on_their_own_days() -> None:
    made = law(
        instrument(
            SCOPE,
            rule("ban", "b", from_="2024-01-01", until="2025-12-31"),
            rule("exception", "e", to=["b"], from_="2024-07-01", until="2024-12-31"),
        )
    )
    days = (
        "2023-12-31",
        "2024-01-01",
        "2024-06-30",
        "2024-07-01",
        "2024-12-31",
        "2025-01-01",
        "2025-12-31",
        "2026-01-01",
    )
    assert [on(made, day) for day in days] == [
        "permitted",
        "prohibited",
        "prohibited",
        "permitted",
        "permitted",
        "prohibited",
        "prohibited",
        "permitted",
    ]


def test_an_instrument_is_not_there_before_its_first_day_and_after_its_last() -> None:
    made = law(instrument(SCOPE, rule("ban", "b"), in_force={"from": "2024-01-01", "until": "2024-12-31"}))
    whole = {
        day: decided(made, day=date.fromisoformat(day)).outcome
        for day in ("2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01")
    }
    assert list(whole.values()) == ["permitted", "prohibited", "prohibited", "permitted"]


def test_a_book_lasts_from_one_change_of_the_law_to_the_next() -> None:
    made = law(instrument(SCOPE, rule("ban", "b", from_="2024-01-01", until="2024-12-31")))
    before, during, after = (made.books.on(date(year, 6, 1)) for year in (2023, 2024, 2025))
    assert (during.period.first, during.period.last) == (date(2024, 1, 1), date(2024, 12, 31))
    assert before.period.last == date(2023, 12, 31)
    assert after.period.first == date(2025, 1, 1)
    assert made.books.on(date(2024, 12, 31)).period == during.period
    assert made.books.on(date.min).period.first == date.min
    assert made.books.on(date.max).period.last == date.max


def test_the_next_change_is_the_first_later_day_on_which_the_outcome_changes() -> None:
    made = law(
        instrument(
            SCOPE,
            rule("warning", "w", from_="2027-01-01"),
            rule("ban", "b", from_="2027-02-01", until="2027-12-31"),
        )
    )
    change = decided(made).next_change
    assert change is not None
    assert (change.day, change.outcome, change.transfers) == (date(2027, 2, 1), "prohibited", ("t",))
    back = decided(made, day=date(2027, 2, 1)).next_change
    assert back is not None
    assert (back.day, back.outcome) == (date(2028, 1, 1), "permitted")
    assert decided(made, day=date(2028, 1, 1)).next_change is None


def test_no_change_is_told_after_the_end_of_every_transfer() -> None:
    made = law(instrument(SCOPE, rule("ban", "b", from_="2027-02-01")))
    assert decided(made, plain(transfers__0__end="2027-01-31")).next_change is None
    assert decided(made, plain(transfers__0__end="2027-02-01")).next_change is not None
    data = plain(transfers__0__end="2027-01-31")
    data["transfers"].append({**data["transfers"][0], "id": "u"})
    del data["transfers"][1]["end"]
    change = decided(made, data).next_change
    assert change is not None, "the second transfer has no end"
    assert "u" in change.transfers


def test_the_end_of_encoded_law_is_a_change_too() -> None:
    coverage = {
        "jurisdictions": {
            "BV": [{"from": "2000-01-01", "until": "2027-12-31", "by": ["zz.act"]}],
            "HM": [{"from": "2000-01-01", "by": ["zz.act"]}],
        }
    }
    decision = decided(law(instrument(SCOPE), coverage=coverage))
    assert decision.outcome == "permitted"
    assert decision.next_change is not None
    assert (decision.next_change.day, decision.next_change.outcome) == (date(2028, 1, 1), "undetermined")


def test_the_day_given_with_the_call_is_stronger_than_the_arrangements_own() -> None:
    made = law(instrument(SCOPE, rule("ban", "b", until="2024-12-31")))
    data = plain(as_of="2024-12-31")
    from engine.decision.deciding import decide
    from tests.rulesets_for_tests.making import read

    assert decide(read(data, made), made).outcome == "prohibited"
    assert decide(read(data, made), made, as_of=date(2025, 1, 1)).outcome == "permitted"


def test_law_that_places_keep_away_is_left_out_unless_everything_is_asked_for() -> None:
    made = law(instrument(rule("scope", "s", ["exporter.country == HM"]), rule("ban", "b")))
    data = plain()
    assert decided(made, data).transfers[0].findings == ()
    found = finding(decided(made, data, thorough=True))
    assert (found.outcome, [line.text for line in found.rules[0].conditions]) == (
        "not_applicable",
        ["exporter.country == HM"],
    )


def test_a_place_that_is_not_known_keeps_no_law_away() -> None:
    made = law(instrument(rule("scope", "s", ["exporter.organised_under == HM"]), rule("ban", "b")))
    data = plain()
    assert finding(decided(made, data)).outcome == "undetermined"
