"""Which networks are kept, and for whom."""

from __future__ import annotations

import gc
import weakref

import pytest

from engine.decision.statute import Law
from engine.facts.values import TRUE
from engine.inference import core
from engine.inference.program import Program
from tests.rulesets_for_tests.making import TODAY, instrument, law, rule


def program(of: Law) -> Program:
    return of.programs(TODAY).instrument("zz.act")


def act(*bans: str) -> Law:
    return law(instrument(rule("scope", "s"), *(rule("ban", name, ["data.minors"]) for name in bans)))


def test_laws_share_the_networks_that_are_the_same() -> None:
    one, same, other = act("b"), act("b"), act("b", "c")
    assert one.core.network(program(one)) is same.core.network(program(same))
    assert one.core.network(program(one)) is not other.core.network(program(other))


def test_a_law_that_closes_leaves_others_their_networks() -> None:
    one, other = act("b"), act("b")
    expected = other.core.evaluate(program(other), [TRUE], [TRUE])
    one.core.network(program(one))
    one.close()
    assert other.core.evaluate(program(other), [TRUE], [TRUE]) == expected


def test_only_the_networks_asked_about_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "_MOST_NETWORKS", 2)
    laws = [act(*"bcdef"[: n + 1]) for n in range(3)]
    programs = [program(each) for each in laws]
    asked = laws[0].core
    networks = [weakref.ref(asked.network(programs[n])) for n in (0, 1, 0, 2)]
    gc.collect()
    first, second, again, third = (each() for each in networks)
    assert first is again is asked.network(programs[0])
    assert second is None
    assert third is not None
    assert asked.evaluate(programs[1], [TRUE], [TRUE]).outcome == "prohibited"
