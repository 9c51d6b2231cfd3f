"""What becomes of a decision where the evaluators differ on a definition, on what plain facts show, under a reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from engine.decision.deciding import decide
from engine.decision.model import Decision, Finding
from engine.decision.statute import Law
from engine.errors import EvaluationError
from engine.facts.values import FALSE, TRUE, Truth
from engine.inference.core import Core
from engine.inference.outcomes import Verdict
from engine.inference.program import Program
from tests.rulesets_for_tests.making import TODAY, finding, instrument, law, plain, read, rule, trait

SCOPE = rule("scope", "s")
TRAITS = {"zz.bad": trait(derived=True), "zz.worse": trait(derived=True), "zz.known": trait()}
BAD = rule("definition", "d", ["party.zz.known"], defines="zz.bad")
WORSE = rule("definition", "e", ["party.zz.bad", "party.country == HM"], defines="zz.worse")
KNOWN = plain(parties__1__traits={"zz.known": True})
Defined = Callable[[Core, Program, Sequence[Truth]], Truth]


def lying(trait_id: str, answer: Truth | None) -> Defined:
    """Return what the core finds, but another answer, or a failure, for the definitions of one trait."""
    honest = Core.defined

    def defined(core: Core, program: Program, atoms: Sequence[Truth]) -> Truth:
        if program.id != trait_id:
            return honest(core, program, atoms)
        if answer is None:
            raise EvaluationError("the core is tired")
        return answer

    return defined


def act(*conditions: str) -> Law:
    """Return an act that bars what is bad, and one that bars what meets conditions."""
    bars = instrument(SCOPE, rule("ban", "b", ["importer.zz.bad"]), BAD, WORSE, traits=TRAITS)
    return law(bars, instrument(SCOPE, rule("ban", "b", conditions), id="zz.other"))


def answers(made: Law) -> tuple[Decision, Finding, Finding, list[str]]:
    told: list[str] = []
    decision = decide(read(KNOWN, made), made, as_of=TODAY, on_difference=lambda name, *_: told.append(name))
    return decision, finding(decision), finding(decision, "zz.other"), told


def test_an_instrument_that_reads_the_definition_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Core, "defined", lying("zz.bad", FALSE))
    decision, reads, other, told = answers(act("importer.country == IO"))
    assert (decision.outcome, reads.outcome, other.outcome) == ("undetermined", "undetermined", "permitted")
    assert reads.difference == "derived traits differ: importer.zz.bad"
    assert (other.difference, told) == ("", ["zz.act"])


def test_so_does_one_that_reads_it_through_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Core, "defined", lying("zz.bad", FALSE))
    decision, _, other, told = answers(act("importer.zz.worse"))
    assert (decision.outcome, other.outcome) == ("undetermined", "undetermined")
    assert other.difference == "derived traits differ: importer.zz.worse"
    assert told == ["zz.act", "zz.other"]


def test_a_core_that_fails_on_a_definition_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Core, "defined", lying("zz.bad", None))
    decision, reads, other, told = answers(act("importer.country == IO"))
    assert (decision.outcome, reads.outcome, other.outcome) == ("undetermined", "undetermined", "permitted")
    assert (reads.difference, told) == ("the core is tired", ["zz.act"])


def test_what_they_differed_on_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = act("importer.country == IO")
    with monkeypatch.context() as lies:
        lies.setattr(Core, "defined", lying("zz.bad", FALSE))
        assert answers(made)[0].outcome == "undetermined"
    assert answers(made)[0].outcome == "prohibited"


def test_a_lie_that_agrees_with_the_reference_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Core, "defined", lying("zz.bad", TRUE))
    decision, _, _, told = answers(act("importer.country == IO"))
    assert (decision.outcome, told) == ("prohibited", [])


def test_a_core_that_differs_on_what_plain_facts_keep_away_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Core.gate

    def gate(core: Core, program: Program, atoms: Sequence[Truth]) -> Verdict:
        return replace(honest(core, program, atoms), reached=TRUE)

    monkeypatch.setattr(Core, "gate", gate)
    made = law(instrument(rule("scope", "s", ["importer.kind == company"]), rule("ban", "b")))
    told: list[str] = []
    decision = decide(read(plain(), made), made, as_of=TODAY, on_difference=lambda name, *_: told.append(name))
    assert (decision.outcome, told) == ("undetermined", ["zz.act"])
    assert "the core found" in finding(decision).difference


def test_a_core_that_differs_under_an_option_of_a_reading_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody chose; the reference finds it barred either way, and the core does not where the view is narrow."""
    honest = Core.evaluate

    def evaluate(core: Core, program: Program, now: Sequence[Truth], later: Sequence[Truth]) -> Verdict:
        found = honest(core, program, now, later)
        narrow = program.atoms[1].text == "reading.zz.view == narrow" and now[1] == TRUE
        return replace(found, outcome="permitted") if narrow else found

    monkeypatch.setattr(Core, "evaluate", evaluate)
    options = {name: {"says": name, "cite": name} for name in ("wide", "narrow")}
    bans = [rule("ban", f"b{index}", [f"reading.zz.view == {name}"]) for index, name in enumerate(options)]
    made = law(instrument(SCOPE, *bans, readings={"zz.view": {"ask": "Which view?", "options": options}}))
    told: list[str] = []
    decision = decide(read(plain(), made), made, as_of=TODAY, on_difference=lambda name, *_: told.append(name))
    assert (decision.outcome, told) == ("undetermined", ["zz.act"])
    assert "the core found" in finding(decision).difference
