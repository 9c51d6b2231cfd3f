"""The laws of deciding, each on random law and random arrangements."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.decision.deciding import decide
from engine.decision.model import DECISION, Decision
from engine.decision.statute import Law
from engine.facts.views import ArrangementView
from engine.inference.evaluation import Judge
from engine.inference.outcomes import RANK, Outcome
from engine.inference.touching import STRIPPED
from tests.inference.generating import DAYS, accepted, arrangements, laws, shuffled
from tests.properties.knowing import open_facts, without_statements
from tests.rulesets_for_tests.making import Data, instrument, library, measure, outcome, plain, read, rule
from tests.rulesets_for_tests.making import law as make_law

EXAMPLES = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
EACH = 6
Key = tuple[str, str, str]


def answer(law: Law, data: Data, day: date) -> Decision:
    """Decide by the reference: that the core finds the same is tested elsewhere."""
    return decide(read(data, law), law, as_of=day, core=False)


def outcomes(decision: Decision) -> dict[Key, Outcome]:
    """Return the outcome of every instrument, by transfer, instrument and data set."""
    return {
        (transfer.id, finding.instrument, finding.dataset): finding.outcome
        for transfer in decision.transfers
        for finding in transfer.findings
    }


def by_transfer(decision: Decision) -> dict[str, Outcome]:
    return {transfer.id: transfer.outcome for transfer in decision.transfers}


def verdicts(law: Law, data: Data, day: date) -> dict[Key, Outcome]:
    """Return what every instrument of the book says of every leg, whether the index would have looked at it or not."""
    arrangement = read(data, law)
    judge = Judge(law.programs(day), arrangement.readings, None)
    return {
        (leg.transfer.id, name, leg.data.id): judge.decide(name, leg).verdict.outcome
        for leg in ArrangementView(arrangement, day).legs
        for name in law.books.on(day).instruments
    }


def is_definite(outcome: str) -> bool:
    return outcome != "undetermined"


def several(data: st.DataObject, law: Law, times: int = EACH) -> Iterator[tuple[Data, date]]:
    """Yield random arrangements and days, and close the law in the end."""
    try:
        for _ in range(times):
            yield data.draw(arrangements()), data.draw(st.sampled_from(DAYS))
    finally:
        law.close()


# -- knowledge --------------------------------------------------------------------------------------------------------


def learned(data: st.DataObject, arrangement: Data, places: bool) -> Data:
    """Return the arrangement with one or two facts said that were left out."""
    more = without_statements(arrangement)
    for _ in range(data.draw(st.integers(1, 2))):
        known = list(open_facts(more, places))
        if known:
            owner, key, values = data.draw(st.sampled_from(known))
            owner[key] = copy.deepcopy(data.draw(st.sampled_from(values)))
    return more


@EXAMPLES
@given(st.data())
def test_knowing_more_turns_no_definite_verdict_of_an_instrument_into_another(data: st.DataObject) -> None:
    law = accepted(data.draw(laws()))
    for arrangement, day in several(data, law):
        more = learned(data, arrangement, places=True)
        before, after = verdicts(law, without_statements(arrangement), day), verdicts(law, more, day)
        assert {key: after[key] for key, found in before.items() if is_definite(found)} == {
            key: found for key, found in before.items() if is_definite(found)
        }


@EXAMPLES
@given(st.data())
def test_knowing_more_about_anything_but_places_turns_no_definite_outcome_into_another(data: st.DataObject) -> None:
    law = accepted(data.draw(laws()))
    for arrangement, day in several(data, law):
        more = learned(data, arrangement, places=False)
        before = by_transfer(answer(law, without_statements(arrangement), day))
        after = by_transfer(answer(law, more, day))
        assert {key: after[key] for key, found in before.items() if is_definite(found)} == {
            key: found for key, found in before.items() if is_definite(found)
        }


def test_a_finding_that_is_not_said_may_be_one_that_stands() -> None:
    """Without clauses nothing may start; whether they would help turns on a finding that cannot be made anew."""
    measures = {
        "zz.clauses": measure(),
        "zz.check": measure(
            fields={
                "finding": {
                    "type": "enum",
                    "values": ["good", "bad"],
                    "attainable": ["good"],
                    "final": ["bad"],
                    "ask": "What?",
                }
            }
        ),
    }
    route = rule("route", "r", requires=["measure.zz.clauses", "measure.zz.check.finding == good"])
    law = make_law(instrument(rule("scope", "s"), route, measures=measures))
    found = {
        finding: outcome(law, plain(measures={"zz.check": {"finding": finding} if finding else True}))
        for finding in ("", "good", "bad")
    }
    assert found == {"": "undetermined", "good": "not_yet_permitted", "bad": "prohibited"}


# -- order ------------------------------------------------------------------------------------------------------------


@EXAMPLES
@given(st.data())
def test_the_order_of_parties_data_sets_and_transfers_never_matters(data: st.DataObject) -> None:
    law = accepted(data.draw(laws()))
    for arrangement, day in several(data, law):
        other = shuffled(arrangement, random.Random(data.draw(st.integers(0, 99))))
        one, two = answer(law, arrangement, day), answer(law, other, day)
        assert outcomes(one) == outcomes(two)
        assert by_transfer(one) == by_transfer(two)
        assert one.outcome == two.outcome


@EXAMPLES
@given(st.data())
def test_the_order_of_rules_and_files_never_matters(data: st.DataObject) -> None:
    drawn = data.draw(laws())
    law = accepted(drawn)
    files = drawn.instruments()
    chance = random.Random(data.draw(st.integers(0, 99)))
    for each in files:
        chance.shuffle(each["rules"])
    chance.shuffle(files)
    other = Law(drawn.library_of(files))
    for arrangement, day in several(data, law):
        one, two = answer(law, arrangement, day), answer(other, arrangement, day)
        assert outcomes(one) == outcomes(two)
        assert by_transfer(one) == by_transfer(two)
        assert {q.fact for q in one.questions} == {q.fact for q in two.questions}
    other.close()


# -- irrelevance ------------------------------------------------------------------------------------------------------

ELSEWHERE = [
    instrument(rule("scope", "s", [scope]), rule("ban", "b"), id=f"aq.law{index}")
    for index, scope in enumerate(
        (
            "exporter.country == AQ",
            "importer.country in [AQ, TF]",
            "AQ in data.subject_countries",
            "overlaps(transfer.storage_countries, [AQ])",
            "importer.employer.country == AQ and transfer.mode == copy",
            "key_holder.country == AQ or AQ in data.collected_in",
        )
    )
]


@EXAMPLES
@given(st.data())
def test_law_of_a_place_that_nothing_touches_never_matters(data: st.DataObject) -> None:
    drawn = data.draw(laws())
    law, more = accepted(drawn), drawn.law(*ELSEWHERE)
    for arrangement, day in several(data, law):
        if any(
            not each.get("subjects") and each.get("identifiability") in STRIPPED for each in arrangement["datasets"]
        ):
            continue  # they are drawn from people who may be there
        assert without_hashes(answer(law, arrangement, day)) == without_hashes(answer(more, arrangement, day))
    more.close()


def without_hashes(decision: Decision) -> dict[str, Any]:
    told: dict[str, Any] = DECISION.dump_python(decision, mode="json")
    told["receipt"].pop("library_sha256")
    return told


# -- safeguards -------------------------------------------------------------------------------------------------------

SHOWN = {
    "zz.clauses": True,
    "zz.licence": {"done": "2010-01-01"},
    "zz.seal": True,
    "zz.check": {"finding": "good", "ok": True, "score": 5},
}


@EXAMPLES
@given(st.data())
def test_one_more_measure_never_worsens_an_outcome(data: st.DataObject) -> None:
    law = accepted(data.draw(laws(adverse=False)))
    for arrangement, day in several(data, law):
        more = copy.deepcopy(arrangement)
        name = data.draw(st.sampled_from(sorted(SHOWN)))
        for measures in (more["measures"], *(transfer["measures"] for transfer in more["transfers"])):
            if measures.get(name, "none") == "none":
                measures[name] = SHOWN[name]
        before, after = by_transfer(answer(law, arrangement, day)), by_transfer(answer(law, more, day))
        assert all(RANK[after[key]] >= RANK[found] for key, found in before.items())


# -- more transfers ---------------------------------------------------------------------------------------------------


@EXAMPLES
@given(st.data())
def test_one_more_transfer_never_improves_the_whole(data: st.DataObject) -> None:
    """Where the law counts over several transfers, more of them may be what a rule asks for: left out here."""
    law = accepted(data.draw(laws(without=("pair.", "exporter.persons"))))
    for arrangement, day in several(data, law):
        more = copy.deepcopy(arrangement)
        first = more["transfers"][0]
        extra = {
            **data.draw(st.sampled_from(more["transfers"])),
            "id": "extra",
            "mode": "remote_access",
            "exporter": first["importer"],
            "importer": first["exporter"],
        }
        extra.pop("onward_of", None)
        more["transfers"].append(extra)
        before, after = answer(law, arrangement, day), answer(law, more, day)
        assert RANK[after.outcome] <= RANK[before.outcome]
        assert by_transfer(before).items() <= by_transfer(after).items()


# -- silence ----------------------------------------------------------------------------------------------------------


def at(*path: str | int) -> Callable[[Data], None]:
    """Name AQ, of which no law is encoded, at a place of the arrangement."""

    def put(data: Data) -> None:
        owner: Any = data
        for step in path[:-1]:
            owner = owner[step]
        owner[path[-1]] = "AQ" if isinstance(path[-1], int) or path[-1] == "country" else ["AQ"]

    return put


def onward(data: Data) -> None:
    """Let the first of two transfers come from AQ."""
    data["parties"].append({"id": "c", "country": "AQ", "kind": "company"})
    data["transfers"].append({**data["transfers"][0], "id": "first", "exporter": "c", "importer": "a"})
    data["transfers"][0]["onward_of"] = "first"


@pytest.mark.parametrize(
    "touch",
    [
        pytest.param(at("parties", 0, "country"), id="the exporter's country"),
        pytest.param(at("parties", 1, "country"), id="the importer's country"),
        pytest.param(at("datasets", 0, "subjects", 0, "country"), id="a country of the people"),
        pytest.param(at("datasets", 0, "collected_in"), id="where the data were collected"),
        pytest.param(at("transfers", 0, "storage"), id="where the data are stored"),
        pytest.param(at("transfers", 0, "access_from"), id="where people reach the data"),
        pytest.param(at("transfers", 0, "via"), id="where the data pass through"),
        pytest.param(onward, id="where an onward chain began"),
    ],
)
def test_a_place_whose_law_is_not_encoded_never_yields_a_permission(touch: Callable[[Data], None]) -> None:
    law = Law(library(instrument(rule("scope", "s"), rule("route", "r"))))
    data = plain()
    assert by_transfer(answer(law, data, DAYS[-1]))["t"] == "permitted"
    touch(data)
    assert by_transfer(answer(law, data, DAYS[-1]))["t"] == "undetermined"


@pytest.mark.parametrize("subjects", [..., []], ids=["left out", "an empty list"])
def test_data_about_people_whom_nobody_places_never_yield_a_permission(subjects: object) -> None:
    law = Law(library(instrument(rule("scope", "s"), rule("route", "r"))))
    assert by_transfer(answer(law, plain(datasets__0__subjects=subjects), DAYS[-1]))["t"] == "undetermined"


@EXAMPLES
@given(st.data())
def test_a_party_where_no_law_is_encoded_never_yields_a_permission(data: st.DataObject) -> None:
    law = accepted(data.draw(laws()))
    for arrangement, day in several(data, law):
        chosen = data.draw(st.sampled_from(arrangement["transfers"]))
        party = chosen[data.draw(st.sampled_from(["exporter", "importer"]))]
        next(each for each in arrangement["parties"] if each["id"] == party)["country"] = "AQ"
        told = by_transfer(answer(law, arrangement, day))[chosen["id"]]
        assert told in ("undetermined", "not_yet_permitted", "prohibited")


# -- determinism ------------------------------------------------------------------------------------------------------


@EXAMPLES
@given(st.data())
def test_the_same_input_law_and_day_give_the_same_bytes(data: st.DataObject) -> None:
    drawn = data.draw(laws())
    law, again = accepted(drawn), drawn.law()
    for arrangement, day in several(data, law):
        one = DECISION.dump_json(decide(read(arrangement, law), law, as_of=day))
        answer(again, arrangement, DAYS[0])  # what was decided before never matters
        two = DECISION.dump_json(decide(read(copy.deepcopy(arrangement), again), again, as_of=day))
        assert one == two
    again.close()


@EXAMPLES
@given(st.data())
def test_a_law_that_has_decided_other_days_decides_a_day_as_a_fresh_one_does(data: st.DataObject) -> None:
    drawn = data.draw(laws())
    law = accepted(drawn)
    for arrangement, _ in several(data, law, 2):
        for day in DAYS:
            fresh = drawn.law()
            assert without_hashes(answer(law, arrangement, day)) == without_hashes(answer(fresh, arrangement, day))
            fresh.close()
