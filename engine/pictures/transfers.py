"""The map of transfers: a lane for each party, and a row for each transfer with its arrow from lane to lane.

Arrows have the colour, the pattern and the sign of the outcome. No two of them share a row, so nothing overlaps however
the parties are connected.
"""

from __future__ import annotations

from engine.decision.model import Decision, TransferDecision
from engine.facts.arrangement import Arrangement, Party
from engine.facts.places import place_name
from engine.inference.outcomes import OUTCOMES
from engine.pictures.svg import FAINT, INK, LOOKS, Drawing, fitted, width_of, wrapped

_WIDTH, _MARGIN, _LABEL, _ROW, _TOP = 800.0, 12.0, 236.0, 58.0, 58.0
# Where a lane is narrower, its head holds a number that stands for the party.
_NARROW, _NARROWEST = 84.0, 44.0
_NAME, _LINE = 10.5, 13.0


def map_svg(arrangement: Arrangement, decision: Decision, first: int = 0, most: int | None = None) -> str:
    """Return the map of transfers as SVG.

    Args:
        arrangement: The one that was decided.
        first: Number of the first transfer to show, from 0; a map may be too long for a page.
        most: How many transfers to show at most.
    """
    shown = decision.transfers[first : None if most is None else first + most]
    return _Map(arrangement, decision, shown, first).drawn()


