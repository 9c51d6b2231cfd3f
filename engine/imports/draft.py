"""A draft of an arrangement, and notes on everything that is not in it.

What a document does not say stays out of the draft: unknown stays unknown. What it says and the draft cannot hold is a
note with its place in the document; nothing is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from engine.errors import ArrangementError, Fault, visible

NoteKind = Literal["unmapped", "missing", "assumed", "renamed"]
_MOST_TEXT = 200
# As many as an arrangement can hold.
MOST_IDS = 2000


@dataclass(frozen=True, slots=True)
class Note:
    """Something to look at before the draft is used.

    Attributes:
        kind: `unmapped`, said by the document and not in the draft; `missing`, a key of the draft that has to be added;
            `assumed`, in the draft on a reading that somebody must confirm; `renamed`, given by an old or other name.
        where: JSON pointer into the document, `<subject> predicate` of RDF, or a pointer into the draft for `missing`.
    """

    kind: NoteKind
    where: str
    message: str
    help: str = ""


@dataclass(slots=True)
class Draft:
    """Plain data of an arrangement, and the notes."""

    arrangement: dict[str, Any]
    notes: list[Note] = field(default_factory=list)

    def note(self, kind: NoteKind, where: str, message: str, help: str = "") -> None:
        """Add a note; what it quotes is made visible and cut."""
        self.notes.append(Note(kind, visible(where)[:1000], visible(message), visible(help)))


def quoted(value: object) -> str:
    """Return a value of the document for a note."""
    text = " ".join(str(value).split())
    return f"`{text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 3] + '...'}`"


def is_whole(value: object, text: str | None) -> bool:
    """Whether the text that was made of a value holds all of it."""
    return isinstance(value, str) and text is not None and text == visible(" ".join(value.split()))


def text_of(value: object, most: int = 2000) -> str | None:
    """Return text that an arrangement can hold, or None."""
    if not isinstance(value, str) or not value.strip():
        return None
    return visible(" ".join(value.split()))[:most]


def id_of(text: object, taken: set[str], otherwise: str) -> str:
    """Return an id made from a name, different from those taken, and take it.

    Raises:
        ArrangementError: More are taken than an arrangement can hold.
    """
    letters = [c.lower() if c.isascii() and c.isalnum() else "-" for c in text] if isinstance(text, str) else []
    name = "-".join(part for part in "".join(letters).split("-") if part)[:40].strip("-") or otherwise
    if name == "none":
        name = otherwise
    if len(taken) >= MOST_IDS:
        message = f"more than {MOST_IDS} parties, data sets and transfers"
        raise ArrangementError([Fault("too-large", message, "", "send fewer data sets at a time")])
    found, number = name, 2
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    taken.add(found)
    return found


def missing(draft: Draft) -> None:
    """Note each key that an arrangement needs and the draft does not have."""
    needs = {"parties": ("country", "kind"), "datasets": ("categories",), "transfers": ("importer", "mode")}
    asks = {
        "country": "in which country is it? (ISO 3166-1 alpha-2)",
        "kind": "what kind of party is it? (`safeconduct facts party_kind`)",
        "categories": "which categories of data are inside? (`safeconduct facts category`)",
        "importer": "who gets the data?",
        "mode": "how does the importer get at the data? (`safeconduct facts mode`)",
    }
    for part, keys in needs.items():
        for index, item in enumerate(draft.arrangement.get(part, [])):
            for key in keys:
                if key not in item:
                    draft.note("missing", f"/{part}/{index}/{key}", f"`{item['id']}`: {asks[key]}", "add it")
    if not draft.arrangement.get("transfers"):
        draft.note(
            "missing", "/transfers", "nothing in the document is a transfer", "add who sends what to whom, and how"
        )
