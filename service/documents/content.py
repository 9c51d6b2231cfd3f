"""What a document holds, before any writer gives it a form: sections of paragraphs, lists, tables and pictures.

All text is plain text: callers' words are data, and each writer escapes for its own form. Characters that no form can
hold are replaced here, once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.inference.outcomes import Outcome
from engine.pictures.svg import printable

OPEN: Final = "To be completed"


def safe_link(href: str) -> str:
    """Return an address, or "" where it is no plain web address: documents never run or open anything else."""
    return href if re.fullmatch(r"https?://[^\s<>\"'\\^`{|}]+", href) and printable(href) == href else ""


@dataclass(frozen=True)
class Text:
    """A piece of text, perhaps linked.

    Attributes:
        is_open: Whether it stands for something still to be completed.
    """

    text: str
    href: str = ""
    is_open: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))
        object.__setattr__(self, "href", safe_link(self.href))


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; a note is set apart."""

    text: Text
    is_note: bool = False


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Text, ...]


@dataclass(frozen=True)
class Table:
    """A table with a caption and a head.

    Attributes:
        shares: Relative widths of the columns.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]
    shares: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "caption", printable(self.caption))


@dataclass(frozen=True)
class Picture:
    """A picture as SVG, with what it shows in words."""

    svg: str
    says: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "says", printable(self.says))


Block = Paragraph | Items | Table | Picture


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it; level 1 is below the title."""

    title: str
    blocks: tuple[Block, ...]
    level: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", printable(self.title))


@dataclass(frozen=True)
class Report:
    """A document.

    Attributes:
        receipt: One line for every page: which law, input, engine and day it rests on.
    """

    title: str
    outcome: Outcome
    word: str
    as_of: date
    receipt: str
    notice: str
    sections: tuple[Section, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", printable(self.title))


def paragraph(text: str, href: str = "") -> Paragraph:
    """Return a paragraph."""
    return Paragraph(Text(text, href))


def note(text: str) -> Paragraph:
    """Return a paragraph that is set apart."""
    return Paragraph(Text(text), is_note=True)


def known(text: str | None) -> Text:
    """Return what is known, or that it is to be completed."""
    return Text(text) if text else Text(OPEN, is_open=True)


def form(caption: str, *lines: tuple[str, Text], head: tuple[str, str] = ("What it must hold", "Content")) -> Table:
    """Return a form to complete: what it must hold, and what is known of it."""
    return Table(caption, head, tuple((Text(what), content) for what, content in lines), (2, 3))
