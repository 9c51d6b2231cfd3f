"""A timeline as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.decision.changing import LegalChange
from engine.decision.rendering import WORDS
from engine.decision.spells import Line
from engine.decision.timeline import Timeline

_VERBS = {
    "rule_begins": "begins",
    "rule_ends": "ends",
    "number_changes": "number",
    "member_joins": "joins",
    "member_leaves": "leaves",
    "coverage_changes": "coverage",
}


def timeline_text(timeline: Timeline) -> str:
    """Return a timeline as text: the whole, each transfer, each instrument, and the events of the law."""
    return "\n".join(_lines(timeline)) + "\n"


def _lines(timeline: Timeline) -> Iterator[str]:
    span = f"{timeline.first} to {timeline.last}"
    yield f"{timeline.title}: {span} (facts and evidence of {timeline.today})"
    yield ""
    yield "Whole arrangement"
    yield from _spells(timeline.whole)
    for transfer in timeline.transfers:
        yield ""
        yield f"Transfer {transfer.transfer}"
        if len(timeline.transfers) > 1:
            yield from _spells(transfer)
        for line in timeline.instruments:
            if line.transfer == transfer.transfer:
                yield f"  {line.instrument} ({line.dataset}): {line.title}"
                yield from _spells(line, "  ")
    if timeline.events:
        yield ""
        yield "What begins and ends in the law for these countries (* an outcome turns on it)"
        for event in timeline.events:
            star = "*" if event.moves else " "
            yield f"  {event.day} {star} {change_text(event.change)}"
    yield ""
    yield timeline.basis.sentence()


def _spells(line: Line, pad: str = "") -> Iterator[str]:
    for spell in line.spells:
        end = spell.last.isoformat() if spell.last else "..."
        by = f" by {spell.mechanism}" if spell.mechanism else ""
        yield f"{pad}  {spell.first} to {end:10}  {WORDS[spell.outcome]}{by}"
        yield from (f"{pad}      {text}" for text in _told(spell.because))


def _told(changes: Iterable[LegalChange], most: int = 6) -> Iterator[str]:
    listed = list(changes)
    yield from (change_text(change) for change in listed[:most])
    if len(listed) > most:
        yield f"and {len(listed) - most} more changes"


def change_text(change: LegalChange) -> str:
    """Return a change of the law as a line."""
    recalled = " (recalled)" if change.recalled else ""
    return f"{_VERBS[change.kind]} {change.id}: {change.what} [{change.cite}]{recalled}"
