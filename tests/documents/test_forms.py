from __future__ import annotations

import io
import json
import re
import zipfile
from html.parser import HTMLParser
from typing import Any, get_args

import pytest
from docx import Document
from pypdf import PdfReader

from engine.pictures.svg import printable
from service.documents.content import Text, safe_link
from service.documents.linked import CONTEXT
from service.documents.markdown import escaped
from service.documents.writing import DocumentForm
from tests.documents.conftest import Maker

HOSTILE = '<script>alert(1)</script> [x](javascript:alert(1)) | `x` #set page() & "quoted" \uffff'


def hostile(plain: dict[str, Any]) -> None:
    plain["title"] = plain["parties"][0]["name"] = plain["datasets"][0]["title"] = HOSTILE


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_a_party_named_as_a_script_is_text_in_html(make: Maker) -> None:
    page = Tags()
    page.feed(make.written("thl-nih-diabetes", "html", hostile).decode())
    assert "script" not in {tag for tag, _ in page.tags}
    assert "<script>alert(1)</script>" in "".join(page.words)


def test_a_page_fetches_nothing_and_links_only_to_the_web(make: Maker) -> None:
    page = Tags()
    page.feed(make.written("three-party-genomics", "html", hostile).decode())
    for tag, attributes in page.tags:
        assert tag not in ("img", "link", "iframe", "object", "embed")
        assert not [name for name in attributes if name.startswith("on") or name == "src"]
        if "href" in attributes:
            assert str(attributes["href"]).startswith(("https://", "http://"))


def test_a_party_named_as_markup_is_text_in_markdown(make: Maker) -> None:
    written = make.written("thl-nih-diabetes", "markdown", hostile).decode()
    bare = re.sub(r"\\.", "", written)
    assert "<script" not in bare
    assert "](javascript" not in bare
    # Six columns: the bar in a name opens no seventh.
    assert [line.count("|") for line in bare.splitlines() if line.startswith("| fi-us |")] == [7]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a*b", r"a\*b"), ("# x", r"\# x"), ("- x", r"\- x"), ("1. x", r"1\. x"), ("https://x.y", r"https\://x.y")],
)
def test_markdown_opens_nothing(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_a_party_named_as_markup_is_text_in_pdf(make: Maker) -> None:
    reader = PdfReader(io.BytesIO(make.written("thl-nih-diabetes", "pdf", hostile)))
    text = " ".join(page.extract_text().replace("\u200b", "") for page in reader.pages)
    assert "<script>alert(1)</script>" in text
    assert "#set page()" in text


def test_a_word_that_no_column_holds_is_broken_in_pdf_and_copied_whole(make: Maker) -> None:
    word = "".join(f"W{number:03}" for number in range(40))

    def long(plain: dict[str, Any]) -> None:
        plain["parties"][0]["name"] = word

    reader = PdfReader(io.BytesIO(make.written("thl-nih-diabetes", "pdf", long)))
    text = "\n".join(page.extract_text() for page in reader.pages).replace("\u200b", "")
    pieces = re.findall(r"(?:W?\d{1,3}|W)(?:W\d{3})+W?\d{0,3}", text)
    # The map has it on lines of its own; of the tables, no cell is as wide as 60 of its signs.
    assert pieces
    assert max(map(len, pieces)) < 60
    assert word in re.sub(r"\s", "", text)


def test_what_a_measure_has_to_show_is_said_as_people_read_it(make: Maker) -> None:
    text = make.written("jp-eu-cohort", "markdown").decode()
    assert "It has to show: finding is adequate." in text
    assert "==" not in text.partition("Reasons for")[0]


def test_the_receipt_and_the_notice_are_on_every_page(make: Maker) -> None:
    report = make.report("thl-nih-diabetes")
    reader = PdfReader(io.BytesIO(make.written("thl-nih-diabetes", "pdf")))
    assert len(reader.pages) > 3
    for number, page in enumerate(reader.pages, 1):
        text = " ".join(page.extract_text().replace("\u200b", "").split())
        assert report.receipt in text
        assert "not legal advice" in text
        assert f"Page {number} of {len(reader.pages)}" in text


def test_a_pdf_is_tagged_and_names_its_language(make: Maker) -> None:
    root: Any = PdfReader(io.BytesIO(make.written("thl-nih-diabetes", "pdf"))).root_object
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("en")


def test_a_docx_holds_the_receipt_in_its_footer_and_names_as_text(make: Maker) -> None:
    document = Document(io.BytesIO(make.written("thl-nih-diabetes", "docx", hostile)))
    footer = document.sections[0].footer.paragraphs[0].text
    assert footer.startswith("Receipt: law ")
    assert "not legal advice" in footer
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert any(cell.startswith("<script>alert(1)</script>") for cell in cells)


def test_a_docx_has_no_part_outside_its_folders(make: Maker) -> None:
    with zipfile.ZipFile(io.BytesIO(make.written("thl-nih-diabetes", "docx"))) as parts:
        assert not [name for name in parts.namelist() if name.startswith("/") or ".." in name]


@pytest.mark.parametrize("form", get_args(DocumentForm))
def test_the_same_decision_gives_the_same_bytes(make: Maker, form: DocumentForm) -> None:
    assert make.written("thl-nih-diabetes", form) == make.written("thl-nih-diabetes", form)


def test_characters_that_no_form_holds_are_replaced() -> None:
    assert printable("a\x00b\uffffc\u202ed\ud800") == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert Text("a\x1bb").text == "a\ufffdb"


@pytest.mark.parametrize("href", ["javascript:alert(1)", "file:///etc/passwd", "https://x y", 'https://x"y', "//x"])
def test_what_is_no_plain_web_address_is_no_link(href: str) -> None:
    assert safe_link(href) == ""


def test_json_ld_uses_only_declared_prefixes(make: Maker) -> None:
    graph = json.loads(make.written("three-party-genomics", "jsonld"))["@graph"]
    names = {key for key in _keys(graph) if not key.startswith("@")} | set(_ids(graph))
    assert {name.partition(":")[0] for name in names} <= {*CONTEXT, "urn", "https", "http"}


def _keys(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for each in value.values() for key in _keys(each))]
    return [key for each in value for key in _keys(each)] if isinstance(value, list) else []


def _ids(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["@id"]] if "@id" in value else []
        return [*own, *(each for below in value.values() for each in _ids(below))]
    return [each for below in value for each in _ids(below)] if isinstance(value, list) else []


def test_json_ld_has_no_permission_for_what_is_not_permitted(make: Maker) -> None:
    graph = json.loads(make.written("thl-nih-diabetes", "jsonld"))["@graph"]
    assert not [node for node in graph if node.get("@type") == "odrl:Set"]


def test_json_ld_gives_the_clauses_as_the_basis_they_are(make: Maker) -> None:
    graph = json.loads(make.written("three-party-genomics", "jsonld"))["@graph"]
    transfer = next(node for node in graph if node["@id"].endswith(":transfer:fi-us"))
    assert {"@id": "eu-gdpr:A46-2-c"} in transfer["dpv:hasLegalBasis"]
