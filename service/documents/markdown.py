"""Write a document as Markdown (CommonMark with GitHub's tables)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from service.documents.content import Block, Items, Paragraph, Picture, Report, Table, Text

# What could open markup or HTML anywhere; an address that is linked by itself; what opens a block where a line starts.
_MARKS = re.compile(
    r"([\\`*_{}\[\]<>|~&$@]|(?<!\w)#|:(?=//)|(?<=www)\.|^[-+=>]|(?<=^\d)[.)]|(?<=^\d\d)[.)])", re.IGNORECASE
)


def as_markdown(report: Report) -> bytes:
    """Return the document as Markdown in UTF-8."""
    return ("\n".join(_lines(report)).rstrip("\n") + "\n").encode()


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is, in one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _lines(report: Report) -> Iterator[str]:
    yield from (f"# {escaped(report.title)}", "", f"**{report.word}** (law of {report.as_of})", "")
    receipt = f"*{escaped(f'{report.receipt}. {report.notice}.')}*"
    yield from (receipt, "")
    for section in report.sections:
        yield from (f"{'#' * (section.level + 1)} {escaped(section.title)}", "")
        for block in section.blocks:
            yield from _block(block)
            yield ""
    yield from ("---", "", receipt)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield ("> " if block.is_note else "") + _text(block.text)
        case Items():
            yield from (f"- {_text(each)}" for each in block.items)
        case Picture():
            yield escaped(block.says)
        case Table():
            yield from (f"**{escaped(block.caption)}**", "")
            yield "| " + " | ".join(map(escaped, block.head)) + " |"
            yield "|" + " --- |" * len(block.head)
            yield from ("| " + " | ".join(map(_text, row)) + " |" for row in block.rows)


def _text(text: Text) -> str:
    written = "<br>".join(escaped(line) for line in text.text.split("\n"))
    if text.is_open:
        written = f"*{written}*"
    return f"[{written}](<{quote(text.href, safe=_SAFE)}>)" if text.href else written


_SAFE = "/:?#@!$&'*+,;=%~-._"
