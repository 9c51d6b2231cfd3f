"""Fire productions with durable_rules: the only module that imports it.

The library is a fast matcher that crashes, hangs or lies when used carelessly. It gets to see only
networks that passed `check_rules` and facts made of their tokens, through its C entry points, in one
permanent session per handle and one flat fact at a time. In each stratum a sentinel fires for every
fact, after all other productions, so that "nothing fired" can be told from a fact that was lost.
"""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Final

import durable_rules_engine as library

from engine.errors import EvaluationError
from engine.inference.network import (
    AllOf,
    AnyOf,
    Pattern,
    Production,
    Test,
    attribute_names,
    by_stratum,
    check_rules,
    matches,
    plan_network,
)
from engine.inference.patterns import tests_of
from engine.inference.wire import BOOT_FACT, BOOT_FRAME, RETRACTION, SESSION, FactTable, definition

_CHILD: Final = [sys.executable, "-P", "-m", "engine.inference.durable_backend"]
_serial = count(1)


class DurableFailure(EvaluationError):
    """The library did something unexpected, or was asked to; nothing follows about the fact."""


class Handle:
    """A network registered with the library, until `close`. Threads may share it."""

    def __init__(self, name: str, productions: Sequence[Production], *, attributes: Iterable[str] = ()) -> None:
        """Register `productions`.

        Args:
            name: Tells the handle in messages; a number makes it unique in the process.
            attributes: Names that tokens may have although no production tests them, such as those of
                the other parts of a split network. The library never sees them.
        Raises:
            NetworkLimit: The productions do not pass `check_network`.
            DurableFailure: The library refused them.
        """
        rules = plan_network(productions)
        check_rules(rules)
        self.name = f"{name}.{next(_serial)}"
        self.attributes = attribute_names(productions).union(attributes)
        self._tables = {s: FactTable(s, rules, self.attributes) for s in {rule.stratum for rule in rules}}
        self._names = {rule.name: rule.production for rule in rules}
        self._lock = threading.Lock()
        try:
            self._session = _Session(library.create_ruleset(self.name, definition(rules)))
        except Exception as error:
            raise DurableFailure(f"network `{self.name}` could not be registered: {error}") from error
        self._release = weakref.finalize(self, self._session.dispose)
        # The process gives everything back anyway, and a thread may still be firing.
        self._release.atexit = False

    def fire(self, stratum: int, tokens: Mapping[str, str]) -> frozenset[str]:
        """Return the names of the productions that fire for one fact.

        Args:
            stratum: Where no production has this stratum, nothing fires.
            tokens: Value by attribute. Attributes are among `self.attributes`.
        Raises:
            DurableFailure: A token is unknown, the handle is closed, or the library misbehaved.
        """
        table = self._tables.get(stratum)
        try:
            fact = table.fact(tokens) if table is not None else ""
        except (LookupError, TypeError) as error:
            raise DurableFailure(f"network `{self.name}`, stratum {stratum}: {error}") from error
        with self._lock:
            if self._session.is_closed:
                raise DurableFailure(f"network `{self.name}` is closed or beyond repair")
            if table is None:
                return frozenset()
            try:
                names = self._names
                frames = self._session.exchange(fact, table.sentinel)
                return frozenset([names[frame[2 : frame.index('"', 2)]] for frame in frames])
            except BaseException as error:
                self._session.reset()
                if not isinstance(error, Exception):
                    raise
                raise DurableFailure(f"network `{self.name}`, stratum {stratum}: {error}") from error

    @property
    def healthy(self) -> bool:
        """Whether the handle is open and its session fires the boot rule; one that does not is reset."""
        with self._lock:
            if self._session.is_closed:
                return False
            try:
                self._session.boot()
            except Exception:  # noqa: BLE001 - whatever it is, the answer is no
                self._session.reset()
                return False
            return True

    def close(self) -> None:
        """Give the session and the network back. Closing again does nothing."""
        with self._lock:
            self._release()

    def __enter__(self) -> Handle:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class _Session:
    """The one session of a registered network; its handle has the lock."""

    def __init__(self, network: int) -> None:
        self.is_closed = False
        self._network = network
        self._offset = 0
        # To delete a session in which no action ever ran is to free memory that was never set.
        self._has_acted = False
        try:
            self.boot()
        except BaseException:
            self.dispose()
            raise

    def boot(self) -> None:
        """Fire the boot rule, which makes the session where there is none."""
        code, self._offset = library.assert_fact(self._network, BOOT_FACT)
        self._drain(code, BOOT_FRAME)

    def exchange(self, fact: str, sentinel: str) -> list[str]:
        """Assert a fact, drain what fired, retract the fact; return the frames without the sentinel's."""
        code, offset = library.assert_fact(self._network, fact)
        if offset != self._offset:
            raise RuntimeError("the fact went to another session")
        return self._drain(code, sentinel)

    def _drain(self, code: int, sentinel: str) -> list[str]:
        network, offset, advance = self._network, self._offset, library.complete_and_start_action
        if code:
            raise RuntimeError(f"the fact was not taken, code {code}")
        frames: list[str] = []
        started = library.start_action_for_state(network, offset)
        frame = started[1] if started else None
        while frame is not None:
            frames.append(frame)
            frame = advance(network, offset)
        self._has_acted = self._has_acted or bool(frames)
        if not frames or not frames.pop().startswith(sentinel):
            raise RuntimeError("the sentinel did not fire last")
        if library.retract_fact(network, RETRACTION) != (0, offset):
            raise RuntimeError("the fact could not be retracted")
        return frames

    def reset(self) -> None:
        """Replace the session by a new one; where that fails, it stays closed for good."""
        self.is_closed = True
        try:
            if self._has_acted:
                self._has_acted = False
                library.delete_state(self._network, SESSION)
            self.boot()
        except Exception:  # noqa: BLE001 - the failure that led here is the one to report
            return
        self.is_closed = False

    def dispose(self) -> None:
        """Delete the session, then the network: the other way round the session's memory is lost."""
        self.is_closed = True
        if self._has_acted:
            library.delete_state(self._network, SESSION)
        library.delete_ruleset(self._network)


