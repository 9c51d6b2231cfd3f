"""What is offered to make a refused transfer lawful: each set that is offered does, the least effort comes first."""

from __future__ import annotations

import copy
import re
from typing import Any

from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from engine.decision.deciding import decide
from engine.decision.model import Decision, Option
from engine.decision.statute import Law
from engine.errors import RulesetError
from tests.inference.generating import DAYS, accepted, arrangements, laws
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

LAWFUL = ("permitted", "permitted_with_conditions", "not_applicable")
SCOPE = rule("scope", "s")
MEASURES = {
    "zz.light": measure(effort=1, days=5),
    "zz.heavy": measure(effort=9),
    "zz.seal": measure(lever=False),
    "zz.check": measure(
        effort=4,
        fields={"finding": {"type": "enum", "values": ["good", "bad"], "attainable": ["good"], "ask": "What?"}},
    ),
}


def offered(*rules: Data, data: Data | None = None, **more: Any) -> list[tuple[str, int, list[str]]]:
    """Return route, effort and measures of each option for an instrument with these rules."""
    decision = decided(law(instrument(SCOPE, *rules, measures=MEASURES, **more)), data)
    assert finding(decision).outcome == "not_yet_permitted"
    return [
        (
            option.route.rpartition(".")[2],
            option.effort,
            [f"{offer.measure} {offer.detail}".strip().removeprefix("zz.") for offer in option.measures],
        )
        for option in finding(decision).options
    ]


LIGHT, HEAVY, CHECK = "measure.zz.light", "measure.zz.heavy", "measure.zz.check"


def test_the_least_effort_comes_first() -> None:
    routes = [rule("route", "r", requires=[HEAVY]), rule("route", "q", requires=[LIGHT])]
    assert offered(*routes) == [("q", 1, ["light"]), ("r", 9, ["heavy"])]


def test_a_set_that_holds_all_of_another_is_left_out() -> None:
    routes = [rule("route", "r", requires=[HEAVY, LIGHT]), rule("route", "q", requires=[LIGHT])]
    assert offered(*routes) == [("q", 1, ["light"])]


def test_the_same_set_is_offered_once_whatever_route_it_opens() -> None:
    ban = [rule("ban", "b"), rule("exception", "e", to=["b"], requires=[LIGHT])]
    routes = [rule("route", "r", requires=[LIGHT]), rule("route", "q")]
    assert offered(*ban, *routes) == [("r", 1, ["light"])]


def test_a_duty_that_does_not_bind_adds_nothing_to_a_set() -> None:
    """Evidence that has to be good for the first duty is not asked to be better for a duty that does not apply."""
    bound = rule("duty", "d", fulfilled_by=[f"{CHECK}.finding == good"])
    unbound = rule("duty", "f", ["exporter.country == HM"], fulfilled_by=[f"{CHECK}.finding in [good, bad]"])
    assert offered(bound, unbound) == [("", 4, ["check finding == good"])]


def test_what_is_in_place_is_not_offered_again() -> None:
    route = rule("route", "r", requires=[HEAVY, LIGHT])
    assert offered(route, data=plain(measures={"zz.heavy": True})) == [("r", 1, ["light"])]


def test_either_of_two_measures_is_an_option_each() -> None:
    assert offered(rule("route", "r", requires=[f"{HEAVY} or {LIGHT}"])) == [("r", 1, ["light"]), ("r", 9, ["heavy"])]


def test_what_takes_the_transfer_out_of_the_instrument_is_offered_beside_what_opens_a_route() -> None:
    exemption, route = rule("exemption", "x", [LIGHT]), rule("route", "r", requires=[HEAVY])
    assert offered(exemption, route) == [("x", 1, ["light"]), ("r", 9, ["heavy"])]


def test_what_takes_it_out_by_an_exception_to_each_scope_is_offered_under_the_exception() -> None:
    exceptions = [
        rule("exception", "e", to=["s"], requires=[HEAVY]),
        rule("exception", "f", to=["t"], requires=[LIGHT]),
    ]
    assert offered(exceptions[0], rule("ban", "b")) == [("e", 9, ["heavy"])]
    assert offered(rule("scope", "t"), *exceptions, rule("ban", "b")) == [("", 10, ["heavy", "light"])]


def test_a_measure_out_of_reach_is_not_offered() -> None:
    routes = [rule("route", "r", requires=["measure.zz.seal"]), rule("route", "q", requires=[HEAVY])]
    assert offered(*routes) == [("q", 9, ["heavy"])]