class _Map:
    def __init__(
        self, arrangement: Arrangement, decision: Decision, shown: tuple[TransferDecision, ...], first: int
    ) -> None:
        self.decision, self.shown, self.first = decision, shown, first
        self.parties = {party.id: party for party in arrangement.parties}
        self.given = {transfer.id: transfer for transfer in arrangement.transfers}
        # In the order in which the transfers name them: arrows are short then.
        ids = list(dict.fromkeys(each for t in shown for each in (t.exporter, t.importer)))
        self.lanes = {party: index for index, party in enumerate(ids)}
        left = _LABEL + 2 * _MARGIN
        self.lane = max((_WIDTH - _MARGIN - left) / max(len(ids), 1), _NARROWEST)
        self.left = left
        self.width = max(_WIDTH, left + self.lane * len(ids) + _MARGIN)
        self.is_narrow = self.lane < _NARROW
        self.heads = {party: self._head(self.parties[party]) for party in ids}
        self.head = 30.0 if self.is_narrow else 12 + _LINE * max((len(each) for each in self.heads.values()), default=1)
        self.rows = _TOP + self.head + 10

    def _head(self, party: Party) -> list[str]:
        name = wrapped(party.name or party.id, self.lane - 18, _NAME, 5)
        return [*name, *wrapped(place_name(party.country), self.lane - 18, _NAME - 1, 2)]

    def drawn(self) -> str:
        bottom = self.rows + _ROW * len(self.shown)
        keys = _LINE * 1.4 * len(self.lanes) + 10 if self.is_narrow else 0
        name = f"map-{self.first}" if self.first else "map"
        self.picture = Drawing(self.width, bottom + keys + 74, self._title(), self._described(), name)
        title = fitted(self.decision.title, self.width - 2 * _MARGIN, 15)
        self.picture.text(_MARGIN, 24, title, 15, font_weight="bold")
        self.picture.text(_MARGIN, 43, self._says(), 11, fill=FAINT)
        for index in range(1, len(self.shown), 2):
            self.picture.rectangle(0, self.rows + _ROW * index, self.width, _ROW, "#f4f4f4")
        for party in self.lanes:
            self._lane(party, bottom)
        for index, transfer in enumerate(self.shown):
            self._label(transfer, self.rows + _ROW * index)
            self._arrow(transfer, self.rows + _ROW * (index + 0.5))
        if self.is_narrow:
            self._keys(bottom + 22)
        outcomes = {transfer.outcome for transfer in self.shown}
        self.picture.legend(
            _MARGIN, bottom + keys + 22, [o for o in OUTCOMES if o in outcomes], self.width - 2 * _MARGIN
        )
        return self.picture.written()

    def _title(self) -> str:
        part = "" if len(self.shown) == len(self.decision.transfers) else f" ({self._part()})"
        return f"Map of transfers: {self.decision.title}{part}"

    def _part(self) -> str:
        return f"transfers {self.first + 1} to {self.first + len(self.shown)} of {len(self.decision.transfers)}"

    def _says(self) -> str:
        if not self.decision.transfers:
            return "No transfer is described."
        part = "" if len(self.shown) == len(self.decision.transfers) else f"; {self._part()}"
        return f"The whole: {LOOKS[self.decision.outcome].word} (law of {self.decision.as_of}){part}"

    def _described(self) -> str:
        listed = "; ".join(map(self._in_words, self.shown))
        return f"{self._says()}. {listed}." if listed else self._says()

    def _in_words(self, transfer: TransferDecision) -> str:
        sender, receiver = (
            f"{party.name or party.id}, {place_name(party.country)}"
            for party in (self.parties[transfer.exporter], self.parties[transfer.importer])
        )
        return f"{transfer.id}, {sender} to {receiver} ({self._carries(transfer)}): {LOOKS[transfer.outcome].word}"

    def _carries(self, transfer: TransferDecision) -> str:
        given = self.given[transfer.id]
        return f"{given.mode.replace('_', ' ')}: {', '.join(given.datasets)}"

    def _x(self, party: str) -> float:
        return self.left + self.lane * (self.lanes[party] + 0.5)

    def _lane(self, party: str, bottom: float) -> None:
        x, picture = self._x(party), self.picture
        picture.element(
            "line", x1=x, y1=_TOP + self.head, x2=x, y2=bottom, stroke="#8a8a8a", stroke_width=1, stroke_dasharray="1 3"
        )
        if self.is_narrow:
            picture.element("circle", cx=x, cy=_TOP + 8, r=10, fill="#ffffff", stroke=INK)
            picture.text(x, _TOP + 12, str(self.lanes[party] + 1), 11, text_anchor="middle", font_weight="bold")
            code = fitted(self.parties[party].country, self.lane, 9.5)
            picture.text(x, _TOP + 29, code, 9.5, text_anchor="middle", fill=FAINT)
            return
        picture.rectangle(x - self.lane / 2 + 4, _TOP, self.lane - 8, self.head, "#ffffff", stroke=INK, rx=4)
        country = len(wrapped(place_name(self.parties[party].country), self.lane - 18, _NAME - 1, 2))
        lines = self.heads[party]
        for index, line in enumerate(lines):
            is_name = index < len(lines) - country
            look = {"font_weight": "bold"} if is_name else {"fill": FAINT}
            size = _NAME if is_name else _NAME - 1
            picture.text(x, _TOP + 16 + _LINE * index, line, size, text_anchor="middle", **look)

    def _label(self, transfer: TransferDecision, top: float) -> None:
        look, picture = LOOKS[transfer.outcome], self.picture
        picture.text(_MARGIN, top + 16, fitted(transfer.id, _LABEL, 11.5), 11.5, font_weight="bold")
        picture.text(_MARGIN, top + 30, fitted(self._carries(transfer), _LABEL, 10), 10, fill=FAINT)
        word = f"{look.sign} {look.word}"
        width = width_of(word, 10) + 26
        picture.outcome(_MARGIN, top + 36, width, 16, transfer.outcome)
        picture.on_outcome(_MARGIN + width / 2, top + 47.5, word, transfer.outcome, 10)

    def _arrow(self, transfer: TransferDecision, y: float) -> None:
        look = LOOKS[transfer.outcome]
        group = self.picture.element("g")
        self.picture.element("title", self._in_words(transfer), group)
        start, end = self._x(transfer.exporter), self._x(transfer.importer)
        way = 1 if end > start else -1
        width = 3.2 if transfer.outcome == "prohibited" else 2.2
        more = {"stroke_dasharray": look.dash} if look.dash else {}
        draw = self.picture.element
        draw("line", "", group, x1=start, y1=y, x2=end - 10 * way, y2=y, stroke=look.line, stroke_width=width, **more)
        tip = end - 1.5 * way
        head = f"M{tip - 10 * way:.1f} {y - 6:.1f} L{tip:.1f} {y:.1f} L{tip - 10 * way:.1f} {y + 6:.1f} Z"
        draw("path", "", group, d=head, fill=look.line)
        draw("circle", "", group, cx=start, cy=y, r=3.5, fill=look.line)
        middle = (start + end) / 2 - 4 * way
        draw("circle", "", group, cx=middle, cy=y, r=10, fill=look.fill, stroke=look.line, stroke_width=1.6)
        sign = {"font_size": 11, "fill": look.ink, "text_anchor": "middle", "font_weight": "bold"}
        draw("text", look.sign, group, x=middle, y=y + 4, **sign)

    def _keys(self, y: float) -> None:
        for party, index in self.lanes.items():
            found, top = self.parties[party], y + _LINE * 1.4 * index
            text = f"{found.name or found.id}, {place_name(found.country)}"
            self.picture.text(_MARGIN + 16, top, str(index + 1), _NAME, text_anchor="end", font_weight="bold")
            self.picture.text(_MARGIN + 24, top, fitted(text, self.width - 3 * _MARGIN - 24, _NAME), _NAME)
