"""What Japan, Korea and Québec want written down before data go abroad: what people are told, and what is assessed.

None of them has a form of its own for it: each annex holds the matters of the article, in its order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.facts.arrangement import Transfer
from service.documents import clauses
from service.documents.content import Block, Section, Text, form, known, note, paragraph
from service.documents.elsewhere import about_data, evidence, until
from service.documents.subject import Subject, day, places, routes_of

_JAPAN: Final = "APPI art 28; Enforcement Rules arts 16 to 18; Guidelines of the Commission (foreign third parties)"
_KOREA: Final = "PIPA art 28-8(1)-(5); Enforcement Decree art 29-10"
_QUEBEC: Final = "P-39.1 s 17 (enterprises); A-2.1 s 70.1 (public bodies)"
_RECALLED: Final = "What the law lists was recalled and not seen when this was written: hold this against its text."
_Annex = Callable[[Subject, Transfer, set[str]], list[Block]]


def sections(subject: Subject) -> list[Section]:
    """Return the annex for each transfer that one of these routes carries or could carry."""
    found = []
    for instrument, routes, title, write in _ANNEXES:
        for decided, findings in subject.carried(*routes, instruments=(instrument,)):
            ways = {route.removeprefix(f"{instrument}.") for each in findings for route in routes_of(each)}
            blocks = write(subject, subject.transfer(decided.id), ways)
            found.append(Section(f"Annex: {title} for transfer {decided.id}", tuple(blocks)))
    return found


def _japan(subject: Subject, transfer: Transfer, ways: set[str]) -> list[Block]:
    blocks: list[Block] = [paragraph(f"Source: {_JAPAN}."), note(_RECALLED)]
    place, name = subject.place(transfer.importer), subject.name(transfer.importer)
    if "art28-1.consent" in ways:
        blocks.append(
            form(
                "What the people are told before they agree (art 28(2), Rules art 17)",
                ("Third party abroad", known(name)),
                ("1. Name of the country", known(place)),
                ("   Where it cannot be named: that, why, and what helps them instead", known(None)),
                ("2. Its system for the protection of personal information, found out with due care", known(None)),
                ("3. What the third party does to protect the data", known(None)),
                ("   Where this cannot be told: that, and why", known(None)),
                ("What was said of the consent", evidence(subject, transfer, "jp.foreign_consent")),
            )
        )
    if ways & {"art28-1.equivalent-contract", "art28-1.cbpr"}:
        blocks.append(
            form(
                "The recipient's system of equal measures, and the watch over it (art 28(3), Rules arts 16, 18)",
                ("How the system was set up: contract, rules of the group, or certificate", _system(subject, transfer)),
                ("Outline of the measures that the recipient takes", known(None)),
                ("How often and in what way they are checked, at least once a year", known(None)),
                ("Name of the country", known(place)),
                ("Its rules that could stand in their way, and an outline", known(None)),
                ("Whether something stands in their way, and an outline", known(None)),
                ("What the exporter does then, up to stopping the provision", known(None)),
                ("What was said of the watch", evidence(subject, transfer, "jp.equivalence_monitoring")),
            )
        )
        blocks.append(paragraph("People who ask are told these matters without delay (art 28(3), Rules art 18(3))."))
    return blocks


def _system(subject: Subject, transfer: Transfer) -> Text:
    shown = [each for each in ("jp.equivalent_contract", "jp.recipient_cbpr") if subject.is_shown(transfer, each)]
    return evidence(subject, transfer, shown[0] if shown else "jp.equivalent_contract")


def _korea(subject: Subject, transfer: Transfer, ways: set[str]) -> list[Block]:
    about = about_data(subject, transfer)
    told = form(
        "What the people are told, or what the privacy policy discloses (art 28-8(2))",
        ("1. Items of personal information", about["Categories of personal data"]),
        ("2. Country", known(subject.place(transfer.importer))),
        ("2. Places of storage", known(places(transfer.storage))),
        ("2. Date of the transfer", known(day(transfer.start))),
        ("2. Method of the transfer", about["Nature of the processing"]),
        ("3. Recipient: name, and where it can be reached", known(subject.name(transfer.importer))),
        ("4. Purpose of the recipient", about["Purposes of the transfer and of further processing"]),
        ("4. How long the recipient uses and keeps it", known(until(transfer))),
        ("5. How to refuse, in which steps, and what follows from it", known(None)),
        *(
            [("What was said of the consent", evidence(subject, transfer, "kr.separate_consent"))]
            if "art28-8-1-1.consent" in ways
            else []
        ),
    )
    contract = form(
        "What is settled with the recipient beforehand, and stands in the contract (art 28-8(4)-(5), Decree art 29-10)",
        *clauses.safeguards(subject, transfer),
        ("Safety measures", known(None)),
        ("How complaints are dealt with, and disputes settled", known(None)),
        ("Whatever else protects the people", known(None)),
    )
    change = "When one of these matters changes, the people are told and consent anew (art 28-8(3))."
    return [paragraph(f"Source: {_KOREA}."), note(_RECALLED), told, contract, paragraph(change)]


def _quebec(subject: Subject, transfer: Transfer, _ways: set[str]) -> list[Block]:
    about = about_data(subject, transfer)
    assessed = form(
        "Privacy impact assessment before the information leaves Québec (para 1)",
        ("From, and to", known(f"{subject.name(transfer.exporter)}; {subject.name(transfer.importer)}")),
        ("Categories of personal information", about["Categories of personal data"]),
        ("1. How sensitive it is", about["Sensitive data"]),
        ("2. Purposes for which it is to be used", about["Purposes of the transfer and of further processing"]),
        *((f"3. Protection measures: {what}", content) for what, content in clauses.safeguards(subject, transfer)),
        ("3. Protection measures, those of the contract included", known(None)),
        (f"4. Law of the destination ({subject.place(transfer.importer)}), its principles of protection", known(None)),
        ("Finding: adequate protection by generally recognised principles, and why", known(None)),
        ("What was said of the assessment", evidence(subject, transfer, "ca.qc_pia")),
    )
    agreed = form(
        "Written agreement (para 2)",
        ("How it takes the results of the assessment into account", known(None)),
        ("Terms agreed to lessen the risks that the assessment found", known(None)),
        ("What was said of the agreement", evidence(subject, transfer, "ca.qc_agreement")),
    )
    return [paragraph(f"Source: {_QUEBEC}."), note(_RECALLED), assessed, agreed]


_ANNEXES: Final[tuple[tuple[str, tuple[str, ...], str, _Annex], ...]] = (
    (
        "jp.appi",
        ("art28-1.consent", "art28-1.equivalent-contract", "art28-1.cbpr"),
        "information on provision to a third party abroad (Japan)",
        _japan,
    ),
    (
        "kr.pipa",
        ("art28-8-1-1.consent", "art28-8-1-3.contract", "art28-8-1-4.certification"),
        "matters of a transfer abroad (Korea)",
        _korea,
    ),
    ("ca.qc-law25", ("p39.1-s17-2.", "a2.1-s70.1-2."), "privacy impact assessment (Québec)", _quebec),
)
