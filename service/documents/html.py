"""Write a document as one HTML page without scripts, with nothing fetched from anywhere."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from service.documents.content import Items, Paragraph, Picture, Report, Table

_ENVIRONMENT = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_TEMPLATE = _ENVIRONMENT.from_string(
    (files("service.documents") / "templates" / "report.html.j2").read_text(encoding="utf-8")
)


def as_html(report: Report) -> bytes:
    """Return the document as HTML in UTF-8."""
    kinds = {Paragraph: "paragraph", Items: "items", Table: "table", Picture: "picture"}
    return _TEMPLATE.render(
        report=report,
        kind=lambda block: kinds[type(block)],
        # Drawn by ElementTree, which escapes what it writes.
        drawn=lambda picture: Markup(picture.svg),
    ).encode()