def test_what_evidence_has_to_show_is_told() -> None:
    assert offered(rule("route", "r", requires=[f"{CHECK}.finding == good", CHECK])) == [
        ("r", 4, ["check finding == good"])
    ]


def test_a_route_and_the_duties_before_it_are_one_set() -> None:
    duties = [rule("duty", "d", fulfilled_by=[HEAVY]), rule("duty", "e", fulfilled_by=[CHECK], for_=["r"])]
    assert offered(rule("route", "r", requires=[LIGHT]), *duties) == [("r", 14, ["heavy", "check", "light"])] or [
        ("r", 14, ["light", "heavy", "check"])
    ]


def test_a_duty_of_another_route_is_not_part_of_the_set() -> None:
    duty = rule("duty", "d", fulfilled_by=[HEAVY], for_=["r"])
    assert offered(rule("route", "r"), rule("route", "q", requires=[LIGHT]), duty) == [
        ("q", 1, ["light"]),
        ("r", 9, ["heavy"]),
    ]


def test_a_duty_that_comes_later_is_no_obstacle() -> None:
    later = rule("duty", "d", timing="ongoing", fulfilled_by=[HEAVY])
    assert offered(rule("route", "r", requires=[LIGHT]), later) == [("r", 1, ["light"])]


def test_what_an_exception_to_a_ban_requires_is_offered() -> None:
    exception = rule("exception", "e", to=["b"], requires=[HEAVY])
    assert offered(rule("ban", "b"), exception) == [("", 9, ["heavy"])]
    assert offered(rule("ban", "b"), exception, rule("route", "r", requires=[LIGHT])) == [("r", 10, ["heavy", "light"])]


def test_what_an_exception_to_a_duty_requires_is_an_option_beside_the_duty() -> None:
    duty = rule("duty", "d", fulfilled_by=[HEAVY])
    assert offered(duty, rule("exception", "e", to=["d"], requires=[LIGHT])) == [("", 1, ["light"]), ("", 9, ["heavy"])]


def test_a_ban_that_a_measure_in_place_would_not_meet_is_lifted_by_it() -> None:
    """The ban is for transfers without the measure: it says so in its own condition."""
    assert offered(rule("ban", "b", [f"not {LIGHT}"])) == [("", 1, ["light"])]


def test_a_duty_that_does_not_bind_with_a_measure_in_place_offers_it() -> None:
    duty = rule("duty", "d", [f"not {LIGHT}"], fulfilled_by=[HEAVY])
    assert offered(duty) == [("", 1, ["light"]), ("", 9, ["heavy"])]


def test_a_ban_that_perhaps_holds_is_lifted_by_the_same_set() -> None:
    """Nothing may start without the light measure; perhaps a ban holds, to which the heavy one is an exception."""
    ban = rule("ban", "b", ["data.minors"])
    exception = rule("exception", "e", to=["b"], requires=[HEAVY])
    route = rule("route", "r", requires=[LIGHT])
    assert offered(ban, exception, route) == [("r", 10, ["heavy", "light"])]


def test_measures_behind_a_definition_are_offered_by_name() -> None:
    big = rule("definition", "d", [LIGHT], defines="zz.safe")
    traits = {"zz.safe": trait("leg", derived=True)}
    assert offered(big, rule("route", "r", ["leg.zz.safe"]), traits=traits) == [("r", 1, ["light"])]


def test_a_permitted_and_a_prohibited_transfer_are_offered_nothing() -> None:
    for rules in ([rule("route", "r")], [rule("ban", "b"), rule("route", "r", requires=[LIGHT])]):
        assert finding(decided(law(instrument(SCOPE, *rules, measures=MEASURES)))).options == ()


def test_an_offer_says_who_can_bring_it_about_and_how_long_it_takes() -> None:
    decision = decided(law(instrument(SCOPE, rule("route", "r", requires=[LIGHT]), measures=MEASURES)))
    ((option,),) = (finding(decision).options,)
    (offer,) = option.measures
    assert (offer.ask, offer.by, offer.effort, offer.days) == ("Is it in place?", "both", 1, 5)


# -- every set does what it promises ----------------------------------------------------------------------------------


