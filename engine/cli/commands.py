"""What each command does."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import suppress
from datetime import date
from importlib import import_module
from typing import Any

from engine.cases.junit import junit_report
from engine.cases.measuring import coverage_of
from engine.cases.running import Result, find_cases, run
from engine.cli import browsing
from engine.cli.intake import arrangement_of, readings_of, text_of
from engine.decision.coverage import coverage_table
from engine.decision.deciding import decide
from engine.decision.model import DECISION, Decision
from engine.decision.rendering import render
from engine.decision.schema import arrangement_schema
from engine.decision.statute import Law, load_law
from engine.errors import ArrangementError, Fault, RulesetError, SafeconductError
from engine.inference.outcomes import Outcome
from engine.inference.trial import try_books
from engine.law.dormant import dormant_rules
from engine.law.loading import load_library

_TRIAL_SECONDS = 120.0
EXIT: dict[Outcome, int] = {
    "permitted": 0,
    "permitted_with_conditions": 0,
    "not_applicable": 0,
    "prohibited": 3,
    "not_yet_permitted": 4,
    "undetermined": 5,
}


def evaluate(options: argparse.Namespace) -> int:
    """Decide an arrangement and print the decision."""
    law = load_law(options.rulesets, options.reform)
    arrangement = arrangement_of(options.file, law.library)
    readings = readings_of(options.reading, law.library)
    decision = decide(arrangement, law, as_of=options.as_of, readings=readings, thorough=options.thorough)
    _print_decision(decision, options.format)
    return EXIT[decision.outcome]


def explain(options: argparse.Namespace) -> int:
    """Explain a decision that was stored as JSON."""
    try:
        decision = DECISION.validate_json(text_of(options.file))
    except ValueError:
        raise ArrangementError([Fault("not-a-decision", "this is no decision", options.file)]) from None
    _print_decision(decision, options.format)
    return EXIT[decision.outcome]


def check(options: argparse.Namespace) -> int:
    """Check all rulesets: what they say, and that the inference core can hold them on every day."""
    law = load_law(options.path or options.rulesets)
    days = (date.min, *law.books.change_days)
    networks = try_books((law.programs(day) for day in days), _TRIAL_SECONDS)
    for name, group in dormant_rules(law.library).items():
        _say(f"{law.library.rules[name].span}: `{name}` cannot hold: `{group}` names nobody")
    books = f"{len(days)} statute books in {networks} networks"
    _say(f"{len(law.library.instruments)} instruments, {len(law.library.rules)} rules, {books}: no faults")
    return 0


def test(options: argparse.Namespace) -> int:
    """Run regression cases, those of a reform under that reform."""
    located, faults = find_cases(options.paths or [options.rulesets])
    if faults:
        raise RulesetError(faults)
    chosen = [
        each
        for each in located
        if (not options.match or options.match in f"{each.case.name} {each.case.expect} {each.instrument}")
        and set(options.label) <= set(each.case.labels)
        and (options.paths or not options.reform or each.reform in (None, options.reform))
    ]
    laws: dict[str | None, Law] = {options.reform: load_law(options.rulesets, options.reform)}
    for name in sorted({each.reform for each in chosen if each.reform and each.reform not in laws}):
        laws[name] = load_law(options.rulesets, name)
    results = [run(each, laws[each.reform or options.reform]) for each in chosen]
    failed = [result for result in results if result.problems]
    for result in failed:
        _report(result)
    if options.junit:
        options.junit.write_text(junit_report(results), encoding="utf-8")
    if options.coverage:
        # A reform's rules are measured where it is named; elsewhere its cases say nothing of the law in force.
        in_force = [result for result in results if result.located.reform in (None, options.reform)]
        for line in coverage_of(in_force, laws[options.reform]):
            _say(line)
    _say(f"{len(results) - len(failed)} of {len(results)} cases pass")
    if not results and options.fail_on_empty:
        _say("no case was run")
        return 1
    return 1 if failed else 0


def law(options: argparse.Namespace) -> int:
    """Browse instruments and rules."""
    _out(browsing.law(load_law(options.rulesets, options.reform), options.id, options.as_of, options.format))
    return 0


def facts(options: argparse.Namespace) -> int:
    """Browse the vocabulary."""
    _out(browsing.facts(load_library(options.rulesets, options.reform), options.name))
    return 0


def coverage(options: argparse.Namespace) -> int:
    """Print the table of coverage."""
    _out(coverage_table(load_library(options.rulesets, options.reform)).rstrip())
    return 0


def schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of an arrangement."""
    _out(json.dumps(arrangement_schema(load_library(options.rulesets, options.reform)), indent=2, sort_keys=True))
    return 0


def add_service_commands(subs: Any) -> None:
    """Add the commands of the service, where it is installed."""
    with suppress(ModuleNotFoundError):
        import_module("service.commands").add(subs)


def serve(options: argparse.Namespace) -> int:
    """Start the HTTP service."""
    try:
        # The engine does not know the service; the command finds it by name where it is installed.
        start = import_module("service.serving").serve
    except ModuleNotFoundError as error:
        raise SafeconductError(f"the service is not installed: {error}") from None
    return int(start(options.rulesets, options.host, options.port))


# -- small things -----------------------------------------------------------------------------------------------------


def _print_decision(decision: Decision, form: str) -> None:
    if form == "json":
        _out(DECISION.dump_json(decision, indent=2).decode())
    else:
        _out(render(decision, form, color=form == "text" and sys.stdout.isatty()))


def _report(result: Result) -> None:
    located = result.located
    _say(f"FAIL {located.span}: {located.case.name}")
    for problem in result.problems:
        _say(f"  {problem}")
    if result.decision is not None:
        _say(_indent(render(result.decision, "text", color=False)))


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _out(text: str) -> None:
    print(text)
