"""The transfer impact assessment in the six steps of EDPB Recommendations 01/2020, pre-filled with what is known."""

from __future__ import annotations

from typing import Final

from engine.decision.model import Finding, TransferDecision
from engine.facts.arrangement import Transfer
from service.documents import clauses
from service.documents.content import Block, Items, Section, Text, form, known, paragraph
from service.documents.subject import Subject, day, places, routes_of

SOURCE: Final = (
    "EDPB Recommendations 01/2020 on measures that supplement transfer tools, version 2.0 of 18 June 2021; "
    "judgment C-311/18 of 16 July 2020"
)
HREF: Final = (
    "https://www.edpb.europa.eu/our-work-tools/our-documents/recommendations/"
    "recommendations-012020-measures-supplement-transfer_en"
)
STEPS: Final = (
    "Step 1: know the transfer",
    "Step 2: name the transfer tool",
    "Step 3: assess the law and practice of the destination",
    "Step 4: adopt supplementary measures",
    "Step 5: take the formal steps",
    "Step 6: look again",
)
_SUPPLEMENTARY: Final = {
    "eu.strong_encryption": "Strong encryption before the data leave, keys kept in the EEA (use case 1)",
    "eu.pseudonymisation_analysis": "Pseudonymised data, additional information kept by the exporter (use case 2)",
    "eu.end_to_end_encryption": "Encryption from end to end to a protected recipient (use cases 3 and 4)",
    "eu.split_analysis": "Split processing by independent processors (use case 5)",
}


def sections(subject: Subject) -> list[Section]:
    """Return the assessment for each transfer on a tool of article 46, open or offered."""
    return [
        section
        for decided, found in subject.carried("art46", "art48", instruments=clauses.INSTRUMENTS)
        for section in _assessment(subject, decided, found)
    ]


def _assessment(subject: Subject, decided: TransferDecision, found: list[Finding]) -> list[Section]:
    transfer = subject.transfer(decided.id)
    intro: list[Block] = [
        paragraph(f"Source: {SOURCE}.", HREF),
        paragraph(
            "Whether the law and practice of the destination let the importer keep its word is for the exporter to "
            f"find, with the importer. What was said of the assessment: {subject.evidence(transfer, 'eu.tia')}."
        ),
    ]
    steps = (
        [_first(subject, transfer)],
        _second(subject, found),
        _third(subject, decided),
        [_fourth(subject, transfer)],
        _fifth(found),
        _sixth(subject, transfer),
    )
    return [
        Section(f"Transfer impact assessment for transfer {decided.id}", tuple(intro)),
        *(Section(title, tuple(blocks), 2) for title, blocks in zip(STEPS, steps, strict=True)),
    ]


def _first(subject: Subject, transfer: Transfer) -> Block:
    return form(
        "What is transferred, where and to whom",
        ("Exporter", Text(f"{subject.name(transfer.exporter)}, {subject.place(transfer.exporter)}")),
        ("Importer", Text(f"{subject.name(transfer.importer)}, {subject.place(transfer.importer)}")),
        ("Places of storage", known(places(transfer.storage))),
        ("Places from which people reach the data", known(places(transfer.access_from))),
        ("Onward transfers", known(_onward(subject, transfer))),
        *clauses.description(subject, transfer),
        ("Why no less data would do", known(None)),
    )


def _onward(subject: Subject, transfer: Transfer) -> str | None:
    later = [each for each in subject.arrangement.transfers if each.onward_of == transfer.id]
    return "; ".join(f"{each.id} to {subject.name(each.importer)}" for each in later) or None


def _second(subject: Subject, found: list[Finding]) -> list[Block]:
    lines = []
    for finding in found:
        for route in routes_of(finding):
            rule = subject.library.rules.get(route)
            cite = rule.cite if rule else route
            state = "carries the transfer" if route == finding.mechanism else "offered, not all of it shown"
            lines.append(Text(f"{cite}: {state} ({route}; data set {finding.dataset})"))
    return [Items(tuple(dict.fromkeys(lines)))]


def _third(subject: Subject, decided: TransferDecision) -> list[Block]:
    party = subject.party(decided.importer)
    code = party.country.partition("-")[0].lower() if party else ""
    here = [each for each in decided.notes if each.rule.startswith(f"{code}.")]
    blocks: list[Block] = []
    if here:
        blocks.append(paragraph("What the statute book records of the law of the destination, as remarks:"))
        blocks.append(Items(tuple(Text(f"{each.says} [{each.cite}]") for each in here)))
    else:
        blocks.append(paragraph("The statute book records no remark on access by authorities of the destination."))
    blocks.append(
        form(
            "Findings of the exporter",
            ("Laws that oblige the importer to give access, or let authorities take it", known(None)),
            ("Whether the importer, these data and their way fall under them", known(None)),
            ("Practice, with sources that are relevant, objective, reliable, verifiable and public", known(None)),
            ("Measured by the European Essential Guarantees (EDPB Recommendations 02/2020)", known(None)),
            ("Experience of the importer with requests of authorities", known(None)),
            ("Conclusion", known(None)),
        )
    )
    return blocks


def _fourth(subject: Subject, transfer: Transfer) -> Block:
    rows = [
        (what, Text(subject.evidence(transfer, name), is_open=not subject.is_shown(transfer, name)))
        for name, what in _SUPPLEMENTARY.items()
    ]
    return form(
        "Supplementary measures",
        *rows,
        *clauses.safeguards(subject, transfer),
        ("Contractual and organisational measures", known(None)),
        (
            "Whether they make up for what step 3 found; where nothing does, the transfer does not take place",
            known(None),
        ),
    )


def _fifth(found: list[Finding]) -> list[Block]:
    lines = [
        Text(f"{measure.ask} (by {measure.by}; option under {option.cite or finding.cite})")
        for finding in found
        for option in finding.options
        for measure in option.measures
        if "authorisation" in measure.measure or measure.by == "authority"
    ]
    first = paragraph(
        "Measures that contradict standard clauses, and clauses of the parties' own, need the supervisory authority; "
        "measures that only add to standard clauses do not."
    )
    return [first, Items(tuple(dict.fromkeys(lines)))] if lines else [first]


def _sixth(subject: Subject, transfer: Transfer) -> list[Block]:
    change = subject.decision.next_change
    ahead = f"on {change.day}: encoded law that is already dated changes the outcome" if change else None
    return [
        form(
            "When this is looked at again",
            ("Day of the next review", known(None)),
            ("At the latest", known(ahead)),
            ("End of the transfer", known(day(transfer.end))),
            ("Who watches the law of the destination, and who stops the transfer", known(None)),
        )
    ]
