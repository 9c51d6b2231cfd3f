"""A matrix as CSV and as a page of HTML."""

from __future__ import annotations

import csv
import io
from html import escape

from engine.analysis.matrix import CAUSES, Cell, Matrix, Total
from engine.facts.places import country_name
from engine.pictures.svg import LOOKS


def matrix_csv(found: Matrix) -> str:
    """Return one line for each pair."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    causes = [cause.replace(" ", "_") for cause in CAUSES]
    head = ["scenario", "as_of", "exporter", "importer", "outcome", "status", "effort", "mechanisms", "acts"]
    writer.writerow([*head, *causes, "stopped_by"])
    for cell in found.cells:
        writer.writerow(
            [
                cell_text(found.scenario),
                found.as_of,
                cell.exporter,
                cell.importer,
                cell.outcome,
                cell.status,
                "" if cell.effort is None else cell.effort,
                " ".join(cell.mechanisms),
                " ".join(cell.acts),
                *(cell.friction.get(cause, 0) for cause in CAUSES),
                "; ".join(cell.stopped),
            ]
        )
    return out.getvalue()


def cell_text(text: str) -> str:
    """Return a text for a spreadsheet: what would be worked out there as a formula is marked as text."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def matrix_html(found: Matrix, picture: str) -> str:
    """Return a page with the heat map and the same as tables; it needs nothing from elsewhere."""
    title = escape(f"{found.title}, law of {found.as_of}")
    head = "".join(f'<th scope="col">{place}</th>' for place in found.countries)
    rows = []
    for one in found.countries:
        cells = "".join(_data_cell(found.cell(one, other)) for other in found.countries)
        rows.append(f'<tr><th scope="row">{one} {escape(country_name(one))}</th>{cells}</tr>')
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body>
<h1>{title}</h1>
{picture}
<h2>Every pair</h2>
<table border="1"><caption>Exporters in rows, importers in columns: outcome, and effort of the cheapest remedy</caption>
<thead><tr><th></th>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>
{_totals("Exporters", found.exporters)}
{_totals("Importers", found.importers)}
<p>{escape(found.notice)}</p>
<p>{escape(found.basis.sentence())}</p>
</body></html>
"""


def _data_cell(cell: Cell | None) -> str:
    if cell is None:
        return "<td></td>"
    effort = "" if not cell.effort else f" {cell.effort}"
    return f"<td>{LOOKS[cell.outcome].sign}{effort} <small>{escape(says(cell))}</small></td>"


def _totals(title: str, totals: tuple[Total, ...]) -> str:
    head = "".join(f'<th scope="col">{cause}</th>' for cause in CAUSES)
    rows = "".join(
        f'<tr><th scope="row">{escape(country_name(each.country))}</th><td>{each.effort}</td>'
        + "".join(f"<td>{_friction(each, cause)}</td>" for cause in CAUSES)
        + "</tr>"
        for each in totals
    )
    caption = f"{title}: effort over all pairs, by cause; + counts pairs that a cause rules out or leaves open"
    return (
        f'<table border="1"><caption>{caption}</caption><thead><tr><th></th><th scope="col">effort</th>{head}</tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _friction(total: Total, cause: str) -> str:
    stopped = total.stopped.get(cause, 0)
    return f"{total.friction.get(cause, 0)}{f' + {stopped}' if stopped else ''}"


def says(cell: Cell) -> str:
    """Return a cell in words."""
    word = LOOKS[cell.outcome].word
    if cell.effort:
        split = ", ".join(f"{cause} {effort}" for cause, effort in cell.friction.items())
        return f"{word}; effort {cell.effort} ({split}): {', '.join(cell.acts)}"
    return f"{word}{': ' + ', '.join(cell.stopped) if cell.stopped else ''}"
