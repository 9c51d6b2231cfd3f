"""What can go wrong, and how it is told.

    SafeconductError
    ├── RulesetError        a rule author's mistake: faults in ruleset files
    ├── ArrangementError    a caller's mistake: faults in an arrangement
    └── EvaluationError     the law or the facts do not decide, or an evaluator failed

Faults are collected, sorted by place and raised together. Nothing here prints or exits.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# Control characters, marks that change the direction of writing, and halves of characters.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def visible(text: str) -> str:
    """Return text with what cannot be seen, or would hide or reorder the rest, written as escapes."""
    return _HIDDEN.sub(lambda found: ascii(found[0])[1:-1], text)


def shown(value: object, most: int = 60) -> str:
    """Return user input for a message: visible, and cut where it is long."""
    if isinstance(value, int) and value.bit_length() > 10_000:  # Python writes no more than 4,300 digits
        return "a number of thousands of digits"
    text = visible(str(value))
    return text if len(text) <= most else text[: most - 3] + "..."


class Span(NamedTuple):
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

    def __post_init__(self) -> None:
        # Input is quoted in all three: it must neither write to a terminal nor keep an answer from being encoded.
        for name in ("message", "where", "help"):
            text = getattr(self, name)
            if isinstance(text, str) and _HIDDEN.search(text):
                object.__setattr__(self, name, visible(text))

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
    # Two letters swapped in a word of three already make it less alike than a longer word with a slip.
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.65 if len(word) <= 4 else 0.72)
    return f"did you mean `{close[0]}`?" if close else ""


def with_article(word: str) -> str:
    """Return "a rule" or "an exception"."""
    return f"an {word}" if word[:1] in "aeio" else f"a {word}"


def one_of(words: Sequence[str], most: int = 12) -> str:
    """Return a readable list of choices, cut after `most`."""
    listed = ", ".join(f"`{shown(word)}`" for word in words[:most])
    return f"{listed} and {len(words) - most} more" if len(words) > most else listed
