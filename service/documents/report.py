"""Put a document together from a decision and the arrangement it is about."""

from __future__ import annotations

from engine.decision.model import Decision
from engine.decision.rendering import WORDS
from engine.facts.arrangement import Arrangement
from engine.law.model import Library
from service.documents import abroad, assessment, clauses, elsewhere, findings, hipaa, kingdom, reasons, review, uses
from service.documents.content import Report
from service.documents.signoffs import Review
from service.documents.subject import Subject


def report_of(
    decision: Decision,
    arrangement: Arrangement,
    library: Library,
    is_summary: bool = False,
    reviewed: Review | None = None,
) -> Report:
    """Return the document for the agreement file.

    Args:
        arrangement: The one that was decided.
        library: For the words of the vocabulary only; what the decision says comes from the decision.
        is_summary: Whether to leave the reasons out.
        reviewed: The review of the agreement that the decision is about, where there is one.
    """
    subject = Subject(decision, arrangement, library)
    receipt = decision.receipt
    line = (
        f"Receipt: law {receipt.library_sha256[:16]}, input {receipt.input_sha256[:16]}, "
        f"Safeconduct {receipt.engine}, law of {receipt.as_of}"
    )
    sections = (
        findings.summary(subject),
        *review.sections(reviewed),
        findings.map_of_transfers(subject),
        findings.checklist(subject),
        findings.questions(subject),
        *findings.findings(subject),
        *clauses.sections(subject),
        *kingdom.sections(subject),
        *elsewhere.sections(subject),
        *abroad.sections(subject),
        *assessment.sections(subject),
        *hipaa.sections(subject),
        *uses.sections(subject),
        *reasons.reasons(subject, is_summary),
        findings.receipt(subject),
    )
    notice = "Decision support, not legal advice"
    return Report(decision.title, decision.outcome, WORDS[decision.outcome], decision.as_of, line, notice, sections)
