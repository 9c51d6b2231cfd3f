"""What a data use agreement for a limited data set must hold: 45 CFR 164.514(e)(4)."""

from __future__ import annotations

from typing import Final

from engine.decision.model import TransferDecision
from service.documents.content import Section, Text, form, known, paragraph
from service.documents.subject import Subject

SOURCE: Final = "45 CFR 164.514(e)(4)"
HREF: Final = "https://www.ecfr.gov/current/title-45/section-164.514"


def sections(subject: Subject) -> list[Section]:
    """Return the elements for each transfer of a limited data set that this route carries or could carry."""
    carried = subject.carried("164.514-e.limited-data-set", instruments=("us.hipaa",))
    return [_elements(subject, decided) for decided, _ in carried]


def _elements(subject: Subject, decided: TransferDecision) -> Section:
    transfer = subject.transfer(decided.id)
    who = f"{subject.name(transfer.importer)}; name the people or classes of people"
    table = form(
        "Elements of the data use agreement",
        (
            "Permitted uses and disclosures, for research, public health or health care operations only, and none that "
            "the covered entity could not make itself: (e)(4)(ii)(A), (e)(3)(i)",
            known(subject.says("purpose", transfer.purposes)),
        ),
        ("Who may use or receive the data: (e)(4)(ii)(B)", Text(who)),
        ("The recipient uses or discloses nothing beyond the agreement or the law: (C)(1)", known(None)),
        ("Suitable safeguards against other uses: (C)(2)", known(None)),
        ("Reports to the covered entity of any other use that it learns of: (C)(3)", known(None)),
        ("The same limits bind agents and subcontractors that receive the data: (C)(4)", known(None)),
        ("It does not identify the people and does not contact them: (C)(5)", known(None)),
        (
            "Signed, or other satisfactory assurance: (e)(4)(i)",
            known(_signed(subject.evidence(transfer, "us.hipaa.dua"))),
        ),
    )
    said = paragraph(
        "A covered entity that knows of a pattern of breach must end it or, failing that, stop disclosing and report: "
        "(e)(4)(iii)."
    )
    return Section(
        f"Annex: HIPAA data use agreement for transfer {decided.id}",
        (paragraph(f"Source: {SOURCE}.", HREF), table, said),
    )


def _signed(evidence: str) -> str | None:
    return evidence if evidence.startswith("shown") else None
