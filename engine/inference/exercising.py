"""Try networks out in a process of their own, with a time limit, so that a crash or a hang ends that process alone.

The child registers each network as it will be registered, fires sample facts and compares the answers. It begins while
the networks are still being made, so that two processors share the work.
"""

from __future__ import annotations

import gc
import json
import math
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, Any, Final

from engine.inference.durable_backend import DurableFailure, Handle
from engine.inference.network import AllOf, AnyOf, Pattern, Production, Test, by_stratum, matches
from engine.inference.patterns import tests_of

_CHILD: Final = [sys.executable, "-P", "-m", "engine.inference.exercising"]


def exercise(networks: Iterable[Sequence[Production]], *, seconds: float = 60.0) -> None:
    """Try networks out in one child process: register each, fire sample facts, compare the answers.

    Args:
        networks: Each as it will be given to a `Handle`; handed over as they come.
        seconds: How long this may take, the making of the networks included.
    Raises:
        DurableFailure: The child crashed, took too long, or found a network or an answer wrong.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with TemporaryFile() as progress, TemporaryFile() as errors:
        child = subprocess.Popen(_CHILD, stdin=subprocess.PIPE, stdout=progress, stderr=errors, env=environment)
        too_late = threading.Event()

        def end() -> None:
            too_late.set()
            child.kill()

        clock = threading.Timer(seconds, end)
        clock.daemon = True
        clock.start()
        names: list[str] = []
        try:
            _feed(child, networks, seconds, names)
            child.wait()
        finally:
            clock.cancel()
            child.kill()
            child.wait()
        if too_late.is_set():
            raise DurableFailure(f"{_place(names, progress)} did not finish within {seconds} s")
        if child.returncode:
            last = _text(errors).strip().rpartition("\n")[2]
            raise DurableFailure(f"{_place(names, progress)} failed with status {child.returncode}: {last}")


def _feed(
    child: subprocess.Popen[bytes], networks: Iterable[Sequence[Production]], seconds: float, names: list[str]
) -> None:
    """Write a line for each network, and note the name of its first production."""
    assert child.stdin is not None
    try:
        with child.stdin as lines:
            lines.write(json.dumps(seconds).encode() + b"\n")
            for productions in networks:
                names.append(productions[0].name if productions else "none")
                lines.write(json.dumps(list(map(_as_json, productions))).encode() + b"\n")
    except BrokenPipeError:
        return  # the child has ended before its time, which its status tells


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _place(names: Sequence[str], progress: IO[bytes]) -> str:
    """Say which network the child was at; it writes one dot for each that is done."""
    index = _text(progress).count(".")
    return f"network {index} (first production `{names[index] if index < len(names) else 'none'}`)"


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

    gc.disable()
    # Where the parent dies first, nobody else ends a child that hangs inside the library.
    limit = math.ceil(json.loads(sys.stdin.readline())) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    for line in sys.stdin:
        _try([_from_json(production) for production in json.loads(line)])
        sys.stdout.write(".")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
