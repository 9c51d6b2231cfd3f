"""What a change of law does to a portfolio: permissions lost first, and only what the change can reach is decided anew.

An index says for each instrument whether its law, or law behind it, is another one in the two books; an arrangement
that no such instrument can reach, and whose countries are covered alike, has the same outcome in both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from engine.analysis.journal import Journal
from engine.analysis.portfolio import Stored
from engine.analysis.processes import on_cluster, shared
from engine.analysis.reaching import MAYBE, Index, Reach
from engine.decision.deciding import outcomes
from engine.decision.statute import Law, load_law
from engine.errors import ArrangementError
from engine.facts.arrangement import Arrangement
from engine.inference.outcomes import RANK, Outcome, worst
from engine.law.intake import read_arrangement

LAWFUL = ("permitted", "permitted_with_conditions")
_CHUNK = 200
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Book:
    """A statute book: rulesets, a reform laid over them or none, and a day.

    Attributes:
        reform_from: Day from which the reform counts as in force; its own where None.
    """

    rulesets: str
    day: date
    reform: str | None = None
    reform_from: date | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """An arrangement whose outcome is another one.

    Attributes:
        kind: lost, gained, or changed (neither side is lawful, or both are).
        fault: Set where it cannot be read under one of the books; outcomes are then undetermined.
    """

    id: str
    kind: str
    before: Outcome
    after: Outcome
    transfers: dict[str, tuple[Outcome, Outcome]]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change of law does to a portfolio.

    Attributes:
        total: Arrangements in the portfolio.
        reached: Those that the change could reach, and that were decided anew.
        instruments: Instruments whose law, or law behind it, is another one.
        covered: Countries that are covered in one of the books only.
        turns: Permissions lost first, then gained, then other changes; each by severity, then id.
    """

    before: Book
    after: Book
    total: int
    reached: int
    instruments: tuple[str, ...]
    covered: tuple[str, ...]
    lost: int
    gained: int
    turns: tuple[Turn, ...]


@lru_cache(maxsize=8)
def law_of(rulesets: str, reform: str | None, reform_from: date | None) -> Law:
    """Return the law of a book, kept within a process."""
    return load_law(Path(rulesets), reform, reform_from)


def _law(book: Book) -> Law:
    return law_of(book.rulesets, book.reform, book.reform_from)


@dataclass(frozen=True, slots=True)
class Sides:
    """Two books with their laws at hand, and what the change between them can reach."""

    books: tuple[Book, Book]
    laws: tuple[Law, Law]
    index: Index


def sides_at_hand(before: Book, after: Book, laws: tuple[Law, Law]) -> Sides:
    """Return two books whose laws are loaded already."""
    one, other = (law.programs(book.day) for law, book in zip(laws, (before, after), strict=True))
    return Sides((before, after), laws, Index(one, other))


@lru_cache(maxsize=4)
def sides_of(before: Book, after: Book) -> Sides:
    """Return two books, loading their laws; kept within a process."""
    return sides_at_hand(before, after, (_law(before), _law(after)))


# -- deciding anew ----------------------------------------------------------------------------------------------------

