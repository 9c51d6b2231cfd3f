"""The law as plain data, for people and programs that browse it."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.decision.statute import Law
from engine.law.model import END, Period, Rule


def _until(period: Period) -> str | None:
    return None if period.last == END else period.last.isoformat()


def instrument_list(law: Law, day: date) -> list[dict[str, Any]]:
    """Return the instruments in force on a day."""
    book = law.books.on(day)
    return [
        {
            "id": each.id,
            "title": each.title,
            "jurisdiction": each.jurisdiction,
            "kind": each.kind,
            "rules": len(book.rules[each.id]),
            "in_force_from": each.period.first.isoformat(),
            "in_force_until": _until(each.period),
            "cite": each.source.cite,
            "href": each.source.href or None,
        }
        for each in book.instruments.values()
    ]


def instrument_data(law: Law, name: str, day: date) -> dict[str, Any]:
    """Return one instrument with its rules and parameters as of a day."""
    instrument = law.library.instruments[name]
    numbers = {
        number.name: [
            {
                "value": value.value,
                "unit": number.unit,
                "from": value.period.first.isoformat(),
                "until": _until(value.period),
                "cite": value.cite,
            }
            for value in number.values
        ]
        for number in instrument.numbers.values()
    }
    return {
        "id": instrument.id,
        "title": instrument.title,
        "jurisdiction": instrument.jurisdiction,
        "kind": instrument.kind,
        "as_of": day.isoformat(),
        "in_force_from": instrument.period.first.isoformat(),
        "in_force_until": _until(instrument.period),
        "cite": instrument.source.cite,
        "href": instrument.source.href or None,
        "checked_on": instrument.checked.on.isoformat(),
        "checked_text": instrument.checked.text,
        "hook": instrument.hook,
        "rules": [rule_data(rule) for rule in instrument.rules if day in rule.period],
        "parameters": numbers,
        "not_encoded": [{"what": what, "why": why} for what, why in instrument.not_encoded],
        "not_verified": [{"what": what, "why": why} for what, why in instrument.not_verified],
        "sha256": instrument.digest,
    }


def rule_data(rule: Rule) -> dict[str, Any]:
    """Return one rule."""
    return {
        "id": rule.id,
        "kind": rule.kind,
        "cite": rule.cite,
        "href": rule.href or None,
        "says": rule.says,
        "from": rule.period.first.isoformat(),
        "until": _until(rule.period),
        "checked_on": rule.checked.on.isoformat(),
        "checked_text": rule.checked.text,
        "when": [condition.text for condition in rule.when],
        "requires": [condition.text for condition in rule.requires],
        "fulfilled_by": [condition.text for condition in rule.fulfilled_by],
        "timing": rule.timing,
        "days": rule.days,
        "owed_by": rule.owed_by or None,
        "for": list(rule.routes),
        "to": list(rule.to),
        "defines": rule.defines or None,
        "about": list(rule.about),
        "note": rule.note or None,
    }
