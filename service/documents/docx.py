"""Write a document as DOCX, to be completed in a word processor; the same bytes for the same content."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from service.documents.content import Block, Items, Paragraph, Picture, Report, Section, Table, Text
from service.documents.pdf import as_png

_WIDTH_MM = 174
_TWIPS = 1440 / 25.4
_SHADE = '<w:shd w:val="clear" w:color="auto" w:fill="EEEEEE"/>'
# A row of short texts goes to the next page as a whole.
_SHORT, _WHOLE = 500, "<w:trPr><w:cantSplit/></w:trPr>"
_NAMESPACES = nsdecls("w", "r")
# Written into every document in place of the time of writing: a zip archive knows no earlier day.
_TIME = (1980, 1, 1, 0, 0, 0)


def as_docx(report: Report) -> bytes:
    """Return the document as DOCX."""
    document = Document()
    _properties(document, report)
    _page(document, report)
    _styles(document)
    document.add_heading(report.title, 0)
    document.add_paragraph().add_run(f"{report.word} (law of {report.as_of})").bold = True
    body = _Body(document)
    for section in report.sections:
        body.heading(section)
        for block in section.blocks:
            body.block(block)
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
    footer.add_run(f"{report.receipt}. {report.notice}.")
    number = page.footer.add_paragraph(style="Footer")
    number.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    number.add_run("Page ")
    _field(number, "PAGE")
    number.add_run(" of ")
    _field(number, "NUMPAGES")
    for style in ("Header", "Footer"):
        document.styles[style].font.size = Pt(7.5)


def _field(paragraph: Any, code: str) -> None:
    run = paragraph.add_run()
    for kind in ("begin", "", "end"):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = code
        run._r.append(part)


def _styles(document: Any) -> None:
    """Add the styles that the text below names: one word in each of thousands of cells."""
    cell = document.styles.add_style("Cell", WD_STYLE_TYPE.PARAGRAPH)
    cell.base_style, cell.font.size = document.styles["Normal"], Pt(8.5)
    cell.paragraph_format.space_after = Pt(1)
    head = document.styles.add_style("Head Cell", WD_STYLE_TYPE.PARAGRAPH)
    head.base_style, head.font.bold = cell, True
    caption = document.styles.add_style("Table Caption", WD_STYLE_TYPE.PARAGRAPH)
    caption.base_style, caption.font.bold = document.styles["Normal"], True
    caption.paragraph_format.keep_with_next = True
    still_open = document.styles.add_style("Open", WD_STYLE_TYPE.CHARACTER)
    still_open.font.italic, still_open.font.color.rgb = True, RGBColor(0x7A, 0x2E, 0x00)
    link = document.styles.add_style("Link", WD_STYLE_TYPE.CHARACTER)
    link.font.underline, link.font.color.rgb = True, RGBColor(0x0B, 0x4F, 0x8A)


class _Body:
    """The text of the document, written as markup block by block: the library's own way costs ten times as much."""

    def __init__(self, document: Any) -> None:
        self.document, self.links = document, dict[str, str]()
        self.end = document.element.body.sectPr

    def heading(self, section: Section) -> None:
        self._add(_paragraph(_run(Text(section.title)), f"Heading{section.level}"))

    def block(self, block: Block) -> None:
        match block:
            case Paragraph():
                self._add(_paragraph(self._text(block.text), "IntenseQuote" if block.is_note else ""))
            case Items():
                for each in block.items:
                    self._add(_paragraph(self._text(each), "ListBullet"))
            case Picture():
                self.document.add_picture(io.BytesIO(as_png(block.svg)), width=Mm(_WIDTH_MM))
                drawn = self.document.paragraphs[-1]._p.xpath(".//wp:docPr")[0]
                drawn.set("descr", block.says)
            case Table():
                self._add(_paragraph(_run(Text(block.caption)), "TableCaption"))
                self._add(self._table(block))
                self._add("<w:p/>")

    def _add(self, markup: str) -> None:
        # The wrapping element declares the namespaces.
        wrapped = parse_xml(f"<w:body {_NAMESPACES}>{markup}</w:body>")
        self.end.addprevious(wrapped[0])

    def _table(self, block: Table) -> str:
        widths = [round(_WIDTH_MM * share / sum(block.shares) * _TWIPS) for share in block.shares]
        head = "".join(
            _cell(_run(Text(words)), width, "HeadCell", _SHADE) for words, width in zip(block.head, widths, strict=True)
        )
        rows = "".join(
            f"<w:tr>{_WHOLE if all(len(each.text) < _SHORT for each in row) else ''}"
            + "".join(_cell(self._text(each), width, "Cell") for each, width in zip(row, widths, strict=True))
            + "</w:tr>"
            for row in block.rows
        )
        return (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
            '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0420" w:firstRow="1" w:lastRow="0" w:firstColumn="0" '
            'w:lastColumn="0" w:noHBand="0" w:noVBand="1"/></w:tblPr><w:tblGrid>'
            + "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
            + f"</w:tblGrid><w:tr><w:trPr><w:tblHeader/></w:trPr>{head}</w:tr>{rows}</w:tbl>"
        )

    def _text(self, text: Text) -> str:
        if not text.href:
            return _run(text)
        if text.href not in self.links:
            self.links[text.href] = self.document.part.relate_to(
                text.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
            )
        return f'<w:hyperlink r:id="{self.links[text.href]}">{_run(text)}</w:hyperlink>'


def _paragraph(runs: str, style: str) -> str:
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{named}{runs}</w:p>"


def _cell(runs: str, width: int, style: str, more: str = "") -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{more}</w:tcPr>{_paragraph(runs, style)}</w:tc>'


def _run(text: Text) -> str:
    style = "Open" if text.is_open else "Link" if text.href else ""
    look = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' if line else "" for line in text.text.split("\n")
    )
    return f"<w:r>{look}{lines}</w:r>"


def _without_times(written: bytes) -> bytes:
    """Return a DOCX with the times of its parts taken out."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written)) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in given.namelist():
            kept.writestr(zipfile.ZipInfo(name, _TIME), given.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()
