"""Try statute books out in a child process before they are used.

The library behind the inference core can crash or never return on a network it cannot hold. The compiler refuses such
networks; here every network is also registered and fired once in a process of its own, with a time limit, so that a
mistake in either ends that process and not the one that serves.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from engine.collecting import uncollected
from engine.errors import EvaluationError, Fault, RulesetError
from engine.inference import compiler
from engine.inference.durable_backend import DurableFailure
from engine.inference.exercising import exercise
from engine.inference.network import NetworkLimit, Production, split_network
from engine.inference.program import Program
from engine.inference.programs import BookPrograms

_Productions = tuple[Production, ...]
_Compile = Callable[[Program], _Productions]


def try_book(programs: BookPrograms, limit_seconds: float) -> None:
    """Compile every program of a statute book and exercise its networks in a child process.

    Raises:
        RulesetError: Rules are too large for the inference core.
        EvaluationError: The child crashed, took longer than `limit_seconds`, or found a wrong answer.
    """
    try_books((programs,), limit_seconds)


def try_books(books: Iterable[BookPrograms], limit_seconds: float) -> int:
    """Do the same for several books, each network that they share once, and return the number of networks tried.

    Raises:
        RulesetError: Rules are too large for the inference core.
        EvaluationError: The child crashed, took longer than `limit_seconds`, or found a wrong answer.
    """
    names: list[str] = []
    try:
        with uncollected():
            exercise(_networks(_programs(books), names), seconds=limit_seconds)
    except DurableFailure as error:
        raise EvaluationError(f"{_culprit(names, error)}: {error}") from error
    return len(names)


def trial_key(library_digest: str) -> str:
    """Return what a trial's result depends on, as a hash: the law, the code that compiles it, the library, Python."""
    found = hashlib.sha256(f"{library_digest} {version('durable_rules')} {sys.version}".encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        found.update(file.read_bytes())
    return found.hexdigest()


def _programs(books: Iterable[BookPrograms]) -> Iterator[tuple[Program, _Compile]]:
    """Yield every program once, with what compiles it; the gate of an instrument is a network of its own."""
    seen: set[Program] = set()
    for book in books:
        for program in book.everything():
            if program in seen:
                continue
            seen.add(program)
            if program.id not in book.book.instruments:
                yield program, compiler.compile_definitions
                continue
            yield program, compiler.compile_program
            if program.gate is not None:
                yield program.gate, compiler.compile_program


def _networks(programs: Iterable[tuple[Program, _Compile]], names: list[str]) -> Iterator[_Productions]:
    """Yield the networks as the core registers them, and note for each the first program that needs it.

    Raises:
        RulesetError: Rules are too large for the inference core; after the networks of all others.
    """
    outcomes = compiler.compile_outcomes()
    names.append("outcomes")
    yield outcomes
    seen, tried = set[_Productions](), {outcomes}
    faults: list[Fault] = []
    for program, compile_productions in programs:
        productions = compile_productions(program)
        if productions in seen:
            continue
        seen.add(productions)
        try:
            parts = split_network(productions)
        except NetworkLimit as error:
            faults.append(_fault(program, error))
            continue
        for part in parts:
            if part not in tried:
                tried.add(part)
                names.append(program.id)
                yield part
    if faults:
        raise RulesetError(faults)


def _fault(program: Program, error: NetworkLimit) -> Fault:
    """Name the rule behind a production: `w3` is of clause 3, `M` of the instrument as a whole."""
    number = re.search(r"\d+", error.production)
    rules = [clause.rule for clause in program.clauses]
    what = f"rule `{rules[int(number[0])].id}`" if number and rules else f"`{program.id}` as a whole"
    where = rules[int(number[0]) if number else 0].span if rules else program.id
    message = f"{what} is too large for the inference core: {error.limit} is {error.figure}, allowed is {error.allowed}"
    return Fault("too-large", message, where, "split it, with a definition for each part")


def _culprit(names: list[str], error: DurableFailure) -> str:
    number = re.search(r"network (\d+)", str(error))
    index = int(number[1]) if number else len(names)
    return f"`{names[index]}` failed its trial" if index < len(names) else "the law failed its trial"
