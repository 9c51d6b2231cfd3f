"""Write a document as DOCX, to be completed in a word processor; the same bytes for the same content."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from service.documents.content import Block, Items, Paragraph, Picture, Report, Table, Text
from service.documents.pdf import as_png

_WIDTH_MM = 174
# Written into every document in place of the time of writing: a zip archive knows no earlier day.
_TIME = (1980, 1, 1, 0, 0, 0)


def as_docx(report: Report) -> bytes:
    """Return the document as DOCX."""
    document = Document()
    _properties(document, report)
    _page(document, report)
    document.add_heading(report.title, 0)
    document.add_paragraph().add_run(f"{report.word} (law of {report.as_of})").bold = True
    for section in report.sections:
        document.add_heading(section.title, section.level)
        for block in section.blocks:
            _block(document, block)
    written = io.BytesIO()
    document.save(written)
    return _without_times(written.getvalue())


def _properties(document: Any, report: Report) -> None:
    core = document.core_properties
    core.title, core.author, core.language = report.title[:255], "Safeconduct", "en"
    core.comments = f"{report.receipt}. {report.notice}."
    core.created = core.modified = datetime(*_TIME, tzinfo=UTC)
    font = document.styles["Normal"].font
    font.name, font.size = "Calibri", Pt(10)


def _page(document: Any, report: Report) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(18)
    page.header.paragraphs[0].text = f"{report.title}: {report.word}"
    footer = page.footer.paragraphs[0]
    footer.add_run(f"{report.receipt}. {report.notice}. Page ")
    _field(footer, "PAGE")
    footer.add_run(" of ")
    _field(footer, "NUMPAGES")
    for run in (*page.header.paragraphs[0].runs, *footer.runs):
        run.font.size = Pt(7.5)


def _field(paragraph: Any, code: str) -> None:
    run = paragraph.add_run()
    for kind in ("begin", "", "end"):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = code
        run._r.append(part)


def _block(document: Any, block: Block) -> None:
    match block:
        case Paragraph():
            paragraph = document.add_paragraph(style="Intense Quote" if block.is_note else None)
            _text(paragraph, block.text)
        case Items():
            # By its id: asked for by name, the library looks through all styles for each item.
            style = document.styles["List Bullet"].style_id
            for each in block.items:
                paragraph = document.add_paragraph()
                paragraph._p.style = style
                _text(paragraph, each)
        case Picture():
            document.add_picture(io.BytesIO(as_png(block.svg)), width=Mm(_WIDTH_MM))
            drawn = document.paragraphs[-1]._p.xpath(".//wp:docPr")[0]
            drawn.set("descr", block.says)
        case Table():
            _table(document, block)


def _table(document: Any, block: Table) -> None:
    caption = document.add_paragraph()
    caption.add_run(block.caption).bold = True
    caption.paragraph_format.keep_with_next = True
    columns = len(block.head)
    table = document.add_table(rows=len(block.rows) + 1, cols=columns, style="Table Grid")
    table.autofit = False
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(mark)
    widths = [Mm(_WIDTH_MM * share / sum(block.shares)) for share in block.shares]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    # All cells at once: asked for row by row, the library looks through the whole table each time.
    cells = table._cells
    texts = [Text(words) for words in block.head] + [each for row in block.rows for each in row]
    for index, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        cell.width = widths[index % columns]
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(1)
        run = _text(paragraph, text)
        run.font.size, run.font.bold = Pt(8.5), True if index < columns else None
    document.add_paragraph()


def _text(paragraph: Any, text: Text) -> Any:
    run = paragraph.add_run()
    for index, line in enumerate(text.text.split("\n")):
        if index:
            run.add_break(WD_BREAK.LINE)
        run.add_text(line)
    if text.is_open:
        run.italic, run.font.color.rgb = True, RGBColor(0x7A, 0x2E, 0x00)
    if text.href:
        run.font.color.rgb, run.underline = RGBColor(0x0B, 0x4F, 0x8A), True
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), paragraph.part.relate_to(text.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        paragraph._p.append(link)
        link.append(run._r)
    return run


def _without_times(written: bytes) -> bytes:
    """Return a DOCX with the times of its parts taken out."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written)) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in given.namelist():
            kept.writestr(zipfile.ZipInfo(name, _TIME), given.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()
