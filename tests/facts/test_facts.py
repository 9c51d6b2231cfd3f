"""What a leg answers: counts in their scopes, what is unknown and what is absent, evidence by day, linked parties."""

from __future__ import annotations

from typing import Any

import pytest

from engine.facts.values import FALSE, TRUE, UNKNOWN, Interval, Missing, PartialSet
from engine.facts.views import ArrangementView
from engine.inference.atoms import compile_atom
from engine.inference.environment import Environment
from engine.law.expression import Leaf
from tests.rulesets_for_tests.making import TODAY, Data, group, instrument, law, measure, plain, read, rule, trait

TRAITS = {
    "zz.body": trait(),
    "zz.rank": trait("dataset", "enum", values=["low", "high"]),
    "zz.urgent": trait("transfer"),
    "zz.public": trait("arrangement"),
    "zz.day": trait("transfer", "date"),
}
MEASURES = {
    "zz.clauses": measure(),
    "zz.seal": measure(lever=False),
    "zz.check": measure(
        fields={
            "finding": {"type": "enum", "values": ["good", "bad"], "attainable": ["good"], "ask": "What?"},
            "ok": {"type": "bool", "final": [False], "ask": "Is it?"},
        }
    ),
    "zz.leave": measure(fields={"issued": {"type": "date", "ask": "When?"}}),
}


def truth(condition: str, data: Data, levers: bool = False) -> int:
    """Return the truth of one condition for the first leg."""
    made = law(
        instrument(
            rule("scope", "s"),
            rule("ban", "b", [condition], adverse=sorted(MEASURES)),
            traits=TRAITS,
            measures=MEASURES,
        ),
        groups={
            "friends": group("HM", "GS"),
            "later": group({"country": "BV", "from": "2099-01-01"}),
            "sensitive": group("health", "biometric", of="category"),
            "not_yet": group({"value": "health", "from": "2099-01-01"}, of="category"),
        },
    )
    tree = made.library.rules["zz.act.s1.b"].when[0].tree
    assert isinstance(tree, Leaf)
    programs = made.programs(TODAY)
    env = Environment(programs, {}, levers=levers)
    value = compile_atom(tree.atom, programs.book)(ArrangementView(read(data, made), TODAY).legs[0], env)
    return -value if tree.negated else value


# -- counts -----------------------------------------------------------------------------------------------------------

EMBASSY = {"id": "c", "country": "GS", "kind": "university"}


def counted(scope: str, places: frozenset[str] | None = None, categories: frozenset[str] | None = None) -> Interval:
    """Count people in four transfers: two from a to b, one from a to c, one from b to a."""

    def dataset(name: str, category: str, **persons: Any) -> Data:
        subjects = [{"country": country, "persons": number} for country, number in persons.items()]
        return {"id": name, "categories": [category], "subjects": subjects}

    def transfer(name: str, exporter: str, importer: str, *datasets: str) -> Data:
        return {"id": name, "exporter": exporter, "importer": importer, "datasets": datasets, "mode": "copy"}

    data = plain(
        parties__2=EMBASSY,
        datasets=[
            dataset("d1", "health", BV=100, HM=10),
            dataset("d2", "biometric", BV=70),
            dataset("d3", "health", BV=1000, GS={"at_least": 3, "at_most": 5}),
            dataset("d4", "health", BV=7000),
        ],
        transfers=[
            transfer("t1", "a", "b", "d1", "d2"),
            transfer("t2", "a", "b", "d2", "d3"),
            transfer("t3", "a", "c", "d4"),
            transfer("t4", "b", "a", "d4"),
        ],
    )
    leg = ArrangementView(read(data, law(instrument(rule("scope", "s")))), TODAY).legs[0]  # t1 with d1
    return leg.count(scope, "persons", places, categories)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        pytest.param("data", Interval(110, 110), id="the data set: 100 + 10"),
        pytest.param("transfer", Interval(110, 180), id="d1 and d2, who may be the same people"),
        pytest.param("pair", Interval(1003, 110 + 70 + 1005), id="both transfers from a to b, d2 once"),
        pytest.param("exporter", Interval(7000, 110 + 70 + 1005 + 7000), id="also the transfer from a to c"),
    ],
)
def test_people_are_counted_in_the_scope_that_the_law_names(scope: str, expected: Interval) -> None:
    assert counted(scope) == expected


