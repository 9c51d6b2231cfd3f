"""What can go wrong, and how it is told.

    SafeconductError
    ├── RulesetError        a rule author's mistake: faults in ruleset files
    ├── ArrangementError    a caller's mistake: faults in an arrangement
    └── EvaluationError     the law or the facts do not decide, or an evaluator failed

Faults are collected, sorted by place and raised together. Nothing here prints or exits.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a text file; `line` and `column` count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake.

    Attributes:
        code: Stable, kebab-case name of the kind of mistake.
        message: What is wrong; lower case, no full stop, user input in backticks.
        where: A `Span` (ruleset files) or a JSON pointer (arrangements).
        help: What to do about it, or an empty string.
    """

    code: str
    message: str
    where: Span | str
    help: str = ""

    def __str__(self) -> str:
        line = f"{self.where}: error[{self.code}]: {self.message}"
        return f"{line}\n  help: {self.help}" if self.help else line


class SafeconductError(Exception):
    """Base of every error that this project raises on purpose."""


class FaultsError(SafeconductError):
    """An error that carries the faults behind it, sorted by place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(set(faults), key=_place))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class RulesetError(FaultsError):
    """Ruleset files that cannot be used."""


class ArrangementError(FaultsError):
    """An arrangement that cannot be read."""


class EvaluationError(SafeconductError):
    """A decision that could not be reached; never a permission."""


def _place(fault: Fault) -> tuple[str, int, int, str, str]:
    where = fault.where
    if isinstance(where, Span):
        return (where.file, where.line, where.column, fault.code, fault.message)
    return (where, 0, 0, fault.code, fault.message)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "did you mean `x`?" for the closest known word, or "" where none is close."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.72)
    return f"did you mean `{close[0]}`?" if close else ""


def one_of(words: Sequence[str], most: int = 12) -> str:
    """Return a readable list of choices, cut after `most`."""
    shown = ", ".join(f"`{word}`" for word in words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown
