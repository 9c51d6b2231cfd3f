"""Build SVG: elements, text that fits, and how each outcome is drawn.

Only presentation attributes are used, no style sheets and no scripts, so that a picture can stand in a page with a
strict content security policy, in a document, and alone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

from engine.inference.outcomes import OUTCOMES, Outcome

NAMESPACE: Final = "http://www.w3.org/2000/svg"
FONT: Final = "DejaVu Sans, Verdana, Arial, sans-serif"
INK: Final = "#1a1a1a"
FAINT: Final = "#666666"
# Mean width of a letter of the font, in parts of its size; wide enough for capitals among small letters.
_LETTER: Final = 0.6


@dataclass(frozen=True, slots=True)
class Look:
    """How an outcome is drawn.

    Attributes:
        sign: One or two letters that say it without colour.
        ink: Colour of text upon the fill.
        line: Colour of an arrow, dark enough upon white.
        dash: Of an arrow: its pattern.
    """

    fill: str
    ink: str
    sign: str
    word: str
    line: str
    dash: str = ""


LOOKS: Final[dict[Outcome, Look]] = {
    "prohibited": Look("#8c1c13", "#ffffff", "×", "prohibited", "#8c1c13"),
    "not_yet_permitted": Look("#f4b942", INK, "!", "not yet permitted", "#7a4b00", "9 4"),
    "undetermined": Look("#d9d2e9", INK, "?", "undetermined", "#4b3b78", "2 4"),
    "permitted_with_conditions": Look("#bfe3d0", INK, "✓·", "permitted with conditions", "#1f6b4a", "14 3 3 3"),
    "permitted": Look("#ffffff", INK, "✓", "permitted", INK),
    "not_applicable": Look("#f5f5f5", FAINT, "–", "does not apply", FAINT, "1 5"),
}


class Drawing:
    """One picture under way."""

    def __init__(self, width: float, height: float, title: str, description: str, name: str = "picture") -> None:
        """Begin a picture.

        Args:
            name: Begins its ids; pictures on one page need different ones.
        """
        self.name = name
        self.root = ElementTree.Element(
            "svg",
            {
                "xmlns": NAMESPACE,
                "viewBox": f"0 0 {_number(width)} {_number(height)}",
                "width": _number(width),
                "height": _number(height),
                "role": "img",
                "aria-labelledby": f"{name}-title {name}-description",
                "font-family": FONT,
            },
        )
        ElementTree.SubElement(self.root, "title", {"id": f"{name}-title"}).text = printable(title)
        ElementTree.SubElement(self.root, "desc", {"id": f"{name}-description"}).text = printable(description)
        self._patterns()
        self._ground = self.rectangle(0, 0, width, height, "#ffffff")

    def end_at(self, height: float) -> None:
        """Make the picture as high as this: for one whose height is known only when it has been drawn."""
        width = self.root.attrib["width"]
        self.root.attrib.update(viewBox=f"0 0 {width} {_number(height)}", height=_number(height))
        self._ground.set("height", _number(height))

    def _patterns(self) -> None:
        defs = ElementTree.SubElement(self.root, "defs")
        for outcome in OUTCOMES:
            look = LOOKS[outcome]
            pattern = ElementTree.SubElement(
                defs,
                "pattern",
                {"id": f"{self.name}-{outcome}", "width": "8", "height": "8", "patternUnits": "userSpaceOnUse"},
            )
            ElementTree.SubElement(pattern, "rect", {"width": "8", "height": "8", "fill": look.fill})
            for path, width in _HATCHES.get(outcome, ()):
                ElementTree.SubElement(
                    pattern, "path", {"d": path, "stroke": _HATCH_INK[outcome], "stroke-width": width, "fill": "none"}
                )

    def element(
        self, tag: str, text: str = "", inside: ElementTree.Element | None = None, /, **attributes: object
    ) -> ElementTree.Element:
        """Add an element; underscores in names stand for hyphens, numbers are written short."""
        written = {key.rstrip("_").replace("_", "-"): _number(value) for key, value in attributes.items()}
        made = ElementTree.SubElement(self.root if inside is None else inside, tag, written)
        if text:
            made.text = printable(text)
        return made

    def rectangle(
        self, x: float, y: float, width: float, height: float, fill: str, **more: object
    ) -> ElementTree.Element:
        """Add a rectangle."""
        return self.element("rect", "", None, x=x, y=y, width=width, height=height, fill=fill, **more)

    def outcome(self, x: float, y: float, width: float, height: float, outcome: Outcome, says: str = "") -> None:
        """Add a rectangle that shows an outcome, with a tooltip."""
        stroke = INK if outcome != "not_applicable" else "#bbbbbb"
        box = self.rectangle(x, y, width, height, f"url(#{self.name}-{outcome})", stroke=stroke, stroke_width=0.8)
        if says:
            self.element("title", says, box)

    def text(self, x: float, y: float, text: str, size: float = 12, **more: object) -> ElementTree.Element:
        """Add a line of text; one that reads from right to left stands where another would."""
        more.setdefault("fill", INK)
        if runs_left(text):
            more |= {"direction": "rtl", "unicode_bidi": "embed"}
            # For such a text, `start` is its right edge.
            more["text_anchor"] = _TURNED[str(more.get("text_anchor", "start"))]
        return self.element("text", text, None, x=x, y=y, font_size=size, **more)

    def on_outcome(self, x: float, y: float, text: str, outcome: Outcome, size: float = 11) -> None:
        """Add text upon an outcome's pattern, on a ground of its own so that the pattern does not disturb it."""
        look, width = LOOKS[outcome], width_of(text, size) + 4
        self.rectangle(x - width / 2, y - size * 0.9, width, size * 1.2, look.fill)
        self.text(x, y, text, size, fill=look.ink, text_anchor="middle")

    def legend(self, x: float, y: float, outcomes: list[Outcome], across: float) -> float:
        """Add the legend and return the height below which it ends."""
        left = x
        for outcome in outcomes:
            look = LOOKS[outcome]
            label = f"{look.sign} {look.word}"
            width = 34 + width_of(label, 11)
            if left > x and left + width > x + across:
                left, y = x, y + 20
            self.outcome(left, y, 22, 14, outcome)
            self.text(left + 27, y + 11, label, 11)
            left += width
        return y + 20

    def written(self) -> str:
        """Return the picture as text."""
        ElementTree.indent(self.root)
        return ElementTree.tostring(self.root, encoding="unicode") + "\n"