def test_only_people_of_the_places_named_count() -> None:
    assert counted("data", places=frozenset({"HM", "GS"})) == Interval(10, 10)
    assert counted("pair", places=frozenset({"GS"})) == Interval(3, 5)


def test_only_data_sets_with_one_of_the_categories_count() -> None:
    assert counted("transfer", categories=frozenset({"biometric"})) == Interval(70, 70)
    assert counted("data", categories=frozenset({"biometric"})) == Interval(0, 0)


def test_a_count_that_was_left_out_may_be_any_number() -> None:
    data = plain(datasets__0__subjects=[{"country": "BV"}])
    assert truth("data.persons() >= 1", data) == UNKNOWN
    assert truth("data.persons() >= 0", data) == TRUE


def test_where_there_are_no_subjects_nobody_is_counted() -> None:
    assert truth("data.persons() == 0", plain(datasets__0__subjects="none")) == TRUE


def test_where_subjects_are_not_stated_anybody_may_be_counted() -> None:
    data = plain(datasets__0__subjects=...)
    assert truth("data.persons(BV) > 0", data) == UNKNOWN
    assert truth("BV in data.subject_countries", data) == UNKNOWN


def test_an_empty_list_of_people_says_nothing_of_them() -> None:
    data = plain(datasets__0__subjects=[])
    assert truth("data.persons(BV) > 0", data) == UNKNOWN
    assert truth("BV in data.subject_countries", data) == UNKNOWN


@pytest.mark.parametrize(
    ("path", "fact"),
    [
        ("datasets__0__collected_in", "data.collected_in"),
        ("transfers__0__storage", "transfer.storage_countries"),
        ("transfers__0__access_from", "transfer.access_countries"),
    ],
)
def test_an_empty_list_of_places_says_nothing_of_them(path: str, fact: str) -> None:
    assert truth(f"BV in {fact}", plain(**{path: []})) == UNKNOWN
    assert truth(f"within({fact}, friends)", plain(**{path: []})) == UNKNOWN


def test_places_and_categories_of_a_count_may_be_groups() -> None:
    assert truth("data.persons(friends, sensitive) == 0", plain()) == TRUE
    assert truth("data.persons(BV, sensitive) == 100", plain()) == TRUE
    assert truth("data.persons(BV, friends, health, sensitive) == 100", plain()) == TRUE


def test_a_group_without_members_on_a_day_names_nobody_and_not_everybody() -> None:
    assert truth("data.persons(later) == 0", plain()) == TRUE
    assert truth("data.persons(not_yet) == 0", plain()) == TRUE
    assert truth("data.persons() == 100", plain()) == TRUE


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        pytest.param("US-TX", Interval(100, 100), id="all of them are there"),
        pytest.param("US-CA", Interval(0, 0), id="none of them is"),
        pytest.param("US", Interval(0, 100), id="nobody said"),
        pytest.param("BV", Interval(0, 0), id="of another country"),
    ],
)
def test_people_of_a_country_may_or_may_not_be_in_a_part_of_it(country: str, expected: Interval) -> None:
    data = plain(datasets__0__subjects=[{"country": country, "persons": 100}])
    leg = ArrangementView(read(data, law(instrument(rule("scope", "s")))), TODAY).legs[0]
    assert leg.count("data", "persons", frozenset({"US-TX"}), None) == expected


