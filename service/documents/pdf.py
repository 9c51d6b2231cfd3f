"""Write a document as PDF with Typst: tagged for screen readers (PDF/UA-1), the same bytes for the same content.

The content goes to the template as data, never as markup. The template is held in memory and lies in no folder, so it
can open no file, and it imports no package, so nothing is fetched.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any

import typst

from service.documents.content import Block, Items, Paragraph, Picture, Report, Table

_ALONE = '#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg", width: 170mm)'


def as_pdf(report: Report) -> bytes:
    """Return the document as PDF."""
    data = {
        "title": report.title,
        "word": report.word,
        "as_of": report.as_of.isoformat(),
        "receipt": report.receipt,
        "notice": report.notice,
        "sections": [
            {"title": each.title, "level": each.level, "blocks": [_block(block) for block in each.blocks]}
            for each in report.sections
        ],
    }
    return _compiled(_template(), {"data": json.dumps(data)}, "pdf", pdf_standards="ua-1")


def as_png(svg: str) -> bytes:
    """Return a picture as PNG, for forms that hold no SVG."""
    return _compiled(_ALONE.encode(), {"svg": svg}, "png", ppi=200.0)


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Paragraph():
            return {"kind": "paragraph", **asdict(block)}
        case Items():
            return {"kind": "items", **asdict(block)}
        case Picture():
            return {"kind": "picture", **asdict(block)}
        case Table():
            return {"kind": "table", **asdict(block)}


@cache
def _template() -> bytes:
    return (files("service.documents") / "templates" / "report.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    # Typst brings the fonts it writes with; those of the system stand in for scripts that these do not have.
    return typst.Fonts(include_system_fonts=True)


def _compiled(source: bytes, inputs: dict[str, str], form: Any, **more: Any) -> bytes:
    # An empty folder of its own as root: there is no file that a path could lead to.
    with tempfile.TemporaryDirectory(prefix="safeconduct-") as root:
        made: Any = typst.compile(source, root=root, font_paths=_fonts(), sys_inputs=inputs, format=form, **more)
    content = made[0] if isinstance(made, list) else made
    if not isinstance(content, bytes):
        raise RuntimeError("the writer gave no document")
    return content
