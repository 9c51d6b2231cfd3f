"""What a condition may say beyond the mistakes told elsewhere: keywords in names, truth values, other enums."""

from __future__ import annotations

import pytest

from engine.errors import RulesetError
from engine.law.expression import leaves
from tests.rulesets_for_tests.making import Data, instrument, law, library, measure, outcome, plain, rule, trait

TRAITS = {
    "zz.class": trait("dataset", "enum", values=["low", "high"]),
    "zz.in": trait("transfer"),
    "zz.foo_": trait("transfer"),
}


def act(condition: str) -> Data:

    banned = rule("ban", "b", [condition], adverse=["zz.m"])
    return instrument(rule("scope", "s"), banned, traits=TRAITS, measures={"zz.m": measure()})


def fault_of(condition: str) -> str:
    with pytest.raises(RulesetError) as caught:
        library(act(condition))
    (fault,) = caught.value.faults
    return f"{fault.code}: {fault.message}; {fault.help}"


@pytest.mark.parametrize(
    ("condition", "data"),
    [
        ("data.zz.class == high", plain(datasets__0__traits={"zz.class": "high"})),
        ("transfer.zz.in", plain(transfers__0__traits={"zz.in": True})),
        ("transfer.zz.foo_", plain(transfers__0__traits={"zz.foo_": True})),
        ("data.export_classification == 'a.in.b'", plain(datasets__0__export_classification="a.in.b")),
    ],
)
def test_a_name_may_be_a_keyword_of_python(condition: str, data: Data) -> None:
    assert outcome(law(act(condition)), data) == "prohibited"


def test_the_code_of_india_is_a_keyword_of_python() -> None:
    india = instrument(
        rule("scope", "s"), rule("ban", "b", ["exporter.in.body"]), id="in.act", traits={"in.body": trait()}
    )
    assert outcome(law(india), plain(parties__0__traits={"in.body": True}), name="in.act") == "prohibited"


def test_a_mistake_after_a_keyword_is_told_at_its_place() -> None:
    with pytest.raises(RulesetError) as caught:
        library(act("transfer.zz.in and data.zz.class == hihg"))
    (fault,) = caught.value.faults
    (start,) = (each.span.column for each in law(act("transfer.zz.in")).library.rules["zz.act.s1.b"].when)
    assert not isinstance(fault.where, str)
    assert fault.where.column - start == len("transfer.zz.in and data.zz.class == ")
    assert (fault.message, fault.help) == ("there is no value `hihg`", "did you mean `high`?")


@pytest.mark.parametrize("condition", ["measure.zz.m == False", "measure.zz.m == True", "measure.zz.m != True"])
def test_a_measure_is_shown_or_not_and_compared_with_nothing(condition: str) -> None:
    assert fault_of(condition) == (
        "wrong-type: `measure.zz.m` is true or false; write `measure.zz.m` or `not measure.zz.m`"
    )


def test_only_a_definition_of_parties_speaks_of_a_party() -> None:
    assert fault_of("party.percent_owned_by([HM]) > 5") == (
        "unknown-function: there is no function `party.percent_owned_by`; "
    )


def test_two_enums_are_not_compared() -> None:
    assert fault_of("exporter.kind == importer.role") == (
        "wrong-type: `importer.role` has other values than `exporter.kind`; "
    )


def test_a_root_alone_is_no_fact() -> None:
    assert fault_of("exporter") == (
        "unknown-fact: there is no fact `exporter`; write which fact of it: `exporter.` and a name"
    )


def test_a_country_and_its_subdivision_are_told_apart() -> None:
    assert fault_of("importer.region == US") == "unknown-place: there is no region `US`; write the subdivision: `US-TX`"
    assert fault_of("importer.country == 'US-TX'") == (
        "unknown-place: there is no country `US-TX`; its country is `US`"
    )


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("data.zz.class == high", "data.zz.class == high"),
        ("data.zz.class=='high'", "data.zz.class == 'high'"),
        ('data.zz.class  !=  "high"', "data.zz.class != 'high'"),
        ("(transfer.zz.in)", "transfer.zz.in"),
        ("transfer . zz.in", "transfer.zz.in"),
        ("data.persons(FI, health) >= 1_000", "data.persons(FI, health) >= 1000"),
        ("data.persons(FI,health)>=5", "data.persons(FI, health) >= 5"),
        ("data.export_classification=='é'", "data.export_classification == 'é'"),
    ],
)
def test_a_comparison_is_told_in_one_way_however_it_is_spaced_and_quoted(condition: str, text: str) -> None:
    (found,) = library(act(condition)).rules["zz.act.s1.b"].when
    assert [leaf.atom.text for leaf in leaves(found.tree)] == [text]