# -- unknown and absent -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "condition",
    [
        "data.deceased",
        "data.identifiability == anonymous",
        "data.identifiability != anonymous",
        "data.identifiability in [anonymous, aggregate]",
        "data.identifiability not in [anonymous, aggregate]",
        "data.trl >= 5",
        "data.zz.rank == high",
        "data.zz.rank != high",
        "transfer.zz.urgent",
        "not transfer.zz.urgent",
        "arrangement.zz.public",
        "exporter.zz.body",
        "transfer.zz.day >= '2024-01-01'",
        "transfer.start < '2024-01-01'",
        "transfer.start == transfer.zz.day",
        "HM in transfer.storage_countries",
        "HM not in transfer.storage_countries",
        "overlaps(transfer.access_countries, friends)",
        "within(data.fields, [name])",
        "key_holder.country == BV",
        "data.key_with_importer",
        "data.consent_explicit",
        "exporter.role == controller",
        "exporter.region == 'US-TX'",
        "importer.organised_under == HM",
    ],
)
def test_what_was_not_said_makes_a_comparison_unknown(condition: str) -> None:
    assert truth(condition, plain(datasets__0__identifiability=...)) == UNKNOWN


@pytest.mark.parametrize(
    "condition",
    [
        "key_holder.country == BV",
        "key_holder.country != BV",
        "key_holder.country in friends",
        "key_holder.country not in friends",
        "key_holder.zz.body",
        "key_holder.country in data.subject_countries",
        "key_holder.country not in data.subject_countries",
        "data.key_with_importer",
        "importer.employer.country == BV",
        "importer.employer.country != BV",
        "importer.branch_of.zz.body",
        "importer.branch_of_country == BV",
        "importer.branch_of_country != BV",
    ],
)
def test_every_comparison_with_a_party_that_is_not_there_is_false(condition: str) -> None:
    assert truth(condition, plain(datasets__0__key_holder="none")) == FALSE


def test_that_nobody_holds_the_key_is_no_longer_unknown_once_it_is_said() -> None:
    assert truth("not data.key_with_importer", plain(datasets__0__key_holder="none")) == TRUE
    assert truth("not data.key_with_importer", plain(datasets__0__key_holder="b")) == FALSE
    assert truth("not data.key_with_importer", plain()) == UNKNOWN


def test_only_the_employer_of_an_individual_is_an_open_question() -> None:
    person = {"id": "b", "country": "HM", "kind": "individual"}
    assert truth("importer.employer.country == BV", plain(parties__1=person)) == UNKNOWN
    assert truth("importer.employer.country == BV", plain(parties__1={**person, "employer": "none"})) == FALSE
    assert truth("importer.employer.country == BV", plain(parties__1={**person, "employer": "a"})) == TRUE
    assert truth("importer.employer_country == BV", plain(parties__1={**person, "employer": "a"})) == TRUE
    assert truth("importer.employer_country == GS", plain(parties__1={**person, "employer_country": "GS"})) == TRUE


def test_an_individual_is_organised_under_no_law() -> None:
    assert truth("importer.organised_under != BV", plain(parties__1__kind="individual")) == FALSE


def test_a_subdivision_counts_as_its_country_and_is_a_region_besides() -> None:
    data = plain(parties__1__country="US-TX")
    assert truth("importer.country == US", data) == TRUE
    assert truth("importer.region == 'US-TX'", data) == TRUE
    assert truth("importer.region == 'US-CA'", data) == FALSE
    assert truth("importer.region == 'US-TX'", plain(parties__1__country="US")) == UNKNOWN


# -- links ------------------------------------------------------------------------------------------------------------


def test_head_office_and_branches_are_one_entity() -> None:
    assert truth("transfer.same_entity", plain(parties__1__branch_of="a")) == TRUE
    assert truth("transfer.same_entity", plain(parties__0__branch_of="b")) == TRUE
    assert truth("transfer.same_entity", plain()) == FALSE
    sisters = plain(parties__2=EMBASSY, parties__0__branch_of="c", parties__1__branch_of="c")
    assert truth("transfer.same_entity", sisters) == TRUE
    abroad = plain(parties__0__branch_of="GS", parties__1__branch_of="GS")
    assert truth("transfer.same_entity", plain(parties__1__branch_of="GS")) == FALSE
    assert truth("importer.branch_of_country == GS", abroad) == TRUE


def test_two_branches_of_a_country_are_not_of_one_legal_person() -> None:
    """A bank of that country and a cloud provider of it are two."""
    abroad = plain(parties__0__branch_of="GS", parties__1__branch_of="GS")
    assert truth("transfer.same_entity", abroad) == FALSE


