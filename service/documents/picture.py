"""The map of transfers as a picture: one row each, from whom to whom, with the outcome upon the arrow."""

from __future__ import annotations

from engine.inference.outcomes import OUTCOMES
from engine.pictures.svg import FAINT, INK, LOOKS, Drawing, fitted
from service.documents.subject import Subject

_ROW, _BOX, _WIDTH = 74, 230, 760
_MOST_ROWS = 24


def most_rows() -> int:
    """Return how many transfers a picture shows at most; beyond, a table reads better."""
    return _MOST_ROWS


def transfers_svg(subject: Subject) -> str:
    """Return the map of transfers as SVG; colour is never the only sign of an outcome."""
    transfers = subject.decision.transfers
    described = "; ".join(f"{t.exporter} to {t.importer}: {LOOKS[t.outcome].word}" for t in transfers)
    picture = Drawing(_WIDTH, _ROW * len(transfers) + 44, "Map of transfers", described)
    for index, transfer in enumerate(transfers):
        top = index * _ROW + 8
        for left, party in ((4, transfer.exporter), (_WIDTH - _BOX - 4, transfer.importer)):
            found = subject.party(party)
            picture.rectangle(left, top, _BOX, 52, "#ffffff", stroke=INK, stroke_width=1.2, rx=4)
            label = found.name if found and found.name else party
            picture.text(left + 10, top + 22, fitted(label, _BOX - 14, 13), 13, font_weight="bold")
            picture.text(left + 10, top + 41, fitted(subject.place(party), _BOX - 14, 11), 11, fill=FAINT)
        _arrow(picture, subject, index, top)
    shown = {transfer.outcome for transfer in transfers}
    picture.legend(4, _ROW * len(transfers) + 16, [each for each in OUTCOMES if each in shown], _WIDTH - 8)
    return picture.written()


def _arrow(picture: Drawing, subject: Subject, index: int, top: float) -> None:
    transfer = subject.decision.transfers[index]
    left, right, y = _BOX + 10, _WIDTH - _BOX - 10, top + 28
    picture.element("line", x1=left, y1=y, x2=right - 8, y2=y, stroke=INK, stroke_width=1.6)
    picture.element("path", d=f"M{right - 10} {y - 6} L{right} {y} L{right - 10} {y + 6} Z", fill=INK)
    middle, look = (left + right) / 2, LOOKS[transfer.outcome]
    picture.outcome(middle - 95, y - 11, 190, 22, transfer.outcome)
    picture.on_outcome(middle, y + 4, f"{look.sign} {look.word}", transfer.outcome)
    picture.text(middle, y - 17, fitted(transfer.id, right - left, 11), 11, text_anchor="middle")
    carried = ", ".join(subject.transfer(transfer.id).datasets)
    picture.text(middle, y + 26, fitted(carried, right - left, 10), 10, text_anchor="middle", fill=FAINT)
