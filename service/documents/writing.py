"""The forms a document can have, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from engine.decision.model import Decision
from engine.facts.arrangement import Arrangement
from engine.law.model import Library
from service.documents.content import Report
from service.documents.docx import as_docx
from service.documents.html import as_html
from service.documents.linked import as_json_ld
from service.documents.markdown import as_markdown
from service.documents.pdf import as_pdf
from service.documents.report import report_of
from service.documents.signoffs import Review

DocumentForm = Literal["html", "markdown", "docx", "pdf", "jsonld"]


@dataclass(frozen=True, slots=True)
class Written:
    """A document as bytes.

    Attributes:
        ending: Of a file's name, with its dot.
    """

    content: bytes
    media_type: str
    ending: str


MEDIA: Final[dict[DocumentForm, tuple[str, str]]] = {
    "html": ("text/html; charset=utf-8", ".html"),
    "markdown": ("text/markdown; charset=utf-8", ".md"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "pdf": ("application/pdf", ".pdf"),
    "jsonld": ("application/ld+json", ".jsonld"),
}
FORMS: Final = tuple(MEDIA)
_WRITERS: Final[dict[DocumentForm, Callable[[Report], bytes]]] = {
    "html": as_html,
    "markdown": as_markdown,
    "docx": as_docx,
    "pdf": as_pdf,
}


def write(
    decision: Decision,
    arrangement: Arrangement,
    library: Library,
    form: DocumentForm,
    is_summary: bool = False,
    review: Review | None = None,
) -> Written:
    """Return the document about a decision in one form.

    Args:
        arrangement: The one that was decided.
        library: For the words and addresses of the vocabulary.
        is_summary: Whether to leave the reasons out; linked data hold none.
        review: Of the agreement that the decision is about, where there is one; linked data hold none.
    """
    if form == "jsonld":
        return Written(as_json_ld(decision, arrangement, library), *MEDIA[form])
    return Written(_WRITERS[form](report_of(decision, arrangement, library, is_summary, review)), *MEDIA[form])