def test_a_branch_of_a_branch_is_of_the_same_legal_person() -> None:
    chain = plain(parties__2=EMBASSY, parties__1__branch_of="a", parties__0__branch_of="c")
    assert truth("transfer.same_entity", chain) == TRUE
    cousins = plain(parties__2={**EMBASSY, "branch_of": "IO"}, parties__3={**EMBASSY, "id": "d", "branch_of": "c"})
    cousins["parties"][0]["branch_of"], cousins["parties"][1]["branch_of"] = "d", "c"
    assert truth("transfer.same_entity", cousins) == TRUE


def test_the_origin_is_where_an_onward_chain_began() -> None:
    data = plain(parties__2=EMBASSY)
    first = data["transfers"][0]
    data["transfers"] = [
        {**first, "id": "t3", "exporter": "b", "importer": "a", "onward_of": "t2"},
        {**first, "id": "t2", "exporter": "a", "importer": "b", "onward_of": "t1"},
        {**first, "id": "t1", "exporter": "c", "importer": "a", "exporter_role": "controller"},
    ]
    assert truth("origin.country == GS", data) == TRUE
    assert truth("origin.role == controller", data) == TRUE

    assert truth("transfer.is_onward", data) == TRUE
    assert truth("origin.country == BV", plain()) == TRUE


def test_people_who_give_their_own_data_are_data_subjects_unless_it_is_said_otherwise() -> None:
    data = plain()
    data["parties"][0]["kind"] = "data_subjects"
    assert truth("exporter.role == data_subject", data) == TRUE
    assert truth("exporter.role == processor", data) == FALSE
    assert truth("importer.role == processor", data) == UNKNOWN
    data["transfers"][0]["exporter_role"] = "controller"
    assert truth("exporter.role == controller", data) == TRUE


def test_a_third_place_is_one_that_is_stated_and_neither_partys() -> None:
    assert truth("transfer.found_in_third_place", plain()) == FALSE
    assert truth("transfer.found_in_third_place", plain(transfers__0__storage=["BV", "HM"])) == FALSE
    assert truth("transfer.found_in_third_place", plain(transfers__0__storage=["BV", "GS"])) == TRUE
    assert truth("transfer.found_in_third_place", plain(transfers__0__access_from=["GS"])) == TRUE


def test_parties_of_one_group_are_told_by_its_name() -> None:
    assert truth("transfer.same_group", plain(parties__0__group="g", parties__1__group="g")) == TRUE
    assert truth("transfer.same_group", plain(parties__0__group="g", parties__1__group="h")) == FALSE


def test_data_pass_through_places_and_through_the_countries_of_parties() -> None:
    data = plain(parties__2=EMBASSY, transfers__0__via=["c", "IO"])
    assert truth("GS in transfer.via_countries", data) == TRUE
    assert truth("IO in transfer.via_countries", data) == TRUE
    assert truth("HM in transfer.via_countries", data) == FALSE


# -- measures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        pytest.param(True, TRUE, id="shown"),
        pytest.param({}, TRUE, id="shown without details"),
        pytest.param(False, FALSE, id="said not to be there"),
        pytest.param("none", FALSE, id="none"),
        pytest.param({"done": "2026-11-23"}, TRUE, id="done on the day of decision"),
        pytest.param({"done": "2026-11-24"}, FALSE, id="dated the day after"),
        pytest.param({"until": "2026-11-23"}, TRUE, id="valid to the day of decision"),
        pytest.param({"until": "2026-11-22"}, FALSE, id="expired the day before"),
        pytest.param({"done": "2026-01-01", "until": "2027-01-01"}, TRUE, id="done and not expired"),
    ],
)
def test_a_measure_is_shown_by_evidence_of_the_day(evidence: Any, expected: int) -> None:
    assert truth("measure.zz.clauses", plain(measures={"zz.clauses": evidence})) == expected
    assert truth("not measure.zz.clauses", plain(measures={"zz.clauses": evidence})) == -expected


