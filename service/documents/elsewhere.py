"""What the standard contracts of China, Brazil and Switzerland need: their blanks, filled in with what is known.

The forms themselves were not seen when this was written, and each annex says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.facts.arrangement import Transfer
from service.documents import clauses
from service.documents.content import Block, Items, Section, Text, form, known, note, paragraph
from service.documents.subject import Subject, day, people, places

_CHINA: Final = (
    "Measures on the Standard Contract for Outbound Transfer of Personal Information (CAC Order 13, in force since 1 "
    "June 2023), arts 5-8, and the contract annexed to them"
)
_BRAZIL: Final = "Resolução CD/ANPD 19/2024, Annex II (standard contractual clauses), under LGPD art 33 II b"
_SWITZERLAND: Final = (
    "FADP art 16(2) lit d; FDPIC, the transfer of personal data to a country with an inadequate level of data "
    "protection based on recognised standard contractual clauses, 27 August 2021"
)
_UNSEEN: Final = "The form was recalled and not seen when this was written: hold this against the form itself."
_Annex = Callable[[Subject, Transfer], list[Block]]


def sections(subject: Subject) -> list[Section]:
    """Return the annex for each transfer that one of these contracts carries or could carry."""
    found = []
    for instrument, route, title, write in _CONTRACTS:
        for decided, _ in subject.carried(route, instruments=(instrument,)):
            blocks = write(subject, subject.transfer(decided.id))
            found.append(Section(f"Annex: {title} for transfer {decided.id}", tuple(blocks)))
    return found


def _parties(subject: Subject, transfer: Transfer, first: str, second: str) -> list[tuple[str, Text]]:
    lines = []
    for label, name in ((first, transfer.exporter), (second, transfer.importer)):
        lines.append((f"{label}: name and country", Text(f"{subject.name(name)}, {subject.place(name)}")))
        lines.append((f"{label}: address, contact person with position, telephone and e-mail", known(None)))
    return lines


def about_data(subject: Subject, transfer: Transfer) -> dict[str, Text]:
    """Return what is known of the data, by the first words of what the EU clauses call it."""
    return {what.partition(",")[0]: content for what, content in clauses.description(subject, transfer)}


def _china(subject: Subject, transfer: Transfer) -> list[Block]:
    about = about_data(subject, transfer)
    scale = "; ".join(said for each in subject.datasets(transfer) if (said := people(each)))
    description = form(
        "Appendix 1: description of the transfer",
        ("1. Purpose of handling", about["Purposes of the transfer and of further processing"]),
        ("2. Manner of handling, and of transfer", about["Nature of the processing"]),
        ("3. Scale: how many people", known(scale)),
        ("4. Kinds of personal information", about["Categories of personal data"]),
        ("5. Kinds of sensitive personal information", about["Sensitive data"]),
        ("6. Third parties abroad to whom the recipient may provide it", known(None)),
        ("7. Time of storage abroad", known(until(transfer))),
        ("8. Place of storage abroad", known(places(transfer.storage))),
        ("9. Other matters", known(None)),
    )
    assessment = form(
        "Impact assessment, which is made before and filed with the contract (Measures art 5)",
        ("Legality, legitimacy and necessity of purpose, scope and manner, on both sides", known(None)),
        ("Scale, scope, kinds and sensitivity; risks for the rights of the people", known(None)),
        ("What the recipient undertakes, and whether its measures and abilities can keep it", known(None)),
        ("Risks of alteration, destruction, leakage, loss or abuse abroad; ways to exercise rights", known(None)),
        ("What the law and policy of the recipient's country mean for the contract", known(None)),
        ("What was said of the assessment", evidence(subject, transfer, "cn.impact_assessment")),
    )
    return [
        paragraph(f"Source: {_CHINA}."),
        note(f"The contract is taken unchanged; other terms go into Appendix 2 and may not contradict it. {_UNSEEN}"),
        form("Parties", *_parties(subject, transfer, "Handler", "Recipient abroad")),
        description,
        assessment,
        paragraph(
            "Contract and assessment are filed with the cyberspace office of the province within ten working days "
            "after the contract takes effect (art 7), and again after changes (art 8). What was said of the filing: "
            f"{subject.evidence(transfer, 'cn.contract_filing')}."
        ),
    ]


def _brazil(subject: Subject, transfer: Transfer) -> list[Block]:
    about = about_data(subject, transfer)
    return [
        paragraph(f"Source: {_BRAZIL}."),
        note(f"Sections I, III and IV are completed; section II (mandatory clauses) is taken unchanged. {_UNSEEN}"),
        form(
            "Section I: clauses 1 to 4",
            *_parties(subject, transfer, "Clause 1, exporter", "Clause 1, importer"),
            ("Clause 1: role of each (controller or operator)", _roles(transfer)),
            ("Clause 2: main purposes", about["Purposes of the transfer and of further processing"]),
            ("Clause 2: categories of personal data", about["Categories of personal data"]),
            ("Clause 2: time of storage", known(until(transfer))),
            ("Clause 3: whether onward transfers are barred or allowed, and then which", known(None)),
            (
                "Clause 4: who publishes, answers the people and reports incidents; or, between operators, the "
                "controller that instructs them",
                known(None),
            ),
        ),
        form(
            "Section III: security measures",
            *clauses.safeguards(subject, transfer),
            ("Governance, other technical and administrative measures; for sensitive data more", known(None)),
        ),
        form("Section IV", ("Additional clauses and annexes, which may not contradict the rest", known(None))),
    ]


def _switzerland(subject: Subject, transfer: Transfer) -> list[Block]:
    blocks: list[Block] = [
        paragraph(f"Source: {_SWITZERLAND}."),
        note(f"The EU clauses of 2021 count with these adaptations. {_UNSEEN}"),
        Items(
            tuple(
                Text(f"To be completed. {line}", is_open=True)
                for line in (
                    "Annex I.C: the FDPIC as the authority, alone or, where the GDPR applies too, beside the EEA's.",
                    "References to the GDPR mean the FADP as far as the transfer is under the FADP.",
                    "Clause 18: people who live in Switzerland can sue there; `Member State` does not shut them out.",
                    "Clause 17: Swiss law, or that of a Member State where the GDPR applies too.",
                )
            )
        ),
    ]
    if clauses.stand_beside(subject, transfer):
        return [*blocks, paragraph("The annexes of the clauses stand above.")]
    return blocks + clauses.annexes(subject, transfer)


_CONTRACTS: Final[tuple[tuple[str, str, str, _Annex], ...]] = (
    ("cn.pipl-transfers", "art38-1-3.standard-contract", "Chinese standard contract", _china),
    ("br.lgpd", "art33-II-b.standard-clauses", "Brazilian standard clauses", _brazil),
    ("ch.fadp-transfers", "art16-2-d.recognised-clauses", "Swiss adaptations of the EU clauses", _switzerland),
)


def evidence(subject: Subject, transfer: Transfer, measure: str) -> Text:
    """Return what was said of a measure; open where it is not shown."""
    return Text(subject.evidence(transfer, measure), is_open=not subject.is_shown(transfer, measure))


def _roles(transfer: Transfer) -> Text:
    roles = [
        role.replace("_", " ") if role else "not stated" for role in (transfer.exporter_role, transfer.importer_role)
    ]
    return Text("; ".join(roles), is_open="not stated" in roles)


def until(transfer: Transfer) -> str | None:
    """Return what is known of how long data are kept."""
    return (
        f"the transfer ends on {day(transfer.end)}; say until when data are kept afterwards" if transfer.end else None
    )
