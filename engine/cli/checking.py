"""Decide the arrangement of a file, keeping the line of each transfer, question and fault."""

from __future__ import annotations

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
    except UnicodeDecodeError:
        return _unreadable(file, [Fault("not-utf-8", "the file is not UTF-8", Span(file, 1, 1))])
    node: source.Node | None = None
    try:
        if file.lower().endswith(".json"):
            data: Any = parse_json(text)
            node = _with_places(text, file)
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


def _with_places(text: str, file: str) -> source.Node | None:
    """Return JSON read as YAML for its lines; None where our YAML has no such words, as it has no `null`."""
    try:
        return source.parse(text, file)
    except RulesetError:
        return None


def _place(node: source.Node | None, file: str, where: Span | str) -> Span:
    if isinstance(where, Span):
        return where
    return source.span_at(node, where) if node else Span(file, 1, 1)


def _unreadable(file: str, faults: Sequence[Fault]) -> Checked:
    return Checked(file, None, tuple(faults), {})