def exercise(networks: Sequence[Sequence[Production]], *, seconds: float = 60.0) -> None:
    """Try networks out in one child process: register each, fire sample facts, compare the answers.

    Args:
        networks: Each as it will be given to a `Handle`.
        seconds: How long the child may take for all of them.
    Raises:
        DurableFailure: The child crashed, took too long, or found a network or an answer wrong.
    """
    job = {"seconds": seconds, "networks": [list(map(_as_json, productions)) for productions in networks]}
    text = json.dumps(job).encode()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(_CHILD, input=text, capture_output=True, check=False, timeout=seconds, env=environment)
    except subprocess.TimeoutExpired as error:
        raise DurableFailure(f"{_place(networks, error.stdout)} did not finish within {seconds} s") from error
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise DurableFailure(f"{_place(networks, done.stdout)} failed with status {done.returncode}: {last}")


def _place(networks: Sequence[Sequence[Production]], progress: bytes | None) -> str:
    """Say which network the child was at; it writes one dot for each that is done."""
    index = (progress or b"").count(b".")
    first = networks[index][0].name if index < len(networks) and networks[index] else "none"
    return f"network {index} (first production `{first}`)"


def _as_json(production: Production) -> dict[str, Any]:
    def tree(pattern: Pattern) -> list[Any]:
        if isinstance(pattern, Test):
            return ["test", pattern.name, pattern.value]
        return ["all" if isinstance(pattern, AllOf) else "any", *map(tree, pattern.parts)]

    return {"name": production.name, "stratum": production.stratum, "pattern": tree(production.pattern)}


def _from_json(data: dict[str, Any]) -> Production:
    def pattern(tree: list[Any]) -> Pattern:
        kind, *parts = tree
        if kind == "test":
            return Test(*parts)
        return (AllOf if kind == "all" else AnyOf)(tuple(map(pattern, parts)))

    return Production(data["name"], data["stratum"], pattern(data["pattern"]))


def _sample_facts(productions: Sequence[Production]) -> Iterator[dict[str, str]]:
    """Yield a fact with nothing, facts with as much true as can be, and a few at random."""
    values: dict[str, list[str]] = {}
    for test in (test for production in productions for test in tests_of(production.pattern)):
        values.setdefault(test.name, []).append(test.value)
    chance = random.Random(len(values))
    yield {}
    yield {name: max(set(each), key=each.count) for name, each in values.items()}
    yield {name: each[0] for name, each in values.items()}
    yield {name: each[-1] for name, each in values.items()}
    for _ in range(6):
        yield {name: chance.choice([*each, "f"]) for name, each in values.items() if chance.random() < 0.9}


def _try(productions: Sequence[Production]) -> None:
    strata = by_stratum(productions)
    with Handle("exercise", productions) as handle:
        for tokens in _sample_facts(productions):
            for stratum, own in strata.items():
                if handle.fire(stratum, tokens) != {p.name for p in own if matches(p.pattern, tokens)}:
                    raise DurableFailure(f"stratum {stratum}: wrong answer for {tokens}")
        if not handle.healthy:
            raise DurableFailure("the session does not answer after the facts")


def _main() -> None:
    import resource  # not on every platform, and for the child only

    job = json.load(sys.stdin)
    # Where the parent dies first, nobody else ends a child that hangs inside the library.
    limit = math.ceil(job["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    for network in job["networks"]:
        _try([_from_json(production) for production in network])
        sys.stdout.write(".")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
