"""The annex that the Commission's standard contractual clauses of 2021 need: module, options, annexes I to III.

Commission Implementing Decision (EU) 2021/914. Which module fits follows from the roles of the parties; what an annex
must hold is said in our own words, and what is not known stays to be completed.
"""

from __future__ import annotations

from typing import Final, Literal

from engine.facts.arrangement import Transfer
from service.documents.content import Block, Items, Section, Table, Text, form, known, note, paragraph
from service.documents.subject import Subject, day, people

Module = Literal["one", "two", "three", "four"]
INSTRUMENTS: Final = ("eu.gdpr-transfers", "eu.eudpr")
ROUTE: Final = "art46-2-c.clauses-2021"
SOURCE: Final = "Commission Implementing Decision (EU) 2021/914 of 4 June 2021, Annex"
HREF: Final = "https://eur-lex.europa.eu/eli/dec_impl/2021/914/oj"
_CONTROLS: Final = ("controller", "joint_controller")
_PROCESSES: Final = ("processor", "sub_processor")
_BETWEEN: Final[dict[Module, str]] = {
    "one": "controller to controller",
    "two": "controller to processor",
    "three": "processor to processor",
    "four": "processor to controller",
}
_NUMBER: Final[dict[Module, int]] = {"one": 1, "two": 2, "three": 3, "four": 4}
# Personal data of which GDPR arts 9 and 10 or the clauses ask special care.
_SENSITIVE: Final = frozenset(
    "health mental_health psychotherapy_notes reproductive_health hiv_status substance_use_disorder clinical_trial "
    "medical_imaging human_genomic human_epigenomic human_proteomic human_transcriptomic human_omic human_biospecimen "
    "biometric racial_ethnic_origin political_opinion religion trade_union sexual_life criminal_record".split()
)


def module_of(exporter_role: str | None, importer_role: str | None) -> Module | None:
    """Return the module that fits the roles; None where a role is not known or no module is made for it."""
    if exporter_role in _CONTROLS:
        return "one" if importer_role in _CONTROLS else "two" if importer_role in _PROCESSES else None
    if exporter_role in _PROCESSES:
        return "three" if importer_role in _PROCESSES else "four" if importer_role in _CONTROLS else None
    return None


def named(module: Module) -> str:
    """Return a module's name."""
    return f"Module {_NUMBER[module]} ({_BETWEEN[module]})"


def sections(subject: Subject) -> list[Section]:
    """Return the annex for each transfer that these clauses carry or could carry."""
    carried = subject.carried(ROUTE, instruments=INSTRUMENTS)
    return [each for decided, _ in carried for each in _annex(subject, subject.transfer(decided.id))]


def stand_beside(subject: Subject, transfer: Transfer) -> bool:
    """Return whether the document has the annexes of these clauses for a transfer already."""
    carried = {decided.id for decided, _ in subject.carried(ROUTE, instruments=INSTRUMENTS)}
    return transfer.id in carried and module_of(transfer.exporter_role, transfer.importer_role) is not None


def annexes(subject: Subject, transfer: Transfer, with_authority: bool = True) -> list[Block]:
    """Return the annexes of these clauses; also for a law that takes the clauses over, whose authority is another."""
    module = module_of(transfer.exporter_role, transfer.importer_role)
    if module is None:
        return [
            note(f"The module of the EU clauses cannot be named: {_missing(subject, transfer)}. State the roles first.")
        ]
    blocks: list[Block] = [_annex_parties(subject, transfer), _annex_description(subject, transfer, module)]
    if module != "four":
        blocks += [_annex_authority(subject, transfer)] if with_authority else []
        blocks.append(_annex_measures(subject, transfer))
    blocks.append(_annex_sub_processors() if module in ("two", "three") else paragraph(_not_used(module)))
    return blocks


def _missing(subject: Subject, transfer: Transfer) -> str:
    missing = [
        f"the role of {subject.name(party)} ({said.replace('_', ' ') if said else 'not stated'})"
        for party, said in ((transfer.exporter, transfer.exporter_role), (transfer.importer, transfer.importer_role))
        if said not in (*_CONTROLS, *_PROCESSES)
    ]
    return f"it turns on {' and '.join(missing)}"


def _annex(subject: Subject, transfer: Transfer) -> list[Section]:
    module = module_of(transfer.exporter_role, transfer.importer_role)
    title = f"Annex: EU standard contractual clauses for transfer {transfer.id}"
    intro: list[Block] = [paragraph(f"Source: {SOURCE}.", HREF)]
    if module is None:
        intro.append(note(f"The module cannot be named: {_missing(subject, transfer)}. State the roles first."))
        return [Section(title, tuple(intro))]
    intro.append(paragraph(f"The roles call for {named(module)}."))
    given = subject.measure(transfer, "eu.scc")
    if isinstance(given, dict) and given.get("module") not in (None, module):
        intro.append(
            note(f"The evidence names module {given['module']}; the roles call for {named(module)}. Check it.")
        )
    intro.append(
        note(
            "The clauses are made for importers that are not themselves subject to the GDPR for this processing "
            "(recital 7). They are taken unchanged; the annexes below are part of them."
        )
    )
    return [Section(title, (*intro, _choices(module), *annexes(subject, transfer)))]


def _not_used(module: Module) -> str:
    if module == "four":
        return "Annexes I.C, II and III are not used under Module 4."
    return "Annex III (list of sub-processors) is not used under Module 1."