_HATCHES: Final[dict[Outcome, tuple[tuple[str, str], ...]]] = {
    "prohibited": (("M0 0 L8 8 M8 0 L0 8", "0.9"),),
    "not_yet_permitted": (("M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6", "1.6"),),
    "undetermined": (("M2 2 h1.4 M6 6 h1.4", "1.4"),),
    "permitted_with_conditions": (("M0 4 H8", "0.7"),),
}
_HATCH_INK: Final[dict[Outcome, str]] = {
    "prohibited": "#ffffff",
    "not_yet_permitted": "#7a4b00",
    "undetermined": "#4b3b78",
    "permitted_with_conditions": "#1f6b4a",
}


_TURNED: Final = {"start": "end", "middle": "middle", "end": "start"}


def width_of(text: str, size: float) -> float:
    """Return how wide a text is at most, roughly."""
    return sum(map(_breadth, text)) * size


def _breadth(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(letter) in "WF" else _LETTER


def fitted(text: str, width: float, size: float) -> str:
    """Return as much of a text as fits."""
    if width_of(text, size) <= width:
        return text
    kept, left = 0, width / size - _LETTER
    while kept < len(text) and (left := left - _breadth(text[kept])) >= 0:
        kept += 1
    return text[:kept].rstrip() + "…"


def wrapped(text: str, width: float, size: float, most: int) -> list[str]:
    """Return a text in lines that fit, `most` of them at most; it ends in an ellipsis where there is more.

    Lines end between words, and within a word only where it fills a line by itself, or its script has no blanks.
    """
    lines = [""]
    for word in text.split():
        tried = f"{lines[-1]} {word}".strip()
        if width_of(tried, size) <= width:
            lines[-1] = tried
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if lines[-1] and width_of(lines[-1] + letter, size) > width:
                lines.append("")
            lines[-1] += letter
    if len(lines) > most:
        lines = [*lines[: most - 1], fitted(" ".join(lines[most - 1 :]), width, size)]
    return lines


def runs_left(text: str) -> bool:
    """Return whether a text reads from right to left: its first letter with a direction says so."""
    kinds = map(unicodedata.bidirectional, text)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def _number(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


# Control characters, marks that reorder text, halves of characters, and what XML 1.0 has no room for.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)


def printable(text: str) -> str:
    """Return a text that pictures and documents of every form can hold."""
    return _UNPRINTABLE.sub("\ufffd", text)