_Chunk = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of some arrangements: how many the change reaches, and those that turn out otherwise."""

    reached: int
    turns: list[Turn]


def tried(before: Book, after: Book, everything: bool, stored: _Chunk) -> Tried:
    """Decide those of some arrangements that the change reaches, under both books."""
    return _all_tried(sides_of(before, after), everything, stored)


def _all_tried(sides: Sides, everything: bool, stored: _Chunk) -> Tried:
    found = [_tried(sides, everything, name, text) for name, text in stored]
    return Tried(sum(reached for reached, _ in found), [turn for _, turn in found if turn is not None])


def _tried(sides: Sides, everything: bool, name: str, text: bytes) -> tuple[bool, Turn | None]:
    data = orjson.loads(text)
    reach = MAYBE if everything else _reach(sides, text, data)
    if not reach.reached:
        return False, None
    laws, before = sides.laws, sides.books[0]
    try:
        arrangement = read_arrangement(data, laws[0].library)
        if laws[0].library.digest != laws[1].library.digest:
            read_arrangement(data, laws[1].library)
    except ArrangementError as error:
        return True, Turn(name, "changed", "undetermined", "undetermined", {}, str(error).splitlines()[0])
    if not reach.differs:
        return True, None
    # Evidence is that of one day, so that only the law makes the difference.
    old, new = (
        outcomes(arrangement, law, book.day, arrangement.readings, facts_on=before.day)
        for law, book in zip(laws, sides.books, strict=True)
    )
    return True, None if old == new else _turn(name, old, new)


def _reach(sides: Sides, text: bytes, data: object) -> Reach:
    try:
        arrangement = Arrangement.model_validate(data)
    except ValidationError:
        return MAYBE
    return sides.index.reach(text, arrangement, sides.books[0].day)


def _turn(name: str, before: dict[str, Outcome], after: dict[str, Outcome]) -> Turn:
    old, new = worst(before.values()), worst(after.values())
    was, now = old in LAWFUL, new in LAWFUL
    kind = "changed" if was == now else "lost" if was else "gained"
    transfers = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
    return Turn(name, kind, old, new, transfers)


def impact(
    portfolio: Iterable[Stored],
    before: Book,
    after: Book,
    *,
    workers: int = 1,
    cluster: str | None = None,
    everything: bool = False,
    resume: Path | None = None,
    progress: Progress = lambda done, total: None,
) -> Impact:
    """Return what a change of law does to a portfolio. Facts and evidence are those of the day of the book before.

    Args:
        workers: Local processes; the answer is the same for any number, and on a cluster.
        cluster: Address of a Dask scheduler, whose workers have the same rulesets at the same place.
        everything: Decide everything anew, also what the change cannot reach: to prove the index.
        resume: File that keeps what is done, so that a run that was stopped goes on where it was.
        progress: Called with the number of arrangements looked into and of those to look into.
    """
    index = sides_of(before, after).index
    near, total = _near(portfolio, index, everything)
    chunks = [near[start : start + _CHUNK] for start in range(0, len(near), _CHUNK)]
    turns: list[Turn] = []
    done = reached = 0
    for number, found in _spread(before, after, everything, chunks, workers, cluster, resume):
        turns += found.turns
        reached += found.reached
        done += len(chunks[number])
        progress(done, len(near))
    return _impact(before, after, index, total, Tried(reached, turns))


def impact_at_hand(portfolio: Iterable[Stored], sides: Sides) -> Impact:
    """Return what a change of law does to a small portfolio, in this process, by laws that are loaded already."""
    near, total = _near(portfolio, sides.index, everything=False)
    return _impact(*sides.books, sides.index, total, _all_tried(sides, False, near))


def _near(portfolio: Iterable[Stored], index: Index, everything: bool) -> tuple[_Chunk, int]:
    """Return those that the change may reach, by what their plain data name, and how many there are in all."""
    total = 0
    near: _Chunk = []
    for stored in portfolio:
        total += 1
        if everything or index.is_near(stored.text, orjson.loads(stored.text)):
            near.append((stored.id, stored.text))
    return near, total


def _impact(before: Book, after: Book, index: Index, total: int, found: Tried) -> Impact:
    order = {"lost": 0, "gained": 1, "changed": 2}
    turns = sorted(found.turns, key=lambda turn: (order[turn.kind], RANK[turn.after], RANK[turn.before], turn.id))
    lost, gained = (sum(turn.kind == kind for turn in turns) for kind in ("lost", "gained"))
    return Impact(before, after, total, found.reached, index.instruments, index.covered, lost, gained, tuple(turns))


def _spread(
    before: Book,
    after: Book,
    everything: bool,
    chunks: list[_Chunk],
    workers: int,
    cluster: str | None,
    resume: Path | None,
) -> Iterator[tuple[int, Tried]]:
    """Yield what became of each chunk, in whatever order they are done; what `resume` holds is not done again."""
    journal = Journal(resume, _books(before, after, everything)) if resume else None
    kept = journal.read() if journal else {}
    todo: dict[int, _Chunk] = {}
    for number, chunk in enumerate(chunks):
        known = kept.get(_name(chunk)) if kept else None
        if known is None:
            todo[number] = chunk
        else:
            yield number, _read(known)
    work = partial(tried, before, after, everything)
    for number, found in _run(work, todo, before, after, workers, cluster):
        if journal is not None:
            journal.note(_name(chunks[number]), asdict(found))
        yield number, found


def _run(
    work: Callable[[_Chunk], Tried],
    todo: dict[int, _Chunk],
    before: Book,
    after: Book,
    workers: int,
    cluster: str | None,
) -> Iterator[tuple[int, Tried]]:
    if cluster is not None:
        return on_cluster(work, todo, cluster)
    if workers < 2 or len(todo) < 2:
        return ((number, work(chunk)) for number, chunk in todo.items())
    for book in (before, after):
        _law(book).programs(book.day).make_everything()  # once, and there for every process that is forked
    return shared(work, todo, workers)


def _name(chunk: _Chunk) -> str:
    digest = hashlib.sha256()
    for name, text in chunk:
        digest.update(f"{name}\n".encode() + text)
    return digest.hexdigest()


def _books(before: Book, after: Book, everything: bool) -> str:
    laws = [_law(book).library.digest for book in (before, after)]
    return f"{laws[0]} {before} {laws[1]} {after}{' everything' if everything else ''}"


def _read(noted: Mapping[str, Any]) -> Tried:
    turns = [
        Turn(**{**turn, "transfers": {k: tuple(v) for k, v in turn["transfers"].items()}}) for turn in noted["turns"]
    ]
    return Tried(noted["reached"], turns)
