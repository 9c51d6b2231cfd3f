"""Remedies against brute force: every way to put measures in place is decided, and what is found is compared with that.

The law and the arrangements are random and small; every measure is an act of two parties together.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import Any

import pytest
import z3
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from engine.decision.deciding import outcomes
from engine.decision.remedies import Remedies, remedies
from engine.decision.statute import Law
from engine.errors import EvaluationError
from engine.facts.arrangement import Arrangement
from engine.facts.values import FALSE, TRUE
from engine.facts.views import ArrangementView
from engine.inference.evaluation import Judge
from engine.law.intake import read_arrangement
from tests.inference.generating import DAYS, accepted, arrangements, laws
from tests.rulesets_for_tests.making import Data, instrument, law, measure, plain, read, rule

LAWFUL = ("permitted", "permitted_with_conditions", "not_applicable")
# The values that an honest act could show: `finding` may only be shown to be good, `ok` and `score` may be anything.
VALUES: Mapping[str, tuple[Any, ...]] = {
    "zz.clauses": (True,),
    "zz.licence": (True,),
    "zz.check": tuple({"finding": "good", "ok": ok, "score": score} for ok, score in product((True, False), (4, 5, 6))),
}
EFFORTS = {"zz.clauses": 3, "zz.licence": 8, "zz.check": 4}
Act = tuple[str, tuple[str, str]]
WANTED = 4
LIGHT = {"zz.light": measure()}
slow = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Way:
    """Acts with some evidence: whether all is then lawful, and which instruments certainly refuse which transfers."""

    acts: frozenset[Act]
    lawful: bool
    refused: frozenset[tuple[str, str]]

    @property
    def effort(self) -> int:
        return sum(EFFORTS[name] for name, _ in self.acts)


def ways(arrangement: Arrangement, made: Law, day: Any) -> Iterator[Way]:
    """Yield every way to put measures in place."""
    pairs = list(dict.fromkeys((t.exporter, t.importer) for t in arrangement.transfers))
    acts = [(name, pair) for name in VALUES for pair in pairs]
    for chosen in chain.from_iterable(combinations(acts, n) for n in range(len(acts) + 1)):
        for values in product(*(VALUES[name] for name, _ in chosen)):
            after = applied(arrangement, zip(chosen, values, strict=True))
            found = outcomes(after, made, day, arrangement.readings)
            lawful = all(each in LAWFUL for each in found.values())
            yield Way(frozenset(chosen), lawful, frozenset(refusals(after, made, day)))


def refusals(arrangement: Arrangement, made: Law, day: Any) -> Iterator[tuple[str, str]]:
    programs = made.programs(day)
    judge = Judge(programs, arrangement.readings, None)
    for leg in ArrangementView(arrangement, day).legs:
        for name in programs.candidates(leg):
            verdict = judge.decide(name, leg).verdict
            if (verdict.reached, verdict.may) == (TRUE, FALSE):  # whatever is not known
                yield leg.transfer.id, name


def applied(arrangement: Arrangement, acts: Iterable[tuple[Act, Any]]) -> Arrangement:
    measures = {t.id: dict(t.measures) for t in arrangement.transfers}
    for (name, pair), value in acts:
        for t in arrangement.transfers:
            if (t.exporter, t.importer) == pair:
                measures[t.id][name] = value
    transfers = tuple(t.model_copy(update={"measures": measures[t.id]}) for t in arrangement.transfers)
    return arrangement.model_copy(update={"transfers": transfers})


def bare(data: Data) -> Data:
    """Return an arrangement without measures, and with one transfer or two."""
    return {**data, "measures": {}, "transfers": [{**t, "measures": {}} for t in data["transfers"][:2]]}


def acts_of(result: Remedies) -> list[frozenset[Act]]:
    return [frozenset((act.measure, act.parties) for act in each.acts) for each in result.remedies]  # type: ignore[misc]


@slow
@given(laws(), arrangements(), st.sampled_from(DAYS))
def test_the_remedies_are_the_cheapest_of_all_that_hold_no_other_in_their_order(
    drawn: Any, data: Data, day: Any
) -> None:
    made = accepted(drawn)
    arrangement = read_arrangement(bare(data), made.library)
    result = remedies(arrangement, made, as_of=day, alternatives=False, most=WANTED)
    lawful = {way.acts: way.effort for way in ways(arrangement, made, day) if way.lawful}
    least = {acts: effort for acts, effort in lawful.items() if not any(other < acts for other in lawful)}
    if result.status == "lawful":
        assert frozenset() in least
        return
    assert frozenset() not in least
    if result.status != "remedies":
        assert least == {}
        return
    found = acts_of(result)
    assert [each.effort for each in result.remedies] == sorted(least.values())[:WANTED]
    assert len(set(found)) == len(found)
    assert set(found) <= set(least)


@slow
@given(laws(), arrangements(), st.sampled_from(DAYS))
def test_what_rules_it_out_does_so_whatever_is_done_and_without_any_part_of_it_something_could_be_done(
    drawn: Any, data: Data, day: Any
) -> None:
    made = accepted(drawn)
    arrangement = read_arrangement(bare(data), made.library)
    result = remedies(arrangement, made, as_of=day, alternatives=False)
    assume(result.status in ("none", "facts_missing"))
    every = list(ways(arrangement, made, day))
    if result.status == "facts_missing":
        assert any(not way.refused for way in every)
        return
    group = {(blocker.transfer, blocker.instrument) for blocker in result.blockers}
    assert group
    assert all(group & way.refused for way in every)
    for each in group:
        assert any(not (group - {each}) & way.refused for way in every)


def test_of_three_instruments_that_pull_apart_only_the_two_that_cannot_both_be_met_are_named() -> None:
    """Each could be met alone; the first and the last want opposite findings, and the one between wants either."""
    fields = {"finding": {"type": "enum", "values": ["good", "bad"], "ask": "What?"}}
    measures = {"zz.check": measure(effort=4, fields=fields), "zz.light": measure()}
    check = "measure.zz.check.finding"
    scope = rule("scope", "s")
    files = [
        instrument(scope, rule("route", "r", requires=[f"{check} == good"]), measures=measures),
        instrument(scope, rule("route", "r", requires=["measure.zz.light"]), id="zz.between"),
        instrument(scope, rule("route", "r", requires=[f"{check} == bad"]), id="zz.last"),
    ]
    made = law(*files)
    result = remedies(read(plain(), made), made, alternatives=False)
    assert (result.status, [each.instrument for each in result.blockers]) == ("none", ["zz.act", "zz.last"])
    for left_out in (0, 2):
        fewer = [copy.deepcopy(each) for number, each in enumerate(files) if number != left_out]
        fewer[0]["measures"] = files[0]["measures"]
        made = law(*fewer)
        assert remedies(read(plain(), made), made, alternatives=False).status == "remedies"


def test_a_search_that_is_given_up_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = law(instrument(rule("scope", "s"), rule("route", "r", requires=["measure.zz.light"]), measures=LIGHT))
    monkeypatch.setattr(z3.Optimize, "check", lambda self: z3.unknown)
    monkeypatch.setattr(z3.Optimize, "reason_unknown", lambda self: "timeout")
    with pytest.raises(EvaluationError, match="given up: timeout"):
        remedies(read(plain(), made), made, alternatives=False)
