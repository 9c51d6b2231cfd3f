from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest

from engine.decision.statute import Law
from engine.errors import EvaluationError, RulesetError
from engine.inference import trial
from engine.inference.durable_backend import DurableFailure
from engine.inference.network import NetworkLimit
from tests.rulesets_for_tests.making import shipped_law


@pytest.fixture(scope="module")
def law() -> Law:
    return shipped_law()


def test_a_book_that_works_passes(law: Law) -> None:
    trial.try_book(law.programs(date(2026, 11, 23)), 60)


def test_networks_that_books_share_are_tried_once(law: Law, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "exercise", lambda networks, seconds: list(networks))
    book = law.programs(date(2026, 11, 23))
    assert trial.try_books([book, book], 60) == trial.try_books([book], 60)


def test_a_book_that_takes_too_long_is_refused(law: Law) -> None:
    with pytest.raises(EvaluationError, match="did not finish within"):
        trial.try_book(law.programs(date(2026, 11, 23)), 0.01)


def test_a_failure_names_the_instrument(law: Law, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(networks: Iterable[object], seconds: float) -> None:
        next(iter(networks))
        raise DurableFailure("network 0 (first production `x`) failed with status -11: ")

    monkeypatch.setattr(trial, "exercise", fail)
    with pytest.raises(EvaluationError, match="`outcomes` failed its trial: network 0"):
        trial.try_book(law.programs(date(2026, 11, 23)), 60)


def test_a_rule_that_is_too_large_is_a_fault_with_its_place(law: Law, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(productions: object) -> list[object]:
        raise NetworkLimit("wt0", "siblings", 600, 340)

    monkeypatch.setattr(trial, "split_network", refuse)
    with pytest.raises(RulesetError) as raised:
        trial.try_book(law.programs(date(2026, 11, 23)), 60)
    # An instrument that only defines has no rule of its own to name.
    fault = next(each for each in raised.value.faults if each.message.startswith("rule `"))
    assert {each.code for each in raised.value.faults} == {"too-large"}
    assert "siblings is 600, allowed is 340" in fault.message
    assert ".yaml:" in str(fault.where)


def test_the_key_of_a_trial_changes_with_the_law() -> None:
    assert trial.trial_key("a") == trial.trial_key("a") != trial.trial_key("b")
