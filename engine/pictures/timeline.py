"""The timeline of an arrangement as a picture: a row for the whole, each transfer and each instrument."""

from __future__ import annotations

from datetime import date, timedelta

from engine.decision.spells import Line, Spell
from engine.decision.timeline import Timeline
from engine.inference.outcomes import OUTCOMES, Outcome
from engine.pictures.svg import FAINT, INK, LOOKS, Drawing, fitted, width_of

_LABEL, _CHART, _ROW, _TOP, _RIGHT = 300, 760, 30, 66, 24
_BAR = 22


def timeline_svg(timeline: Timeline) -> str:
    """Return a timeline as SVG. Days before the first change that matters are left out."""
    rows = [timeline.whole, *(timeline.transfers if len(timeline.transfers) > 1 else ()), *timeline.instruments]
    scale = _Scale(timeline, rows)
    height = _TOP + _ROW * len(rows) + 84
    picture = Drawing(_LABEL + _CHART + _RIGHT, height, _title(timeline), _described(timeline))
    picture.text(12, 24, fitted(timeline.title, _LABEL + _CHART - 24, 16), 16, font_weight="bold")
    picture.text(12, 44, f"Outcome under the law of each day; facts and evidence of {timeline.today}", 11, fill=FAINT)
    for year in scale.years():
        x = scale.x(date(year, 1, 1))
        picture.element("line", x1=x, y1=_TOP - 4, x2=x, y2=_TOP + _ROW * len(rows), stroke="#dddddd", stroke_width=1)
        picture.text(x, _TOP - 8, str(year), 10, text_anchor="middle", fill=FAINT)
    for index, row in enumerate(rows):
        _row(picture, row, scale, _TOP + index * _ROW, is_whole=not row.instrument)
    _mark_today(picture, timeline.today, scale, _TOP + _ROW * len(rows))
    shown = {spell.outcome for row in rows for spell in row.spells}
    end = picture.legend(12, _TOP + _ROW * len(rows) + 26, [o for o in OUTCOMES if o in shown], _LABEL + _CHART)
    picture.text(12, end + 10, fitted(timeline.basis.sentence(), _LABEL + _CHART, 9.5), 9.5, fill=FAINT)
    return picture.written()


class _Scale:
    def __init__(self, timeline: Timeline, rows: list[Line]) -> None:
        starts = [spell.first for row in rows for spell in row.spells if spell.first > timeline.first]
        ends = [timeline.today, *starts]
        year = timedelta(days=365)
        self.first = max(timeline.first, min([timeline.today, *starts]) - year)
        self.last = min(timeline.last, max(ends) + 2 * year) if timeline.last > max(ends) else max(ends) + year
        self.days = max((self.last - self.first).days, 1)

    def x(self, day: date) -> float:
        clamped = min(max(day, self.first), self.last)
        return _LABEL + _CHART * (clamped - self.first).days / self.days

    def years(self) -> list[int]:
        span = self.last.year - self.first.year
        step = 1 if span <= 14 else 2 if span <= 28 else 5
        return [year for year in range(self.first.year + 1, self.last.year + 1) if year % step == 0]


def _row(picture: Drawing, row: Line, scale: _Scale, y: float, is_whole: bool) -> None:
    label = row.instrument or (f"transfer {row.transfer}" if row.transfer else "whole arrangement")
    if row.instrument:
        label = f"{label} ({row.transfer})"
    label = fitted(label, _LABEL - 30, 11.5)
    picture.text(12 if is_whole else 22, y + 16, label, 11.5, font_weight="bold" if is_whole else "normal")
    for spell in row.spells:
        last = spell.last or scale.last
        if last < scale.first or spell.first > scale.last:
            continue
        left, right = scale.x(spell.first), scale.x(last + timedelta(days=1) if spell.last else last)
        picture.outcome(left, y + 2, max(right - left, 1.5), _BAR, spell.outcome, _says(spell))
        _label(picture, spell.outcome, left, right, y)


def _label(picture: Drawing, outcome: Outcome, left: float, right: float, y: float) -> None:
    look = LOOKS[outcome]
    long = f"{look.sign} {look.word}"
    for text in (long, look.sign):
        if width_of(text, 10) + 10 <= right - left:
            picture.on_outcome((left + right) / 2, y + 17, text, outcome, 10)
            return


def _mark_today(picture: Drawing, today: date, scale: _Scale, bottom: float) -> None:
    if scale.first <= today <= scale.last:
        x = scale.x(today)
        picture.element(
            "line", x1=x, y1=_TOP - 2, x2=x, y2=bottom + 6, stroke=INK, stroke_width=1.6, stroke_dasharray="5 3"
        )
        picture.text(x, bottom + 17, today.isoformat(), 10, text_anchor="middle")


def _says(spell: Spell) -> str:
    end = f" to {spell.last}" if spell.last else " on"
    why = "; ".join(f"{change.what} [{change.cite}]" for change in spell.because[:3])
    return f"{spell.first}{end}: {LOOKS[spell.outcome].word}{'. ' + why if why else ''}"


def _title(timeline: Timeline) -> str:
    return f"Timeline: {timeline.title}"


def _described(timeline: Timeline) -> str:
    spells = [_says(spell) for spell in timeline.whole.spells]
    return f"The whole arrangement is: {' '.join(text if text.endswith('.') else text + '.' for text in spells)}"
