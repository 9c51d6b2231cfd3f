"""What GitHub shows of changed arrangements: annotations at the lines of a pull request, and a summary of the job."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from engine.cli.checking import Checked
from engine.decision.model import Decision, Finding, Question, TransferDecision
from engine.decision.rendering import WORDS
from engine.errors import Span, visible

# GitHub shows ten annotations of a kind for a step; the summary has them all.
_MOST_QUESTIONS = 3
_MOST_OFFERS = 2
_LAWFUL = frozenset({"permitted", "permitted_with_conditions", "not_applicable"})
_MARKS = {"prohibited": "🔴", "not_yet_permitted": "🟠", "undetermined": "🟣"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-!|~>])")


def workflow_commands(checked: Sequence[Checked]) -> Iterator[str]:
    """Yield workflow commands, one for each fault, each transfer that may not go, and each question to answer first."""
    for each in checked:
        if each.decision is None:
            for fault in each.faults:
                help = f"\n{fault.help}" if fault.help else ""
                yield _command("error", fault.where, f"cannot be read: {fault.code}", f"{fault.message}{help}")
        else:
            yield from _of_decision(each, each.decision)


def _of_decision(each: Checked, decision: Decision) -> Iterator[str]:
    for number, transfer in enumerate(decision.transfers):
        place = each.place(f"/transfers/{number}")
        title = f"{transfer.id}: {WORDS[transfer.outcome].lower()}"
        if transfer.outcome not in _LAWFUL:
            yield _command("error", place, title, "\n".join(_reasons(transfer)))
        elif transfer.outcome == "permitted_with_conditions":
            duties = sum(1 for condition in decision.conditions if condition.transfer == transfer.id)
            yield _command("notice", place, title, f"lawful with {duties} duties to keep; the summary lists them")
    if not decision.transfers and decision.outcome not in _LAWFUL:
        yield _command("error", each.place(""), WORDS[decision.outcome].lower(), "no transfer is described")
    for question in [question for question in decision.questions if question.deciding][:_MOST_QUESTIONS]:
        yield _command("warning", each.place(question.pointer), f"missing: {question.fact}", _asked(question))


def _reasons(transfer: TransferDecision) -> Iterator[str]:
    for finding in transfer.findings:
        if finding.outcome not in _LAWFUL:
            name = f"{finding.instrument} ({finding.dataset})"
            yield f"{WORDS[finding.outcome]} under {name}: {finding.why} [{finding.cite}]"
            yield from (f"  would make it lawful: {offer}" for offer in _offers(finding))
    for gap in transfer.gaps:
        yield f"Gap: {gap.what}; {gap.help}"


def _offers(finding: Finding) -> Iterator[str]:
    for option in finding.options[:_MOST_OFFERS]:
        under = f" ({option.cite})" if option.cite else ""
        yield " and ".join(f"{measure.measure}, by {measure.by}" for measure in option.measures) + under


def _asked(question: Question) -> str:
    choice = f" One of {', '.join(question.values)}." if question.values else ""
    return f"{question.ask}{choice} Goes to {question.pointer}; {question.by} can answer."


def _command(kind: str, where: Span | str, title: str, message: str) -> str:
    """Return a workflow command; what stands in it cannot end it, nor begin another."""
    span = where if isinstance(where, Span) else Span("", 1, 1)
    given = {"file": span.file, "line": str(span.line), "col": str(span.column), "title": title}
    properties = ",".join(f"{name}={_escaped(value, True)}" for name, value in given.items() if value)
    return f"::{kind} {properties}::{_escaped(message)}"


def _escaped(text: str, is_property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if is_property else text


# -- the summary ------------------------------------------------------------------------------------------------------


def summary(checked: Sequence[Checked]) -> str:
    """Return the summary of a job as Markdown."""
    return "\n".join(_summary(checked)) + "\n"


def _summary(checked: Sequence[Checked]) -> Iterator[str]:
    yield "## Safeconduct: may these data cross these borders?"
    yield ""
    if not checked:
        yield "No arrangement was changed."
        return
    yield "| | file | line | transfer | outcome |"
    yield "|---|---|---|---|---|"
    for each in checked:
        yield from _rows(each)
    for each in checked:
        if each.decision is not None:
            yield from _details(each.file, each.decision)
    yield ""
    yield "Decision support from encoded law, not legal advice."


def _rows(each: Checked) -> Iterator[str]:
    file = _text(each.file)
    if each.decision is None:
        for fault in each.faults:
            line = fault.where.line if isinstance(fault.where, Span) else 1
            yield f"| 🔴 | {file} | {line} | | cannot be read: {_text(fault.message)} |"
        return
    if not each.decision.transfers:
        yield f"| {_MARKS.get(each.decision.outcome, '🟢')} | {file} | | | {WORDS[each.decision.outcome]} |"
    for number, transfer in enumerate(each.decision.transfers):
        line = each.place(f"/transfers/{number}").line
        way = f"{_text(transfer.id)}: {_text(transfer.exporter)} to {_text(transfer.importer)}"
        yield f"| {_MARKS.get(transfer.outcome, '🟢')} | {file} | {line} | {way} | {WORDS[transfer.outcome]} |"


def _details(file: str, decision: Decision) -> Iterator[str]:
    yield ""
    yield f"### {_text(decision.title)}"
    yield ""
    yield f"{_text(file)}, by the law of {decision.as_of}"
    yield ""
    for transfer in decision.transfers:
        for reason in _reasons(transfer):
            yield f"{'  - ' if reason.startswith(' ') else f'- {_text(transfer.id)}: '}{_text(reason.strip())}"
    yield from _listed("Questions", (_asked(question) for question in decision.questions))
    duties = (f"{each.transfer}: {each.says} [{each.cite}], owed by {each.owed_by}" for each in decision.conditions)
    yield from _listed("Duties to keep", duties)


def _listed(title: str, texts: Iterator[str]) -> Iterator[str]:
    lines = [f"- {_text(text)}" for text in texts]
    if lines:
        yield from ("", f"**{title}**", "", *lines)


def _text(text: str) -> str:
    """Return text that Markdown and HTML show as it is."""
    return _MARKDOWN.sub(r"\\\1", html.escape(visible(text), quote=False))
