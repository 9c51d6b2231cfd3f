"""What is asked again is not decided again, where nothing that a decision depends on is another."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

import service.evaluating as evaluating
from service.records.reading import RECORDS
from service.remembered import Remembered
from service.storage.tables import decisions, evaluations
from tests.service.stored import Service, name_of, small


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of what was decided, rather than remembered."""
    titles: list[str] = []
    decide = vars(evaluating)["decide"]

    def count(arrangement: Any, *given: Any, **more: Any) -> Any:
        titles.append(arrangement.title)
        return decide(arrangement, *given, **more)

    monkeypatch.setattr(evaluating, "decide", count)
    return titles


def test_the_same_bytes_are_decided_once_and_stored_each_time(stored: Service, decided: list[str]) -> None:
    first, second = stored.submit(), stored.submit()
    assert first.content == second.content
    assert name_of(first) != name_of(second)
    for response in (first, second):
        record = stored.ask("GET", f"/v1/evaluations/{name_of(response)}", "reader").json()
        assert record["decision"] == first.json()
        assert stored.ask("POST", f"/v1/evaluations/{name_of(response)}/replay", "submitter").json()["same"]
    assert len(decided) == 1
    metrics = stored.ask("GET", "/metrics", "administrator").text
    assert "safeconduct_decisions_remembered_total 1.0" in metrics
    assert 'safeconduct_decisions_total{outcome="not_yet_permitted"} 2.0' in metrics


def test_the_same_answer_is_kept_once_for_each_organisation(stored: Service) -> None:
    names = [name_of(stored.submit()), name_of(stored.submit()), name_of(stored.submit(of="theirs"))]
    with stored.database.reading() as connection:
        assert len(connection.execute(select(decisions.c.sha256)).all()) == 2
        assert set(connection.execute(RECORDS.with_only_columns(evaluations.c.id)).scalars()) == set(names)


def test_another_form_of_the_answer_is_written_from_memory(stored: Service, decided: list[str]) -> None:
    fresh = stored.submit(Accept="text/markdown")
    stored.submit()
    assert stored.submit(Accept="text/markdown").content == fresh.content
    assert len(decided) == 1


def test_whatever_a_decision_depends_on_is_decided_anew(
    stored: Service, decided: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored.submit()
    stored.submit(small(title="another"))
    stored.submit(query="?as_of=2024-01-01")
    stored.submit(query="?reading=zz.key_reading:absolute")
    stored.submit(of="theirs")  # or the time to answer would tell what others have asked
    before = len(decided)

    class Tomorrow(date):
        @classmethod
        def today(cls) -> Tomorrow:
            return cls(2999, 1, 1)

    monkeypatch.setattr(evaluating, "date", Tomorrow)
    stored.submit()
    assert (before, len(decided)) == (5, 6)


def test_a_decision_on_which_the_evaluators_differ_is_not_remembered(
    stored: Service, decided: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = vars(evaluating)["decide"]

    def differ(*given: Any, **more: Any) -> Any:
        more["on_difference"]("zz.data-act", "t", "made up")
        return decide(*given, **more)

    monkeypatch.setattr(evaluating, "decide", differ)
    stored.submit()
    stored.submit()
    assert len(decided) == 2
    metrics = stored.ask("GET", "/metrics", "administrator").text
    assert 'safeconduct_evaluator_differences_total{instrument="zz.data-act"} 2.0' in metrics


def test_what_was_asked_for_longest_ago_is_forgotten_first() -> None:
    memory: Remembered[str] = Remembered(10)
    memory.remember("a", "A", 4)
    memory.remember("b", "B", 4)
    assert memory.recall("a") == "A"
    memory.remember("c", "C", 4)
    assert [memory.recall(key) for key in "abc"] == ["A", None, "C"]
    memory.remember("a", "AA", 6)  # in its place, not beside it
    assert [memory.recall(key) for key in "ac"] == ["AA", "C"]
    memory.remember("huge", "H", 11)
    assert [memory.recall(key) for key in ("a", "c", "huge")] == [None, None, None]
