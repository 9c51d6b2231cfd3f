"""Build SVG: elements, text that fits, and how each outcome is drawn.

Only presentation attributes are used, no style sheets and no scripts, so that a picture can stand in a page with a
strict content security policy, in a document, and alone.
"""

from __future__ import annotations

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
        ink: Colour of lines and of text upon the fill.
    """

    fill: str
    ink: str
    sign: str
    word: str
    dash: str = ""


LOOKS: Final[dict[Outcome, Look]] = {
    "prohibited": Look("#8c1c13", "#ffffff", "×", "prohibited"),
    "not_yet_permitted": Look("#f4b942", INK, "!", "not yet permitted", "9 4"),
    "undetermined": Look("#d9d2e9", INK, "?", "undetermined", "2 4"),
    "permitted_with_conditions": Look("#bfe3d0", INK, "✓·", "permitted with conditions", "14 3 3 3"),
    "permitted": Look("#ffffff", INK, "✓", "permitted"),
    "not_applicable": Look("#f5f5f5", FAINT, "–", "does not apply", "1 5"),
}


class Drawing:
    """One picture under way."""

    def __init__(self, width: float, height: float, title: str, description: str) -> None:
        self.root = ElementTree.Element(
            "svg",
            {
                "xmlns": NAMESPACE,
                "viewBox": f"0 0 {_number(width)} {_number(height)}",
                "width": _number(width),
                "height": _number(height),
                "role": "img",
                "aria-labelledby": "picture-title picture-description",
                "font-family": FONT,
            },
        )
        ElementTree.SubElement(self.root, "title", {"id": "picture-title"}).text = title
        ElementTree.SubElement(self.root, "desc", {"id": "picture-description"}).text = description
        self._patterns()
        self.rectangle(0, 0, width, height, "#ffffff")

    def _patterns(self) -> None:
        defs = ElementTree.SubElement(self.root, "defs")
        for outcome in OUTCOMES:
            look = LOOKS[outcome]
            pattern = ElementTree.SubElement(
                defs,
                "pattern",
                {"id": f"fill-{outcome}", "width": "8", "height": "8", "patternUnits": "userSpaceOnUse"},
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
            made.text = _clean(text)
        return made

    def rectangle(
        self, x: float, y: float, width: float, height: float, fill: str, **more: object
    ) -> ElementTree.Element:
        """Add a rectangle."""
        return self.element("rect", "", None, x=x, y=y, width=width, height=height, fill=fill, **more)

    def outcome(self, x: float, y: float, width: float, height: float, outcome: Outcome, says: str = "") -> None:
        """Add a rectangle that shows an outcome, with a tooltip."""
        stroke = INK if outcome != "not_applicable" else "#bbbbbb"
        box = self.rectangle(x, y, width, height, f"url(#fill-{outcome})", stroke=stroke, stroke_width=0.8)
        if says:
            self.element("title", says, box)

    def text(self, x: float, y: float, text: str, size: float = 12, **more: object) -> ElementTree.Element:
        """Add a line of text."""
        more.setdefault("fill", INK)
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


def width_of(text: str, size: float) -> float:
    """Return how wide a text is at most, roughly."""
    return len(text) * size * _LETTER


def fitted(text: str, width: float, size: float) -> str:
    """Return as much of a text as fits."""
    most = int(width / (size * _LETTER))
    return text if len(text) <= most else text[: max(most - 1, 0)] + "…"


def _number(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _clean(text: str) -> str:
    # XML 1.0 has no room for control characters; arrangements cannot hold them, rulesets might.
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")
