"""`safeconduct ask`: an interview on the terminal that ends with a completed arrangement."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import TypeAdapter

from engine.cli.intake import add_case, plain_of, readings_of
from engine.decision.answers import with_answer
from engine.decision.missing import Missing, MissingFact, missing_facts
from engine.decision.model import Question
from engine.decision.rendering import WORDS
from engine.decision.statute import Law, load_law
from engine.errors import ArrangementError
from engine.law.intake import parse_yaml, read_arrangement

if TYPE_CHECKING:
    Subs = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(subs: Subs) -> None:
    """Add the command to the command line."""
    parser = subs.add_parser("ask", help="ask for the facts that an open arrangement misses, and write it completed")
    add_case(parser, "text", "json")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write the completed arrangement here, not to stdout"
    )
    parser.add_argument("--list", action="store_true", help="only list what is missing, and what answers lead to")
    parser.set_defaults(run=_ask)


def _ask(options: argparse.Namespace) -> int:
    law = load_law(options.rulesets, options.reform)
    data = plain_of(options.file)
    readings = readings_of(options.reading, law.library)
    if options.list:
        found = missing_facts(read_arrangement(data, law.library), law, as_of=options.as_of, readings=readings)
        as_data = TypeAdapter(Missing).dump_json(found, indent=2).decode()
        print(as_data if options.format == "json" else "\n".join(missing_lines(found)))
        return 0
    data, found = _interview(data, law, options, readings)
    text = _written(data, options)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        print(text.rstrip("\n"))
    _say(f"{WORDS[found.outcome]} (law of {found.as_of})")
    return 0


def _interview(
    data: Any, law: Law, options: argparse.Namespace, readings: dict[str, str]
) -> tuple[dict[str, Any], Missing]:
    unknown: list[str] = []
    while True:
        arrangement = read_arrangement(data, law.library)
        found = missing_facts(arrangement, law, as_of=options.as_of, readings=readings, without=unknown)
        if not found.facts:
            return data, found
        fact = found.facts[0]
        _say("\n".join(["", *_told(fact)]))
        answer = _answer(fact, data, law)
        if answer is _STOP:
            return data, found
        if answer is _UNKNOWN:
            unknown.append(fact.question.pointer)
        else:
            data = answer


_STOP, _UNKNOWN = object(), object()


def _answer(fact: MissingFact, data: Any, law: Law) -> Any:
    """Return the arrangement with the answer that was typed, or that nothing was."""
    while True:
        _say("> ", end="")
        line = sys.stdin.readline()
        text = line.strip()
        if not line or text in (".", "quit"):
            return _STOP
        if text in ("", "?"):
            return _UNKNOWN
        try:
            value = _value(fact.question, text)
            changed = with_answer(data, fact.question, value)
            read_arrangement(changed, law.library)
        except ArrangementError as error:
            _say(str(error))
            continue
        return changed


def _value(question: Question, text: str) -> Any:
    words = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
    if question.type == "bool" and text.lower() in words:
        return words[text.lower()]
    if question.type in ("enum", "country", "region", "party", "date", "text"):
        return text
    if question.type == "set" and not text.startswith("["):
        return [] if text == "none" else [word.strip() for word in text.split(",")]
    return parse_yaml(f"answer: {text}", "answer")["answer"]


def _written(data: dict[str, Any], options: argparse.Namespace) -> str:
    name = str(options.output or options.file)
    if name.endswith(".json") or options.format == "json":
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)


def _told(fact: MissingFact) -> Iterator[str]:
    question = fact.question
    yield question.ask
    yield f"  goes to {question.pointer}; {question.by} can answer; {_how(question)}"
    for why in fact.why[:4]:
        yield f"  asked because of {why.rule}: {why.says} [{why.cite}]"
    for lead in fact.leads[:8]:
        shown = (
            {True: "yes", False: "no"}.get(lead.answer, lead.answer) if isinstance(lead.answer, bool) else lead.answer
        )
        yield f"    {shown}: {WORDS[lead.outcome]}, settles {lead.settles} findings, {lead.left} stay open"


def _how(question: Question) -> str:
    if question.type == "bool":
        form = "yes or no"
    elif question.values:
        form = f"{'some' if question.type == 'set' else 'one'} of {', '.join(question.values)}"
    else:
        form = f"a {question.type}"
    return f"{form}; empty where nobody knows, `.` to stop"


def missing_lines(found: Missing) -> Iterator[str]:
    """Yield what is missing as text."""
    yield f"{found.title}: {WORDS[found.outcome]} (law of {found.as_of})"
    for each in found.sets:
        yield f"  {' and '.join(each.facts)} can settle it ({round(100 * each.share)} % of the answers tried do)"
    for fact in found.facts:
        yield ""
        yield from _told(fact)
    for text in found.unanswerable:
        yield f"  no answer helps: {text}"
    yield ""
    yield found.basis.sentence()


def _say(text: str, end: str = "\n") -> None:
    print(text, end=end, file=sys.stderr, flush=True)
