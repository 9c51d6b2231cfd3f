"""Browse the law and the vocabulary as text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

from engine.decision.browsing import instrument_data, instrument_list, rule_data
from engine.decision.statute import Law
from engine.errors import ArrangementError, Fault, did_you_mean
from engine.law.model import Library


def law(law: Law, name: str | None, day: date, form: str) -> str:
    """Return instruments, one instrument, or one rule, as of a day.

    Raises:
        ArrangementError: There is no such instrument or rule.
    """
    if name is None:
        data: object = instrument_list(law, day)
    elif name in law.library.instruments:
        data = instrument_data(law, name, day)
    elif name in law.library.rules:
        data = rule_data(law.library.rules[name])
    else:
        hint = did_you_mean(name, [*law.library.instruments, *law.library.rules])
        raise ArrangementError([Fault("unknown-law", f"there is no instrument or rule `{name}`", "law", hint)])
    if form == "json":
        return json.dumps(data, indent=2, ensure_ascii=False)
    return "\n".join(_lines(data, 0))


def _lines(data: object, depth: int) -> Iterator[str]:
    pad = "  " * depth
    if isinstance(data, list):
        for item in data:
            if isinstance(item, dict):
                first, *rest = _lines(item, depth + 1)
                yield pad + "- " + first.strip()
                yield from rest
            else:
                yield f"{pad}- {item}"
    elif isinstance(data, dict):
        for key, value in data.items():
            if value in (None, "", [], {}):
                continue
            if isinstance(value, list | dict):
                yield f"{pad}{key}:"
                yield from _lines(value, depth + 1)
            else:
                yield f"{pad}{key}: {value}"


def facts(library: Library, name: str | None) -> str:
    """Return the names of everything that can be said or asked, or what one of them means."""
    entries = dict(_entries(library))
    if name is None:
        return "\n".join(f"{key}: {text.splitlines()[0]}" for key, text in entries.items())
    if name in entries:
        return f"{name}: {entries[name]}"
    hint = did_you_mean(name, entries)
    raise ArrangementError(
        [Fault("unknown-fact", f"there is no fact, trait, measure or reading `{name}`", "facts", hint)]
    )


def _entries(library: Library) -> Iterator[tuple[str, str]]:
    for (root, key), spec in library.vocabulary.facts.items():
        terms = library.vocabulary.enums.get(spec.of, {})
        listed = "".join(f"\n  {term.name}: {term.says}" for term in terms.values())
        yield f"{root}.{key}", f"{spec.says} ({spec.type}){listed}"
    for trait in library.traits.values():
        values = f"\n  one of {', '.join(trait.values)}" if trait.values else ""
        yield trait.id, f"{trait.ask or 'worked out by definitions'} ({trait.type} of a {trait.of}){values}"
    for measure in library.measures.values():
        fields = "".join(f"\n  {f.name}: {f.ask} ({', '.join(f.values) or f.type})" for f in measure.fields.values())
        yield measure.id, f"{measure.ask} (measure, by {measure.by}, effort {measure.effort}){fields}"
    for reading in library.readings.values():
        options = "".join(f"\n  {o.name}: {o.says} [{o.cite}]" for o in reading.options.values())
        yield reading.id, f"{reading.ask} (reading){options}"
