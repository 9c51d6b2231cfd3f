"""What of a finding is worth showing: the part of an explanation that truths alone decide.

The same truths of the same program are outlined once; a tracer adds the facts behind them, and where they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from engine.decision.sides import Side, parameters_of, sides_of
from engine.decision.traces import ParameterTrace, Status, TruthWord
from engine.facts.values import FALSE, TRUE, UNKNOWN, WORDS, Truth
from engine.inference.evaluation import Found
from engine.inference.program import Clause, Line, Program
from engine.inference.programs import BookPrograms
from engine.inference.reference import gate, truth
from engine.law.model import END, Rule


class Truths(NamedTuple):
    """What an outline follows from: truth of each atom; of each clause, whether it holds and is met."""

    atoms: tuple[Truth, ...]
    reached: Truth
    holds: tuple[Truth, ...]
    met: tuple[Truth, ...]


@dataclass(frozen=True, eq=False, slots=True)
class LineOutline:
    """One line of a rule and its truth, with what it reads and the parameters that it compares with."""

    text: str
    truth: TruthWord
    sides: tuple[Side, ...]
    parameters: tuple[ParameterTrace, ...]


@dataclass(frozen=True, eq=False, slots=True)
class RuleOutline:
    """A rule with the lines worth showing, and the exceptions to it that were considered.

    Attributes:
        last: The last day on which it is in force; None where that has not been set.
        recalled: Whether it was written down from memory.
    """

    rule: Rule
    status: Status
    last: date | None
    recalled: bool
    conditions: tuple[LineOutline, ...]
    requires: tuple[LineOutline, ...]
    exceptions: tuple[RuleOutline, ...]


def word(value: Truth) -> TruthWord:
    """Return true, false or unknown."""
    return WORDS[value]  # type: ignore[return-value]


class Outliner:
    """Makes outlines under one book, and remembers them."""

    def __init__(self, programs: BookPrograms) -> None:
        self.book = programs.book
        self.memory = programs.outlines
        self.lines = programs.lines

    def finding(self, found: Found) -> tuple[RuleOutline, ...]:
        """Return the rules worth showing for a finding, in the order of the text."""
        return self.memory.recall(found.program, found, self._finding)

    def definition(self, program: Program, atoms: Sequence[Truth], value: Truth) -> tuple[RuleOutline, ...]:
        """Return the definitions worth showing for a derived trait of some value."""
        return self.memory.recall(program, (tuple(atoms), value), self._definition)

    def _finding(self, program: Program, found: Found) -> tuple[RuleOutline, ...]:
        verdict = found.verdict
        truths = Truths(found.atoms, verdict.reached, verdict.holds, verdict.met)
        scoped = any(truths.holds[clause.number] != FALSE for clause in program.kinds.get("scope", ()))
        return tuple(
            self._outline(program, clause, truths)
            for clause in program.clauses
            if clause.own and _worth_showing(program, clause, truths, scoped)
        )

    def _definition(self, program: Program, key: tuple[tuple[Truth, ...], Truth]) -> tuple[RuleOutline, ...]:
        atoms, value = key
        holds = gate(program, atoms).holds
        truths = Truths(atoms, TRUE, holds, (FALSE,) * len(holds))
        return tuple(
            self._outline(program, clause, truths)
            for clause in program.clauses
            if clause.own and (holds[clause.number] == value or value != TRUE)
        )

    def _outline(self, program: Program, clause: Clause, truths: Truths) -> RuleOutline:
        status = _status(clause, truths)
        shown: list[Clause] = []
        if status != "fails":
            considered = status in ("defeated", "unknown") or clause.rule.kind == "ban"
            others = [program.clauses[number] for number in clause.exceptions]
            shown = [each for each in others if considered or truths.holds[each.number] != FALSE]
        return RuleOutline(
            clause.rule,
            status,
            None if clause.rule.period.last == END else clause.rule.period.last,
            clause.rule.checked.text == "recalled",
            tuple(self._lines(program, clause.conditions, truths.atoms, only_failing=status == "fails")),
            tuple(self._lines(program, clause.fulfilment, truths.atoms, only_failing=False)),
            tuple(self._outline(program, each, truths) for each in shown),
        )

    def _lines(
        self, program: Program, lines: tuple[Line, ...], truths: Sequence[Truth], only_failing: bool
    ) -> Iterator[LineOutline]:
        for line in lines:
            value = truth(line.formula, truths)
            if value == FALSE or not only_failing:
                yield self.lines.recall(program, (line, value), self._line)

    def _line(self, program: Program, key: tuple[Line, Truth]) -> LineOutline:
        line, value = key
        atoms = [program.atoms[number] for number in line.atoms]
        sides = {side.name: side for atom in atoms for side in sides_of(atom)}
        compared = {each.name: each for atom in atoms for each in parameters_of(atom, self.book)}
        return LineOutline(line.text, word(value), tuple(sides.values()), tuple(compared.values()))


def _worth_showing(program: Program, clause: Clause, truths: Truths, scoped: bool) -> bool:
    kind, holds = clause.rule.kind, truths.holds[clause.number]
    if kind in ("commitment", "warning"):
        return False
    if truths.reached == FALSE:
        return (kind == "scope" and not scoped) or (kind == "exemption" and holds == TRUE)
    if kind == "route":
        return True
    if clause.rule.routes and not _bears(program, clause, truths):
        return False
    if kind == "exception":
        return holds != FALSE
    # A rule that does not apply is worth a line only where an exception took it away.
    return holds != FALSE or truth(clause.when, truths.atoms) != FALSE


def _bears(program: Program, duty: Clause, truths: Truths) -> bool:
    """Return whether a duty of certain routes bears on the answer: where one is open, those of the others do not."""
    if any(truths.holds[route.number] == TRUE for route in program.kinds.get("route", ())):
        return any(truths.holds[number] != FALSE for number in duty.routes)
    return any(truth(program.clauses[number].when, truths.atoms) != FALSE for number in duty.routes)


def _status(clause: Clause, truths: Truths) -> Status:
    kind, when = clause.rule.kind, truth(clause.when, truths.atoms)
    holds, met = truths.holds[clause.number], truths.met[clause.number]
    if holds == TRUE:
        if kind == "duty":
            return "met" if met == TRUE else "unmet" if met == FALSE else "unknown_if_met"
        return "open" if kind == "route" else "holds"
    if holds == UNKNOWN:
        return "unknown"
    if when == FALSE:
        return "fails"
    if truth(clause.requires, truths.atoms) == FALSE:
        return "available" if when == TRUE else "unknown"
    return "defeated"
