"""What a change of law does to a portfolio: permissions lost first, and only what the change can reach is decided anew.

An index says for each instrument whether its law, or law behind it, is another one in the two books; an arrangement
that no such instrument can reach, and whose countries are covered alike, has the same outcome in both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from engine.analysis.portfolio import Stored, places_of
from engine.decision.deciding import outcomes
from engine.decision.statute import Law, load_law
from engine.errors import ArrangementError
from engine.facts.arrangement import Arrangement
from engine.facts.views import ArrangementView
from engine.inference.outcomes import RANK, Outcome, worst
from engine.inference.programs import BookPrograms, touched
from engine.law.book import shared_groups
from engine.law.expression import GroupRef, MeasureRef, leaves
from engine.law.intake import read_arrangement
from engine.law.model import Rule

LAWFUL = ("permitted", "permitted_with_conditions")
_CHUNK = 200
_MOST_BROKEN = 3
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


def _programs(book: Book) -> BookPrograms:
    return law_of(book.rulesets, book.reform, book.reform_from).programs(book.day)


class Index:
    """Which arrangements a change of law can reach."""

    def __init__(self, before: Book, after: Book) -> None:
        one, other = _programs(before), _programs(after)
        digests = (_digests(one), _digests(other))
        names = sorted({*digests[0], *digests[1]})
        self.instruments = tuple(name for name in names if digests[0].get(name) != digests[1].get(name))
        self.covered = tuple(sorted(set(one.book.covered) ^ set(other.book.covered)))
        self._sides = (one, other)
        self._by_places: dict[frozenset[str], bool] = {}

    def can_reach(self, places: set[str]) -> bool:
        """Return whether the change can reach an arrangement that touches some places (see `places_of`)."""
        key = frozenset(places)
        known = self._by_places.get(key)
        if known is None:
            known = self._by_places[key] = not places.isdisjoint(self.covered) or any(
                side.could_reach(name, places) for name in self.instruments for side in self._sides
            )
        return known

    def reaches(self, data: object) -> bool:
        """Return whether the change can reach some leg of an arrangement; one that cannot be read is not left out."""
        try:
            view = ArrangementView(Arrangement.model_validate(data), self._sides[0].book.period.first)
        except (ValidationError, KeyError):
            return True
        for leg in view.legs:
            places = touched(leg)
            if not places.isdisjoint(self.covered):
                return True
            if any(side.can_reach(name, leg, places) for name in self.instruments for side in self._sides):
                return True
        return False


def _digests(programs: BookPrograms) -> dict[str, str]:
    """Return by instrument a digest of its law and of all law behind it, on the day of a book.

    What has no scope decides nothing by itself: remarks, and definitions, which stand behind the instruments that read
    them.
    """
    book = programs.book
    own = {name: _own(programs, name) for name in book.library.instruments}
    return {
        name: hashlib.sha256("".join(own[each] for each in sorted(programs.behind(name))).encode()).hexdigest()
        for name in book.instruments
        if any(rule.kind == "scope" for rule in book.rules[name])
    }


def _own(programs: BookPrograms, name: str) -> str:
    book = programs.book
    instrument = book.library.instruments[name]
    day = book.period.first
    groups = [GroupRef(name, group) for group in instrument.groups]
    groups += [GroupRef("", group) for group in sorted(shared_groups(instrument, book.library))]
    read = {leaf for rule in book.rules.get(name, ()) for leaf in _measures_read(rule)}
    return repr(
        (
            [
                (
                    *(rule.id, rule.kind, rule.timing, rule.routes, rule.to, rule.defines),
                    *(tuple(c.text for c in part) for part in (rule.when, rule.requires, rule.fulfilled_by)),
                )
                for rule in book.rules.get(name, ())
            ],
            [(n, [v.value for v in number.values if day in v.period]) for n, number in instrument.numbers.items()],
            [(ref.instrument, ref.name, sorted(book.group(ref))) for ref in groups],
            [(key, book.library.measures[key]) for key in sorted(read)],
            sorted((key, repr(trait)) for key, trait in instrument.traits.items()),
            [(key, list(reading.options)) for key, reading in sorted(instrument.readings.items())],
        )
    )


def _measures_read(rule: Rule) -> Iterator[str]:
    for condition in (*rule.when, *rule.requires, *rule.fulfilled_by):
        for leaf in leaves(condition.tree):
            if isinstance(leaf.atom.left, MeasureRef):
                yield leaf.atom.left.id


# -- deciding anew ----------------------------------------------------------------------------------------------------


def turns_of(before: Book, after: Book, stored: list[tuple[str, bytes]]) -> list[Turn]:
    """Decide some arrangements under both books, and return those whose outcomes differ."""
    found = []
    for name, text in stored:
        turn = _turn(before, after, name, text)
        if turn is not None:
            found.append(turn)
    return found


def _turn(before: Book, after: Book, name: str, text: bytes) -> Turn | None:
    data = orjson.loads(text)
    sides: list[dict[str, Outcome]] = []
    for book in (before, after):
        law = law_of(book.rulesets, book.reform, book.reform_from)
        try:
            arrangement = read_arrangement(data, law.library)
        except ArrangementError as error:
            first = str(error).splitlines()[0]
            return Turn(name, "changed", "undetermined", "undetermined", {}, first)
        sides.append(outcomes(arrangement, law, book.day, arrangement.readings))
    if sides[0] == sides[1]:
        return None
    old, new = (worst(side.values()) if side else "undetermined" for side in sides)
    was, now = old in LAWFUL, new in LAWFUL
    kind = "changed" if was == now else "lost" if was else "gained"
    transfers = {key: (sides[0][key], sides[1][key]) for key in sides[0] if sides[0][key] != sides[1][key]}
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
    """Return what a change of law does to a portfolio.

    Args:
        workers: Local processes; the answer is the same for any number, and on a cluster.
        cluster: Address of a Dask scheduler, whose workers have the same rulesets at the same place.
        everything: Decide everything anew, also what the change cannot reach: to prove the index.
        resume: File that keeps what is done, so that a run that was stopped goes on where it was.
    """
    index = Index(before, after)
    total = 0
    reached: list[tuple[str, bytes]] = []
    for stored in portfolio:
        total += 1
        data = orjson.loads(stored.text)
        # Places alone rule most out, without reading the arrangement whole.
        if everything or (index.can_reach(places_of(data)) and index.reaches(data)):
            reached.append((stored.id, stored.text))
    chunks = [reached[start : start + _CHUNK] for start in range(0, len(reached), _CHUNK)]
    turns: list[Turn] = []
    done = 0
    for number, found in _spread(before, after, chunks, workers, cluster, resume):
        turns += found
        done += len(chunks[number])
        progress(done, len(reached))
    order = {"lost": 0, "gained": 1, "changed": 2}
    turns.sort(key=lambda turn: (order[turn.kind], RANK[turn.after], RANK[turn.before], turn.id))
    lost, gained = (sum(turn.kind == kind for turn in turns) for kind in ("lost", "gained"))
    return Impact(before, after, total, len(reached), index.instruments, index.covered, lost, gained, tuple(turns))


_Chunk = list[tuple[str, bytes]]


def _spread(
    before: Book,
    after: Book,
    chunks: list[_Chunk],
    workers: int,
    cluster: str | None,
    resume: Path | None,
) -> Iterator[tuple[int, list[Turn]]]:
    """Yield the turns of each chunk, in whatever order they are done; what `resume` holds is not done again."""
    kept = _kept(resume, before, after) if resume else {}
    todo: dict[int, _Chunk] = {}
    for number, chunk in enumerate(chunks):
        known = kept.get(_name(chunk))
        if known is None:
            todo[number] = chunk
        else:
            yield number, known
    run = _local if cluster is None else _on_cluster
    for number, found in run(before, after, todo, workers, cluster or ""):
        if resume is not None:
            _keep(resume, before, after, chunks[number], found)
        yield number, found


def _local(
    before: Book, after: Book, todo: dict[int, _Chunk], workers: int, _cluster: str
) -> Iterator[tuple[int, list[Turn]]]:
    if workers < 2 or len(todo) < 2:
        for number, chunk in todo.items():
            yield number, turns_of(before, after, chunk)
        return
    for book in (before, after):
        for program in _programs(book).everything():  # made once, and there for every process that is forked
            del program
    for attempt in range(_MOST_BROKEN + 1):
        try:
            with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
                running: dict[Future[list[Turn]], int] = {
                    pool.submit(turns_of, before, after, chunk): number for number, chunk in todo.items()
                }
                while running:
                    finished, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in finished:
                        number = running.pop(future)
                        found = future.result()
                        del todo[number]
                        yield number, found
            return
        except BrokenProcessPool:
            # A process was killed; what it and the others had not finished is done anew.
            if attempt == _MOST_BROKEN:
                raise


def _on_cluster(
    before: Book, after: Book, todo: dict[int, _Chunk], _workers: int, cluster: str
) -> Iterator[tuple[int, list[Turn]]]:
    distributed: Any = import_module("distributed")  # an extra, not there for everybody
    with distributed.Client(cluster) as client:
        futures = {
            client.submit(turns_of, before, after, chunk, pure=False, retries=_MOST_BROKEN): number
            for number, chunk in todo.items()
        }
        for future in distributed.as_completed(list(futures)):
            yield futures[future], future.result()


# -- resuming ---------------------------------------------------------------------------------------------------------


def _name(chunk: _Chunk) -> str:
    digest = hashlib.sha256()
    for name, text in chunk:
        digest.update(f"{name}\n".encode() + text)
    return digest.hexdigest()


def _books(before: Book, after: Book) -> str:
    laws = [law_of(book.rulesets, book.reform, book.reform_from).library.digest for book in (before, after)]
    return f"{laws[0]} {before} {laws[1]} {after}"


def _kept(resume: Path, before: Book, after: Book) -> dict[str, list[Turn]]:
    kept: dict[str, list[Turn]] = {}
    if not resume.exists():
        return kept
    for line in resume.read_text(encoding="utf-8").splitlines():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue  # the last line of a run that was stopped while it wrote
        if entry["books"] == _books(before, after):
            kept[entry["chunk"]] = [
                Turn(**{**turn, "transfers": {k: tuple(v) for k, v in turn["transfers"].items()}})
                for turn in entry["turns"]
            ]
    return kept


def _keep(resume: Path, before: Book, after: Book, chunk: _Chunk, turns: list[Turn]) -> None:
    entry = {"books": _books(before, after), "chunk": _name(chunk), "turns": [asdict(turn) for turn in turns]}
    with resume.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