def in_place(data: Data, transfer: str, option: Option) -> Data:
    """Return the arrangement with the measures of an option in place for a transfer, as its details ask."""
    changed = copy.deepcopy(data)
    (chosen,) = (each for each in changed["transfers"] if each["id"] == transfer)
    for offer in option.measures:
        own = chosen.setdefault("measures", {})
        old = own.get(offer.measure, data.get("measures", {}).get(offer.measure))
        own[offer.measure] = {
            field: good for field, good in (("finding", "good"), ("ok", True), ("score", 5)) if field in offer.detail
        } or True
        if isinstance(old, dict) and isinstance(own[offer.measure], dict):
            kept = {key: value for key, value in old.items() if key not in ("done", "until")}
            own[offer.measure] = {**kept, **own[offer.measure]}
    return changed


def outcome_of(decision: Decision, transfer: str, name: str, dataset: str) -> str:
    (chosen,) = (each for each in decision.transfers if each.id == transfer)
    (found,) = (each for each in chosen.findings if (each.instrument, each.dataset) == (name, dataset))
    return found.outcome


def check_options(law: Law, data: Data, day: Any) -> int:
    """Check every option of every refusal, and return how many there were."""
    arrangement = read(data, law)
    decision = decide(arrangement, law, as_of=day, core=False)
    checked = 0
    for transfer in decision.transfers:
        for each in transfer.findings:
            if each.outcome != "not_yet_permitted":
                assert not each.options or each.outcome == "undetermined"
                continue
            assert each.options, "not yet permitted, and nothing would make it so"
            for option in each.options:
                changed = in_place(data, transfer.id, option)
                after = decide(read(changed, law), law, as_of=day, core=False)
                assert outcome_of(after, transfer.id, each.instrument, each.dataset) in LAWFUL, option
                checked += 1
    return checked


_WANTED = (LIGHT, HEAVY, f"{CHECK}.finding == good", f"{LIGHT} or {HEAVY}", f"{LIGHT} and {CHECK}", "measure.zz.seal")
_WHEN: tuple[list[str], ...] = (
    [],
    ["data.minors"],
    ["exporter.kind == university"],
    ["importer.kind == company"],
    [f"not {LIGHT}"],
)


@st.composite
def instruments(draw: Any) -> list[Data]:
    """Return rules of one instrument, most of which want measures."""
    wanted, when = st.sampled_from(_WANTED), st.sampled_from(_WHEN)
    count = st.integers(0, 2)
    routes = [rule("route", f"r{n}", draw(when), requires=[draw(wanted)]) for n in range(draw(count))]
    names = [each["id"] for each in routes]
    duties = [
        rule("duty", f"d{n}", draw(when), fulfilled_by=[draw(wanted)], **({"for_": [names[0]]} if names and n else {}))
        for n in range(draw(count))
    ]
    bans = [rule("ban", f"b{n}", draw(when)) for n in range(draw(st.integers(0, 1)))]
    targets = [each["id"] for each in (*bans, *duties)]
    exceptions = [
        rule("exception", f"e{n}", draw(when), to=[target], requires=[draw(wanted)])
        for n, target in enumerate(targets)
        if draw(st.booleans())
    ]
    return [SCOPE, *routes, *duties, *bans, *exceptions]


def test_every_set_that_is_offered_makes_it_lawful() -> None:
    counted: list[int] = []

    @settings(
        max_examples=300,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(instruments(), st.sets(st.sampled_from(sorted(MEASURES)), max_size=1))
    def run(rules: list[Data], shown: set[str]) -> None:
        try:
            drawn = law(instrument(*rules, measures=MEASURES))
        except RulesetError as error:
            if {fault.code for fault in error.faults} == {"measure-harms"}:
                reject()
            raise
        counted.append(check_options(drawn, plain(measures=dict.fromkeys(sorted(shown), True)), TODAY))
        drawn.close()

    run()
    assert sum(counted) >= 100


def test_in_random_law_too_every_set_that_is_offered_makes_it_lawful() -> None:
    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def run(data: st.DataObject) -> None:
        drawn = accepted(data.draw(laws(adverse=False)))
        try:
            for _ in range(5):
                check_options(drawn, data.draw(arrangements()), data.draw(st.sampled_from(DAYS)))
        finally:
            drawn.close()

    run()


def test_every_detail_of_the_drawn_law_can_be_put_in_place() -> None:
    """`in_place` knows the fields of the drawn measure: each detail names one of them, with a value that it gives."""
    from tests.inference.generating import _MEASURE_ATOMS

    details = [atom.removeprefix("measure.zz.check.") for atom in _MEASURE_ATOMS if "zz.check." in atom]
    assert all(re.match(r"finding (== good|in \[good, bad\])$|ok$|score >= 5$", each) for each in details)
