"""A matrix as a heat map: exporters in rows, importers in columns, outcome by colour, pattern and sign."""

from __future__ import annotations

from engine.analysis.matrix import Cell, Matrix
from engine.analysis.matrix_text import says
from engine.facts.places import country_name
from engine.inference.outcomes import OUTCOMES
from engine.pictures.svg import FAINT, LOOKS, Drawing, fitted, width_of, wrapped

_LEFT, _TOP, _NARROWEST = 150, 84, 640


def heatmap_svg(found: Matrix) -> str:
    """Return a matrix as SVG; each cell says in its tooltip what it stands for."""
    count = len(found.countries)
    size = 44 if count <= 12 else 34 if count <= 20 else 26 if count <= 30 else 18
    width = max(_LEFT + size * count + 20, _NARROWEST)
    picture = Drawing(width, _TOP + size * count, f"{found.title}, law of {found.as_of}", _described(found))
    picture.text(12, 22, fitted(found.title, width - 24, 14), 14, font_weight="bold")
    reforms = f", under {', '.join(found.basis.reforms)}" if found.basis.reforms else ""
    note = f"law of {found.as_of}{reforms}; rows: exporter, columns: importer; number: effort of the cheapest remedy"
    picture.text(12, 40, fitted(note, width - 24, 10.5), 10.5, fill=FAINT)
    for index, place in enumerate(found.countries):
        middle = _LEFT + size * (index + 0.5)
        picture.text(middle, _TOP - 8, place, min(12, size * 0.45), text_anchor="middle", font_weight="bold")
        y = _TOP + size * index + size * 0.62
        label = fitted(f"{country_name(place)} {place}", _LEFT - 18, 11)
        picture.text(_LEFT - 8, y, label, min(11, size * 0.6), text_anchor="end")
    places = {place: index for index, place in enumerate(found.countries)}
    for cell in found.cells:
        _cell(picture, cell, _LEFT + size * places[cell.importer], _TOP + size * places[cell.exporter], size)
    shown = {cell.outcome for cell in found.cells}
    below = picture.legend(12, _TOP + size * count + 22, [o for o in OUTCOMES if o in shown], width - 24)
    for line in wrapped(found.basis.sentence(), width - 24, 9, 3):
        picture.text(12, below + 8, line, 9, fill=FAINT)
        below += 12
    picture.end_at(below + 6)
    return picture.written()


def _cell(picture: Drawing, cell: Cell, x: float, y: float, size: float) -> None:
    exporter, importer = country_name(cell.exporter), country_name(cell.importer)
    picture.outcome(x + 1, y + 1, size - 2, size - 2, cell.outcome, f"{exporter} to {importer}: {says(cell)}")
    text = LOOKS[cell.outcome].sign
    if cell.effort:
        text = f"{text} {cell.effort}" if width_of(f"{text} {cell.effort}", 10) + 6 < size else str(cell.effort)
    letters = min(11, size * 0.5)
    if width_of(text, letters) + 4 <= size:
        picture.on_outcome(x + size / 2, y + size * 0.62, text, cell.outcome, letters)


def _described(found: Matrix) -> str:
    counts = {o: sum(cell.outcome == o for cell in found.cells) for o in OUTCOMES}
    listed = ", ".join(f"{number} {LOOKS[o].word}" for o, number in counts.items() if number)
    return f"Of {len(found.cells)} ordered pairs of {', '.join(map(country_name, found.countries))}: {listed}."