def test_a_measure_left_out_is_not_shown() -> None:
    assert truth("measure.zz.clauses", plain()) == FALSE


@pytest.mark.parametrize("said", [False, "none", {"until": "2020-01-01"}], ids=str)
def test_what_a_transfer_says_of_a_measure_wins_over_what_is_said_for_all(said: Any) -> None:
    data = plain(measures={"zz.clauses": True}, transfers__0__measures={"zz.clauses": said})
    assert truth("measure.zz.clauses", data) == FALSE
    assert truth("measure.zz.clauses", plain(measures={"zz.clauses": True})) == TRUE
    other = plain(measures={"zz.clauses": said}, transfers__0__measures={"zz.clauses": True})
    assert truth("measure.zz.clauses", other) == TRUE


def test_a_field_of_evidence_is_compared_and_unknown_where_it_is_left_out() -> None:
    good = plain(measures={"zz.check": {"finding": "good"}})
    assert truth("measure.zz.check.finding == good", good) == TRUE
    assert truth("measure.zz.check.finding in [bad]", good) == FALSE
    assert truth("measure.zz.check.ok", good) == UNKNOWN
    assert truth("measure.zz.check.finding == good", plain(measures={"zz.check": True})) == UNKNOWN


def test_every_comparison_with_a_field_of_a_measure_not_shown_is_false() -> None:
    assert truth("measure.zz.check.finding == good", plain()) == FALSE
    assert truth("measure.zz.check.finding != good", plain()) == FALSE


def test_levers_bring_about_measures_and_attainable_values_and_nothing_else() -> None:
    assert truth("measure.zz.clauses", plain(), levers=True) == TRUE
    assert truth("measure.zz.seal", plain(), levers=True) == FALSE
    assert truth("measure.zz.check.finding == good", plain(), levers=True) == TRUE
    assert truth("measure.zz.check.finding == bad", plain(), levers=True) == FALSE
    assert truth("measure.zz.check.ok", plain(), levers=True) == TRUE


@pytest.mark.parametrize(
    ("comparison", "expected"), [("<", FALSE), ("<=", TRUE), ("==", TRUE), (">=", TRUE), (">", TRUE), ("!=", TRUE)]
)
def test_a_lever_bears_the_day_of_the_decision_or_a_later_one(comparison: str, expected: int) -> None:
    assert truth(f'measure.zz.leave.issued {comparison} "{TODAY}"', plain(), levers=True) == expected
    issued = plain(measures={"zz.leave": {"issued": str(TODAY)}})
    assert truth(f'measure.zz.leave.issued {comparison} "{TODAY}"', issued, levers=True) == expected


def test_an_earlier_day_counts_only_where_it_is_shown() -> None:
    earlier = plain(measures={"zz.leave": {"issued": "2020-01-01"}})
    assert truth(f'measure.zz.leave.issued < "{TODAY}"', earlier, levers=True) == TRUE
    assert truth(f'measure.zz.leave.issued < "{TODAY}"', plain(measures={"zz.leave": True}), levers=True) == UNKNOWN


def test_a_finding_that_was_made_can_be_made_anew_unless_it_is_final() -> None:
    bad = plain(measures={"zz.check": {"finding": "bad", "ok": False}})
    assert truth("measure.zz.check.finding == good", bad) == FALSE
    assert truth("measure.zz.check.finding == good", bad, levers=True) == TRUE
    assert truth("measure.zz.check.ok", bad, levers=True) == FALSE


def test_a_trait_reads_false_and_unknown_apart() -> None:
    assert truth("exporter.zz.body", plain(parties__0__traits={"zz.body": False})) == FALSE
    assert truth("exporter.zz.body", plain()) == UNKNOWN


def test_known_sets_are_complete() -> None:
    leg = ArrangementView(read(plain(), law(instrument(rule("scope", "s")))), TODAY).legs[0]
    assert leg.origin is leg.exporter
    assert leg.key_holder is Missing.UNKNOWN
    from engine.facts.legs import DATA_FACTS

    assert DATA_FACTS["categories"](leg) == PartialSet(frozenset({"health"}), complete=True)
