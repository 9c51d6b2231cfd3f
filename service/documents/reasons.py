"""Why each finding came out as it did, rule by rule, as far as a document has room for it.

All rules of all transfers can be thousands of pages. So the reasons are told in full up to a number of rules, then
those of the findings that decide about each transfer, and beyond that not at all; the document says which.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.decision.model import Finding, TransferDecision
from engine.decision.rendering import MARKS, WORDS
from engine.decision.traces import ConditionTrace, RuleTrace
from service.documents.content import Block, Items, Paragraph, Section, Table, Text, note, paragraph
from service.documents.subject import Subject

# Some 300 pages, and several seconds for the slowest writer.
MOST_RULES: Final = 2000
_ELSEWHERE: Final = "The decision with the receipt below has all of them, as JSON"
_RULE_HEAD: Final = ("Rule", "What it says", "How it came out, and why")


@dataclass(frozen=True, slots=True)
class _Told:
    """The reasons of one transfer, as far as they are told."""

    transfer: TransferDecision
    findings: Sequence[tuple[Finding, tuple[RuleTrace, ...]]]

    def rules(self) -> int:
        return sum(map(_size, (rule for _, rules in self.findings for rule in rules)))


def reasons(subject: Subject, is_summary: bool = False) -> Iterator[Section]:
    """Yield the reasons, and what does not reach a transfer.

    Args:
        is_summary: Whether the reasons are left out because they were not asked for.
    """
    if is_summary:
        yield Section("Reasons", (note(f"This is a summary: the reasons are left out. {_ELSEWHERE}."),))
        return
    transfers = subject.decision.transfers
    told = [_Told(each, _all(each)) for each in transfers]
    rules = sum(each.rules() for each in told)
    if rules > MOST_RULES:
        told = [_Told(each, _deciding(each)) for each in transfers]
        kept = sum(each.rules() for each in told)
        few = kept <= MOST_RULES
        said = (
            f"The reasons in full are left out: they are {rules} rules, and a document holds {MOST_RULES} at most. "
            + (f"Below are the {kept} of the findings that decide about each transfer. " if few else "")
            + f"{_ELSEWHERE}; or write one document for each part of the arrangement."
        )
        yield Section("Reasons", (note(said),))
        if not few:
            return
    for each in told:
        yield Section(f"Reasons for transfer {each.transfer.id}", _not_reached(each.transfer))
        for finding, kept_rules in each.findings:
            yield _finding(finding, kept_rules)


def _all(transfer: TransferDecision) -> list[tuple[Finding, tuple[RuleTrace, ...]]]:
    return [(each, each.rules) for each in transfer.findings if each.outcome != "not_applicable"]


def _deciding(transfer: TransferDecision) -> list[tuple[Finding, tuple[RuleTrace, ...]]]:
    """Return the findings with the outcome of their transfer, without remarks and without rules that do not apply.

    A route that is not open stays: it is why a transfer may not take place.
    """
    return [
        (each, tuple(rule for rule in each.rules if rule.status != "recorded" and _counts(rule)))
        for each in transfer.findings
        if each.outcome == transfer.outcome
    ]


def _counts(rule: RuleTrace) -> bool:
    return rule.kind == "route" or rule.status != "fails"


def _size(rule: RuleTrace) -> int:
    return 1 + sum(map(_size, rule.exceptions))


def _not_reached(transfer: TransferDecision) -> tuple[Block, ...]:
    """Return the instruments that were considered and do not reach a transfer, those of one reason together."""
    titles: dict[str, list[str]] = {}
    for finding in transfer.findings:
        if finding.outcome == "not_applicable":
            titles.setdefault(finding.why, []).append(finding.title)
    if not titles:
        return ()
    lines = tuple(Text(f"{why} {'; '.join(dict.fromkeys(those))}.") for why, those in titles.items())
    return paragraph("Considered, and found not to reach this transfer:"), Items(lines)


def _finding(finding: Finding, rules: tuple[RuleTrace, ...]) -> Section:
    blocks: list[Block] = [
        paragraph(f"{WORDS[finding.outcome]}. {finding.why}"),
        Paragraph(Text(f"Source: {finding.cite}", finding.href)),
    ]
    if finding.difference:
        blocks.append(note(f"The two evaluators differ, so nothing is permitted: {finding.difference}"))
    blocks += [
        paragraph(f"Read as {each.option}: {WORDS[each.outcome]}. {each.says} [{each.cite}]")
        for each in finding.readings
    ]
    if rules:
        rows = tuple(row for rule in rules for row in _rule(rule))
        blocks.append(Table("Rules that decided, and routes considered", _RULE_HEAD, rows, (3, 4, 6)))
    return Section(f"{finding.title}, data set {finding.dataset}", tuple(blocks), 2)


def _rule(rule: RuleTrace, below: str = "") -> Iterator[tuple[Text, Text, Text]]:
    status = "not open" if rule.kind == "route" and rule.status == "fails" else MARKS[rule.status]
    since = "" if rule.since == date.min else f" In force since {rule.since}."
    unseen = " Text recalled, not seen." if rule.recalled else ""
    lines = rule.conditions if rule.status == "fails" else (*rule.conditions, *rule.requires)
    why = "\n".join([f"{rule.kind.capitalize()}: {status}", *map(_condition, lines)])
    yield Text(f"{below}{rule.cite}\n{rule.id}", rule.href), Text(f"{rule.says}{since}{unseen}"), Text(why)
    for exception in rule.exceptions:
        yield from _rule(exception, f"Exception to {rule.cite}: ")


def _condition(condition: ConditionTrace) -> str:
    facts = [
        f"{fact.name} is {fact.value}" + (f" at {fact.pointer}" if fact.pointer else "") for fact in condition.facts
    ]
    facts += [f"{each.name} is {each.value} [{each.cite}]" for each in condition.parameters]
    return f"{condition.truth}: {condition.text}" + (f" ({'; '.join(facts)})" if facts else "")
