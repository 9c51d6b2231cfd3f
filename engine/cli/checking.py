"""Decide the arrangement of a file, keeping the line of each transfer, question and fault."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from engine import source
from engine.decision.deciding import decide
from engine.decision.model import Decision
from engine.decision.statute import Law
from engine.errors import ArrangementError, Fault, RulesetError, Span
from engine.law.intake import parse_json, read_arrangement

# Half of a character that JSON writes in two halves, which YAML does not do.
_HALF = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


@dataclass(frozen=True, slots=True)
class Checked:
    """A file with an arrangement.

    Attributes:
        file: Its path within the repository.
        decision: None where it cannot be read; `faults` say why, each with its line.
        places: The line of each transfer and question, by JSON pointer.
    """

    file: str
    decision: Decision | None
    faults: tuple[Fault, ...]
    places: Mapping[str, Span]

    def place(self, pointer: str) -> Span:
        """Return where something stands; the first line of the file where that is not known."""
        return self.places.get(pointer, Span(self.file, 1, 1))


def check(root: Path, file: str, law: Law, as_of: date | None, readings: Mapping[str, str]) -> Checked:
    """Decide the arrangement of a file; what cannot be read is told and decides nothing.

    Args:
        root: Folder that `file` is a path in.
    """
    path = root / file
    if path.is_symlink():  # to anywhere on the machine that decides
        return _unreadable(file, [Fault("not-a-file", "this is a link and not a file", Span(file, 1, 1))])
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        place = Span(file, error.object.count(b"\n", 0, error.start) + 1, 1)
        return _unreadable(file, [Fault("not-utf-8", "the file is not UTF-8", place)])
    node: source.Node | None = None
    try:
        if file.lower().endswith(".json"):
            node, data = _json(text, file)
        else:
            node = source.parse(text, file)
            data = source.plain(node)
        arrangement = read_arrangement(data, law.library)
    except RulesetError as error:
        return _unreadable(file, error.faults)
    except ArrangementError as error:
        placed = [Fault(each.code, each.message, _place(node, file, each.where), each.help) for each in error.faults]
        return _unreadable(file, placed)
    decision = decide(arrangement, law, as_of=as_of, readings=readings)
    pointers = [f"/transfers/{number}" for number in range(len(decision.transfers))]
    pointers += [question.pointer for question in decision.questions]
    return Checked(file, decision, (), {pointer: _place(node, file, pointer) for pointer in pointers})


def _json(text: str, file: str) -> tuple[source.Node | None, Any]:
    """Return JSON with its places: almost all JSON is YAML as well, though not ours, which has no `null`.

    Raises:
        RulesetError: It is not JSON.
    """
    node, refused = source.outline(_HALF.sub(r"\\u003f", text), file)
    try:
        return node, parse_json(text)
    except ArrangementError as error:
        places = [fault.where for fault in refused if fault.code == error.faults[0].code] or [_end(text, file)]
        raise RulesetError([Fault(each.code, each.message, places[0], each.help) for each in error.faults]) from None


def _end(text: str, file: str) -> Span:
    """Return where a text ends to be JSON; its first line where it is some that we do not read."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return Span(file, error.lineno, error.colno)
    except (ValueError, RecursionError):
        pass
    return Span(file, 1, 1)


def _place(node: source.Node | None, file: str, where: Span | str) -> Span:
    if isinstance(where, Span):
        return where
    return source.span_at(node, where) if node else Span(file, 1, 1)


def _unreadable(file: str, faults: Sequence[Fault]) -> Checked:
    return Checked(file, None, tuple(faults), {})
