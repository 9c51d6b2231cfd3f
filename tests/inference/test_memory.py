"""What is remembered stays within bounds, for each program and in all."""

from __future__ import annotations

import gc
import weakref

import pytest

from engine.inference import memory
from engine.inference.memory import Memory
from engine.inference.program import Program
from tests.rulesets_for_tests.making import TODAY, instrument, law, rule


def program() -> Program:
    return law(instrument(rule("scope", "s"))).programs(TODAY).instrument("zz.act")


def remembered(kept: Memory, *of: Program) -> list[int]:
    return [sum(kept.known(each, key) is not None for key in range(10)) for each in of]


def test_a_program_is_forgotten_when_there_is_too_much_of_it() -> None:
    kept, one, other = Memory(3), program(), program()
    for key in range(4):
        kept.keep(one, key, "concluded")
    kept.keep(other, 0, "concluded")
    assert remembered(kept, one, other) == [1, 1]


def test_everything_is_forgotten_when_there_is_too_much_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MOST_IN_ALL", 4)
    kept, other, programs = Memory(3), Memory(3), [program() for _ in range(3)]
    other.keep(programs[0], 0, "of another kind")
    for each in programs:
        for key in range(2):
            kept.keep(each, key, "concluded")
    assert remembered(kept, *programs) == [0, 0, 2]
    assert remembered(other, *programs) == [1, 0, 0]


def test_what_a_program_outgrew_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MOST_IN_ALL", 4)
    kept, one, other = Memory(2), program(), program()
    kept.keep(other, 0, "concluded")
    for key in range(9):
        kept.keep(one, key, "concluded")
    assert remembered(kept, other) == [1]


def test_nothing_is_remembered_by_a_memory_of_nothing() -> None:
    kept, one = Memory(0), program()
    assert kept.recall(one, 1, lambda _, key: key + 1) == 2
    kept.keep(one, 2, "concluded")
    assert remembered(kept, one) == [0]
    assert not one.memory  # nor the memory itself, of which a judge makes new ones


def test_a_memory_keeps_no_program() -> None:
    kept, one = Memory(3), program()
    kept.keep(one, 0, "concluded")
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is None
