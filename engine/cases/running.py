"""Run regression cases and say what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import source
from engine.cases.model import Case, CaseFile, Expectation, ExpectedFact
from engine.cases.patching import PatchError, arrangement_of
from engine.decision.deciding import decide
from engine.decision.model import Decision, Finding
from engine.decision.statute import Law
from engine.decision.traces import RuleTrace
from engine.errors import ArrangementError, Fault, RulesetError, Span
from engine.facts.legs import Leg
from engine.facts.values import UNKNOWN, WORDS
from engine.facts.views import ArrangementView
from engine.inference.environment import Environment, statement
from engine.inference.outcomes import RANK, worst
from engine.law.files import read_form
from engine.law.intake import read_arrangement

# A rule with one of these is among the reasons; with any other it was considered and did not bear.
_REASONS = {"holds", "open", "available", "met", "unmet", "unknown_if_met", "unknown"}


@dataclass(frozen=True, slots=True)
class Located:
    """A case with where it stands and the bases it may use; `reform` where it is one of a reform's own."""

    case: Case
    file: str
    span: Span
    bases: Mapping[str, Any]
    instrument: str
    reform: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case; `problems` is empty where it passed."""

    located: Located
    problems: tuple[str, ...]
    decision: Decision | None


def find_cases(paths: list[Path]) -> tuple[list[Located], list[Fault]]:
    """Return every case in the files or folders named, in order of place, and the faults of case files."""
    cases: list[Located] = []
    faults: list[Fault] = []
    for path in sorted({file for each in paths for file in _files(each)}):
        try:
            form, node = read_form(path.read_text(encoding="utf-8"), str(path), CaseFile)
        except RulesetError as error:
            faults += error.faults
            continue
        for index, case in enumerate(form.cases):
            span = source.span_at(node, f"/cases/{index}")
            cases.append(Located(case, str(path), span, form.bases, form.cases_for, _reform_of(path)))
    return cases, faults


def _reform_of(path: Path) -> str | None:
    """Return the reform under whose law a case file is to be run: that of its folder `reforms/<name>/cases`."""
    folders = path.resolve().parts
    return folders[-3] if folders[-4:-3] == ("reforms",) and folders[-2] == "cases" else None


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from (file for file in path.rglob("*.yaml") if file.parent.name == "cases")


def run(located: Located, law: Law) -> Result:
    """Run one case."""
    case = located.case
    try:
        data = arrangement_of(case.arrangement, located.bases)
        arrangement = read_arrangement(data, law.library)
    except PatchError as error:
        return Result(located, (str(error),), None)
    except ArrangementError as error:
        return Result(located, tuple(str(fault) for fault in error.faults), None)
    decision = decide(arrangement, law, as_of=case.day, thorough=True)
    problems = [problem for name, expect in case.expect.items() for problem in check(name, expect, decision, law)]
    if case.overall is not None and decision.outcome != case.overall:
        problems.append(f"the whole: expected {case.overall}, got {decision.outcome}")
    view = ArrangementView(arrangement, case.day)
    for fact in case.facts:
        problems += check_fact(fact, view, law, {**arrangement.readings})
    for rule in case.edge_of:
        if rule not in law.library.rules:
            problems.append(f"there is no rule `{rule}` (edge_of)")
    return Result(located, tuple(problems), decision)


def check(name: str, expect: Expectation, decision: Decision, law: Law) -> Iterator[str]:
    """Yield what an expectation about an instrument finds wrong."""
    if name not in law.library.instruments:
        yield f"there is no instrument `{name}`"
        return
    found = [
        finding
        for transfer in decision.transfers
        for finding in transfer.findings
        if finding.instrument == name and expect.transfer in (None, transfer.id)
    ]
    outcome = worst(finding.outcome for finding in found)
    if expect.outcome is not None and outcome != expect.outcome:
        yield f"{name}: expected {expect.outcome}, got {outcome}"
    if any(finding.difference for finding in found):
        yield f"{name}: the evaluators differ"
    worst_rank = min((RANK[finding.outcome] for finding in found), default=0)
    chosen = [finding for finding in found if RANK[finding.outcome] == worst_rank]
    yield from check_rules(name, expect.because, expect.not_because, chosen, decision, law)
    asked = {question.fact for question in decision.questions}
    yield from (f"{name}: `{fact}` is not asked for" for fact in expect.asks if fact not in asked)
    yield from (f"{name}: `{fact}` is asked for" for fact in expect.asks_not if fact in asked)
    offered = {m.measure for f in found for option in f.options for m in option.measures}
    offered |= {m for condition in decision.conditions if condition.instrument == name for m in condition.measures}
    yield from (f"{name}: `{measure}` is not offered" for measure in expect.offers if measure not in offered)


def check_rules(
    name: str,
    because: tuple[str, ...],
    not_because: tuple[str, ...],
    findings: list[Finding],
    decision: Decision,
    law: Law,
) -> Iterator[str]:
    """Yield the rules that should be among the reasons and are not, or should not and are."""
    statuses: dict[str, set[str]] = {}
    for trace in all_rules(findings, decision):
        statuses.setdefault(trace.id, set()).add(trace.status)
    for rule in (*because, *not_because):
        if rule not in law.library.rules:
            yield f"{name}: there is no rule `{rule}`"
    for rule in because:
        if rule in law.library.rules and not statuses.get(rule, set()) & _REASONS:
            said = ", ".join(sorted(statuses.get(rule, {"not considered"})))
            yield f"{name}: `{rule}` should be among the reasons ({said})"
    for rule in not_because:
        wrong = statuses.get(rule, set()) & _REASONS
        if wrong:
            yield f"{name}: `{rule}` should not be among the reasons ({', '.join(sorted(wrong))})"


def all_rules(findings: list[Finding], decision: Decision) -> Iterator[RuleTrace]:
    """Yield every rule in the findings, their exceptions, the definitions they read, and the notes."""
    todo = [rule for finding in findings for rule in finding.rules]
    todo += [rule for derived in decision.derived for rule in derived.rules]
    for rule in todo:
        yield rule
        todo += rule.exceptions
    for transfer in decision.transfers:
        for note in transfer.notes:
            status = "unknown" if note.unknown else "holds"
            yield RuleTrace(note.rule, note.kind, note.cite, note.says, status, decision.as_of, ())  # type: ignore[arg-type]


def check_fact(fact: ExpectedFact, view: ArrangementView, law: Law, readings: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with a trait's value."""
    trait = law.library.traits.get(fact.fact)
    if trait is None:
        yield f"there is no trait `{fact.fact}`"
        return
    programs = law.programs(view.day)
    env = Environment(programs, readings)
    subject = view.parties.get(fact.of) or _leg(view, fact.of)
    if subject is None:
        yield f"`{fact.of}` is neither a party nor a transfer/dataset"
        return
    value = env.derived(trait.id, subject) if trait.derived else statement(trait.id, trait.of, subject)[0]
    expected = fact.is_ if isinstance(fact.is_, str) else "true" if fact.is_ else "false"
    if WORDS[value] != expected:
        yield f"{fact.of}.{fact.fact}: expected {expected}, got {WORDS[value] if value != UNKNOWN else 'unknown'}"


def _leg(view: ArrangementView, name: str) -> Leg | None:
    return next((leg for leg in view.legs if f"{leg.transfer.id}/{leg.data.id}" == name), None)