def _choices(module: Module) -> Items:
    lines = ["Clause 7 (docking clause): optional; decide whether others may accede later."]
    if module in ("two", "three"):
        lines.append(
            "Clause 9(a): specific prior authorisation of sub-processors (then fill in Annex III), or general "
            "written authorisation; with the number of days of notice."
        )
    lines.append("Clause 11(a): the offer of an independent dispute resolution body is optional.")
    if module == "four":
        lines.append("Clauses 17 and 18: a law that allows rights of third parties, and the courts of a country.")
    else:
        lines.append("Clause 17: the law of a Member State that allows rights of third parties.")
        lines.append("Clause 18: the courts of a Member State.")
    return Items(tuple(Text(f"To be completed. {line}", is_open=True) for line in lines))


def _annex_parties(subject: Subject, transfer: Transfer) -> Table:
    rows = []
    for label, name, role in (
        ("Data exporter", transfer.exporter, transfer.exporter_role),
        ("Data importer", transfer.importer, transfer.importer_role),
    ):
        party = subject.party(name)
        rows += [
            (f"{label}: name", Text(subject.name(name), party.ror or "" if party else "")),
            (f"{label}: country (full address to be added)", known(subject.place(name))),
            (f"{label}: role", known(_role(subject, role))),
            (f"{label}: contact person with position and contact details", known(None)),
            (
                f"{label}: activities relevant to the data transferred",
                known(subject.says("purpose", transfer.purposes)),
            ),
            (f"{label}: signature and date", known(None)),
        ]
    return form("Annex I.A: list of parties", *rows)


def description(subject: Subject, transfer: Transfer) -> list[tuple[str, Text]]:
    """Return what is known of the data and of what is done with them, in the order of Annex I.B."""
    data = subject.datasets(transfer)
    about = "; ".join(f"{each.title or each.id}: {people(each)}" for each in data if people(each))
    words = [word for each in data for word in each.categories]
    sensitive = [word for word in dict.fromkeys(words) if word in _SENSITIVE]
    states = "; ".join(
        f"{each.title or each.id}: {each.identifiability.replace('_', ' ')}" for each in data if each.identifiability
    )
    return [
        ("Categories of people the data are about, with numbers", known(about)),
        ("Categories of personal data", known(subject.says("category", dict.fromkeys(words)))),
        ("State of the data", known(states)),
        (
            "Sensitive data",
            known(subject.says("category", sensitive))
            if sensitive
            else Text("none by category; look at pictures, combinations and what can be inferred"),
        ),
        ("Restrictions and safeguards for sensitive data", known(None)),
        (
            "Frequency of the transfer",
            known(subject.says("frequency", [transfer.frequency] if transfer.frequency else None)),
        ),
        ("Nature of the processing", known(subject.says("mode", [transfer.mode]))),
        ("Purposes of the transfer and of further processing", known(subject.says("purpose", transfer.purposes))),
        ("Period of retention, or how it is set", known(_term(transfer))),
    ]


def _term(transfer: Transfer) -> str | None:
    if transfer.end is None:
        return None
    return f"the transfer ends on {day(transfer.end)}; say until when data are kept afterwards"


def _annex_description(subject: Subject, transfer: Transfer, module: Module) -> Table:
    rows = description(subject, transfer)
    if module != "four":
        rows.append(("For transfers to (sub-)processors: subject matter, nature and duration", known(None)))
    return form("Annex I.B: description of the transfer", *rows)


def _annex_authority(subject: Subject, transfer: Transfer) -> Table:
    where = subject.place(transfer.exporter)
    return form(
        "Annex I.C: competent supervisory authority (clause 13)",
        ("Authority, by the establishment or the representative of the exporter", known(None)),
        ("Establishment of the exporter, as stated", known(where)),
    )


def safeguards(subject: Subject, transfer: Transfer) -> list[tuple[str, Text]]:
    """Return the technical and organisational measures that are known."""
    data = subject.datasets(transfer)
    coded = [
        f"{each.id}: key held by {subject.name(each.key_holder) if each.key_holder != 'none' else 'nobody'}"
        for each in data
        if each.key_holder
    ]
    encrypted = [f"{each.id}: {'yes' if each.encrypted else 'no'}" for each in data if each.encrypted is not None]
    return [
        ("Pseudonymisation, and who holds the key", known("; ".join(coded))),
        ("Encryption", known("; ".join(encrypted))),
    ]


def _annex_measures(subject: Subject, transfer: Transfer) -> Table:
    rest = (
        "Confidentiality, integrity, availability and resilience of systems",
        "Restoring access after an incident",
        "Regular testing of the measures",
        "Identification and authorisation of users",
        "Protection in transmission and in storage; physical security",
        "Logging, configuration, certification",
        "Minimisation, quality, limited retention, accountability, portability and erasure",
        "Measures of (sub-)processors, and help to the controller",
    )
    return form(
        "Annex II: technical and organisational measures",
        *safeguards(subject, transfer),
        *((line, known(None)) for line in rest),
    )


def _annex_sub_processors() -> Table:
    return form(
        "Annex III: list of sub-processors (where each is authorised specifically)",
        ("Name and address of each sub-processor", known(None)),
        ("Contact person with position and contact details", known(None)),
        ("What it does, and where its responsibility ends where there are several", known(None)),
    )


def _role(subject: Subject, role: str | None) -> str | None:
    return f"{role.replace('_', ' ')}: {subject.says('role', [role])}" if role else None
