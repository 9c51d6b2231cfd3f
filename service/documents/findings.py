"""The parts that every document has: summary, map, checklist, questions, findings, reasons, receipt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from engine.decision.model import Condition, Finding, TransferDecision
from engine.decision.rendering import WORDS
from engine.pictures.transfers import map_svg
from service.documents.content import Block, Items, Picture, Section, Table, Text, note, paragraph
from service.documents.subject import Subject, in_words, owed, places

NOT_ADVICE = (
    "This document is decision support from encoded law. It is not legal advice: it informs the people who decide and "
    "sign, and does not take their place."
)

# As many transfers as a picture on one page holds, and how many of them a document has room for.
_ON_A_PAGE, _MOST_DRAWN = 12, 48


def summary(subject: Subject) -> Section:
    """Return what was asked and answered, in a few lines."""
    decision = subject.decision
    lines = [
        f"Outcome: {WORDS[decision.outcome]}, by the law of {decision.as_of}.",
        f"Transfers: {len(decision.transfers)}. Parties: {len(subject.arrangement.parties)}. Conditions to keep: "
        f"{len(decision.conditions)}. Questions open: {len(decision.questions)}.",
        recalled(subject),
    ]
    if decision.next_change:
        change = decision.next_change
        lines.append(
            f"On {change.day} law that is already dated changes outcomes ({', '.join(change.transfers)}); the whole is "
            f"then {WORDS[change.outcome]}."
        )
    else:
        lines.append("No law that is already dated and encoded changes the outcome later.")
    lines += [
        f"Contradiction: `{each.trait}` is stated as {str(each.stated).lower()} at {each.pointer}; by definition it is "
        f"{str(each.defined).lower()}, and that counts."
        for each in decision.contradictions
    ]
    return Section("Summary", (note(NOT_ADVICE), Items(tuple(map(Text, lines)))))


def recalled(subject: Subject) -> str:
    """Return how much of the law that took part was recalled and not seen when it was encoded."""
    used = subject.decision.receipt.rulesets
    rules, unseen = sum(each.rules for each in used), sum(each.recalled_rules for each in used)
    share = round(100 * unseen / rules) if rules else 0
    return (
        f"Rests on {len(used)} instruments with {rules} rules; the text of {unseen} of them ({share} %) was recalled "
        "and not seen when they were encoded. Check these against the law itself before relying on them."
    )


def map_of_transfers(subject: Subject) -> Section:
    """Return who sends what to whom, as pictures of a page each where there is room for them, and as a table."""
    rows = []
    for transfer in subject.decision.transfers:
        given = subject.transfer(transfer.id)
        where = places(given.storage)
        rows.append(
            (
                Text(transfer.id),
                Text(f"{subject.name(transfer.exporter)}\n{subject.place(transfer.exporter)}"),
                Text(f"{subject.name(transfer.importer)}\n{subject.place(transfer.importer)}"),
                Text(", ".join(given.datasets)),
                Text(f"{given.mode.replace('_', ' ')}\nstored in: {where or 'not stated'}"),
                Text(WORDS[transfer.outcome]),
            )
        )
    head = ("Transfer", "From", "To", "Data", "How", "Outcome")
    table = Table("Transfers and their outcomes", head, tuple(rows), (2, 4, 4, 3, 3, 4))
    if not rows:
        return Section("Map of transfers", (paragraph("No transfer is described, so there is nothing to permit."),))
    pictures = _pictures(subject) if len(rows) <= _MOST_DRAWN else ()
    return Section("Map of transfers", (*pictures, table))


def _pictures(subject: Subject) -> Iterator[Picture]:
    transfers = subject.decision.transfers
    for first in range(0, len(transfers), _ON_A_PAGE):
        shown = transfers[first : first + _ON_A_PAGE]
        said = "; ".join(f"{each.exporter} to {each.importer}: {WORDS[each.outcome].lower()}" for each in shown)
        yield Picture(map_svg(subject.arrangement, subject.decision, first, _ON_A_PAGE), f"Transfers. {said}.")


def findings(subject: Subject) -> Iterator[Section]:
    """Yield the findings in brief, transfer by transfer, with what would make it lawful."""
    for transfer in subject.decision.transfers:
        title = f"Findings for transfer {transfer.id}: {WORDS[transfer.outcome]}"
        blocks: list[Block] = [_overview(transfer)]
        for finding in transfer.findings:
            blocks += _offers(finding)
        if transfer.gaps:
            blocks.append(Items(tuple(Text(f"Gap: {gap.what} ({gap.pointer}). {gap.help}.") for gap in transfer.gaps)))
        yield Section(title, tuple(blocks))
    yield from _remarks(subject)


def _remarks(subject: Subject) -> Iterator[Section]:
    """Yield remarks and warnings, each once with the transfers that it goes with; warnings first."""
    told: dict[tuple[str, bool, str, str], list[str]] = {}
    for transfer in subject.decision.transfers:
        for each in transfer.notes:
            told.setdefault((each.kind, each.unknown, each.says, each.cite), []).append(transfer.id)
    if not told:
        return
    blocks: list[Block] = []
    for is_warning, title in (
        (True, "Warnings, to be looked at before anything starts:"),
        (False, "Remarks of treaties, agreements and soft law, which permit and forbid nothing:"),
    ):
        lines = [
            Text(f"{_remark(*each)}{_transfers(subject, names)}")
            for each, names in told.items()
            if (each[0] == "warning") is is_warning
        ]
        if lines:
            blocks += [paragraph(title), Items(tuple(lines))]
    yield Section("Remarks and warnings", tuple(blocks))


def _transfers(subject: Subject, names: list[str]) -> str:
    every = len(subject.decision.transfers)
    if every == 1:
        return ""
    return " (every transfer)" if len(set(names)) == every else f" (for {', '.join(dict.fromkeys(names))})"


def _overview(transfer: TransferDecision) -> Block:
    reached = [finding for finding in transfer.findings if finding.outcome != "not_applicable"]
    rows = tuple(
        (
            Text(f"{each.title}\n{each.instrument}, data set {each.dataset}", each.href),
            Text(WORDS[each.outcome]),
            Text(each.why),
        )
        for each in reached
    )
    if not rows:
        return paragraph("No encoded instrument reaches this transfer.")
    return Table("Instruments that reach this transfer", ("Instrument", "Outcome", "Why"), rows, (3, 3, 6))


def _remark(kind: str, is_unknown: bool, says: str, cite: str) -> str:
    return f"{kind.capitalize()}{' (perhaps)' if is_unknown else ''}: {says} [{cite}]"


def _offers(finding: Finding) -> list[Block]:
    if not finding.options:
        return []
    rows = tuple(
        (
            Text(str(number)),
            Text(option.cite),
            Text(
                f"{each.ask}{' It has to show: ' + in_words(each.detail) + '.' if each.detail else ''}\n{each.measure}"
            ),
            Text(owed(each.by)),
            Text(f"about {each.days} days" if each.days else ""),
        )
        for number, option in enumerate(finding.options, 1)
        for each in option.measures
    )
    caption = f"What would make it lawful under {finding.instrument}, data set {finding.dataset}: one set suffices"
    return [Table(caption, ("Set", "Under", "Measure", "By", "Time"), rows, (1, 4, 8, 3, 2))]


def _shown(detail: str) -> str:
    return f" It has to show: {in_words(detail)}." if detail else ""


def checklist(subject: Subject) -> Section:
    """Return the conditions with who owes them and by when."""
    conditions = subject.decision.conditions
    if not conditions:
        return Section("Conditions checklist", (paragraph("No condition stays open."),))
    rows = tuple(
        (
            Text("☐"),
            Text(f"{each.says}{' (If it applies.)' if each.only_if_known else ''}\n[{each.cite}; {each.instrument}]"),
            Text(each.transfer),
            Text(subject.owner(each.transfer, each.owed_by)),
            Text(deadline(subject, each)),
        )
        for each in conditions
    )
    head = ("Done", "Condition", "Transfer", "Owner", "Deadline")
    return Section("Conditions checklist", (Table("Duties that stay open", head, rows, (2, 11, 3, 5, 5)),))


def deadline(subject: Subject, condition: Condition) -> str:
    """Return until when a condition is to be kept; as a day where the start of the transfer is known."""
    start = subject.transfer(condition.transfer).start
    if condition.when == "after":
        days = condition.days or 0
        return f"within {days} days of the transfer" + (f", by {start + timedelta(days=days)}" if start else "")
    words = {"before_transfer": "before the transfer", "at_transfer": "at the transfer", "ongoing": "ongoing"}
    if condition.when != "ongoing" and start:
        return f"{words[condition.when]}, by {start}"
    return words.get(condition.when, condition.when.replace("_", " "))


def questions(subject: Subject) -> Section:
    """Return the missing facts as questions, those that settle the outcome first, those that only ease last."""
    asked = subject.decision.questions
    if not asked:
        return Section("Missing facts", (paragraph("No fact is missing that could change the outcome."),))
    rows = tuple(
        (
            Text(f"{each.ask}{' One of: ' + ', '.join(each.values) + '.' if each.values else ''}"),
            Text("answer first" if each.deciding else "could make it easier" if each.easing else ""),
            Text(each.by.replace("_", " ")),
            Text(f"{each.pointer}\n{each.fact}"),
            Text(", ".join(each.because[:3])),
        )
        for each in asked
    )
    head = ("Question", "Order", "Who can answer", "Where it goes", "Asked by")
    return Section("Missing facts", (Table("Questions still open", head, rows, (6, 2, 2, 4, 4)),))


def receipt(subject: Subject) -> Section:
    """Return what the decision rests on, hash by hash."""
    found = subject.decision.receipt
    lines = [
        ("Engine", found.engine),
        ("Law of", found.as_of.isoformat()),
        ("SHA-256 of the input", found.input_sha256),
        ("SHA-256 of the statute book", found.library_sha256),
        ("Readings chosen", ", ".join(f"{key}: {value}" for key, value in found.readings.items()) or "none"),
    ]
    table = Table("Receipt", ("What", "Value"), tuple((Text(a), Text(b)) for a, b in lines), (2, 6))
    rows = tuple(
        (Text(each.instrument), Text(each.sha256), Text(f"{each.recalled_rules} of {each.rules}"))
        for each in found.rulesets
    )
    used = Table("Rulesets that took part", ("Instrument", "SHA-256", "Rules recalled"), rows, (3, 7, 2))
    blocks: list[Block] = [paragraph(recalled(subject)), table, used]
    if subject.decision.left_out:
        blocks += [paragraph("Known, and not encoded:"), Items(tuple(map(Text, subject.decision.left_out)))]
    blocks.append(note(f"{NOT_ADVICE} {subject.decision.notice}"))
    return Section("Receipt and limits", tuple(blocks))
