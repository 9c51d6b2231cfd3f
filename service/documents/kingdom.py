"""The choice between the two standard instruments of the United Kingdom, and what their tables must hold."""

from __future__ import annotations

from typing import Final

from engine.facts.arrangement import Transfer
from service.documents import clauses
from service.documents.content import Block, Section, Text, form, known, paragraph
from service.documents.subject import Subject, day, places, routes_of

_INSTRUMENT: Final = ("gb.uk-gdpr-transfers",)
SOURCE: Final = (
    "ICO, International Data Transfer Agreement (version A1.0) and International Data Transfer Addendum to the EU "
    "standard contractual clauses (version B1.0), in force since 21 March 2022, under DPA 2018 s 119A"
)


def sections(subject: Subject) -> list[Section]:
    """Return the annex for each transfer that one of the two carries or could carry."""
    carried = subject.carried("art46-2-d.", instruments=_INSTRUMENT)
    return [
        _annex(subject, subject.transfer(decided.id), {route for each in found for route in routes_of(each)})
        for decided, found in carried
    ]


def _annex(subject: Subject, transfer: Transfer, routes: set[str]) -> Section:
    blocks: list[Block] = [paragraph(f"Source: {SOURCE}."), paragraph(_choice(subject, transfer, routes))]
    rows = clauses.description(subject, transfer)
    module = clauses.module_of(transfer.exporter_role, transfer.importer_role)
    parties = f"{subject.name(transfer.exporter)}; {subject.name(transfer.importer)}"
    roles = f"{transfer.exporter_role or 'not stated'}; {transfer.importer_role or 'not stated'}".replace("_", " ")
    blocks.append(
        form(
            "International Data Transfer Agreement, part 1",
            ("Table 1, parties and signatures: exporter and importer", Text(parties)),
            ("Table 1: addresses, key contacts, signatures", known(None)),
            ("Table 1: start of the agreement", known(day(transfer.start))),
            ("Table 2, transfer details: roles of exporter and importer", Text(roles)),
            ("Table 2: whether UK GDPR applies to the importer; linked agreement; term; ending", known(None)),
            ("Table 2: places of storage, as stated", known(places(transfer.storage))),
            ("Table 2: dates on which security and transfer risks are reviewed", known(None)),
            *((f"Table 3, transferred data: {what[:1].lower()}{what[1:]}", content) for what, content in rows),
            *((f"Table 4, security: {what}", content) for what, content in clauses.safeguards(subject, transfer)),
            ("Table 4, security: everything else", known(None)),
        )
    )
    blocks.append(
        form(
            "Addendum, part 1",
            ("Table 1: start date, parties, key contacts", Text(parties)),
            (
                "Table 2: selected EU clauses, with module and options",
                known(clauses.named(module) if module else None),
            ),
            (
                "Table 3: the annexes of these clauses (1A parties, 1B description, II measures, III sub-processors)",
                known("as in the annexes of the EU clauses, in this document" if module else None),
            ),
            ("Table 4: who may end the Addendum when the approved form changes", known(None)),
        )
    )
    if not clauses.stand_beside(subject, transfer):
        blocks.append(
            paragraph("For the Addendum, the annexes of the EU clauses, with the Commissioner as the authority:")
        )
        blocks += clauses.annexes(subject, transfer, with_authority=False)
    blocks.append(
        paragraph(f"Transfer risk assessment (data protection test): {subject.evidence(transfer, 'gb.tra')}.")
    )
    return Section(f"Annex: UK agreement or Addendum for transfer {transfer.id}", tuple(blocks))


def _choice(subject: Subject, transfer: Transfer, routes: set[str]) -> str:
    shown = [
        title
        for name, title in (("gb.idta", "the International Data Transfer Agreement"), ("gb.addendum", "the Addendum"))
        if subject.is_shown(transfer, name)
    ]
    if shown:
        return f"Evidence was given of {' and of '.join(shown)}; its tables must hold what follows."
    beside = {each.id for each, _ in subject.carried(clauses.ROUTE, instruments=clauses.INSTRUMENTS)}
    same = [name for name in beside if subject.transfer(name).importer == transfer.importer]
    if same or subject.is_shown(transfer, "eu.scc"):
        return (
            "Either may be used. EU standard contractual clauses are signed or offered with the same importer in this "
            "arrangement, so the Addendum keeps both sides under one set of clauses."
        )
    only = " Only the first is offered." if not any(route.endswith(".addendum") for route in routes) else ""
    return (
        "Either may be used. No EU standard contractual clauses stand beside this transfer, so the International Data "
        f"Transfer Agreement stands alone without them; the Addendum would bring the EU clauses in.{only}"
    )
