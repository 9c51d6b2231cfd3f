"""What is covered, as a table: jurisdictions and bodies, with their days and instruments."""

from __future__ import annotations

from collections.abc import Iterator

from engine.facts.places import countries, country_name
from engine.law.model import BEGINNING, CoveredDays, Instrument, Library


def coverage_table(library: Library) -> str:
    """Return the table as Markdown, jurisdictions in order of code."""
    return "\n".join(_lines(library)) + "\n"


def _lines(library: Library) -> Iterator[str]:
    total = len(library.instruments)
    yield f"{total} instruments, {len(library.rules)} rules."
    yield ""
    yield "| jurisdiction | covered from | instruments | rules |"
    yield "|---|---|---|---|"
    by_place: dict[str, list[Instrument]] = {}
    for instrument in library.instruments.values():
        by_place.setdefault(instrument.jurisdiction, []).append(instrument)
    keys = {key for key in library.coverage if not key.startswith("group:")}
    for code in sorted(keys | set(by_place)):
        found = by_place.get(code, [])
        rules = sum(len(each.rules) for each in found)
        names = ", ".join(f"`{each.id}`" for each in found) or "law of a group it belongs to"
        yield f"| {_place(code)} | {_since(code, library)} | {names} | {rules or ''} |"


def _place(code: str) -> str:
    return f"{country_name(code)} ({code})" if code in countries() else code


def _since(code: str, library: Library) -> str:
    spells: tuple[CoveredDays, ...] = library.coverage.get(code, ())
    days = ["the beginning" if spell.period.first == BEGINNING else spell.period.first.isoformat() for spell in spells]
    if days:
        return ", ".join(days)
    groups = [key for key in library.coverage if key == f"group:{code.lower()}"]
    return ", ".join(spell.period.first.isoformat() for key in groups for spell in library.coverage[key]) or "–"
