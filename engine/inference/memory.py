"""What evaluators concluded from the same truths of the same program, so that each is worked out once.

An evaluator sees nothing but a program and truths, so that the same truths always lead to the same conclusions.
Programs that are no longer in use take their conclusions with them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakSet

from engine.inference.program import Program

K = TypeVar("K")
R = TypeVar("R")
# Conclusions of one kind about all programs. Somebody who varies facts on purpose could fill gigabytes otherwise.
_MOST_IN_ALL = 100_000


class Memory:
    """Conclusions by program and truths. Safe to share among threads."""

    def __init__(self, most: int) -> None:
        """Make a memory of up to `most` conclusions per program."""
        self._most = most
        self._kept = 0  # about as many as there are: programs that are gone still count, and threads may miscount
        self._lock = threading.Lock()
        self._programs: WeakSet[Program] = WeakSet()

    def recall(self, program: Program, key: K, work_out: Callable[[Program, K], R]) -> R:
        """Return what was concluded from `key`, working it out where it is not remembered."""
        found = self.known(program, key)
        if found is None:
            found = work_out(program, key)
            self.keep(program, key, found)
        return found  # type: ignore[no-any-return]

    def known(self, program: Program, key: object) -> Any:
        """Return what was kept under `key`, or None."""
        memory = program.memory.get(self)
        return None if memory is None else memory.get(key)

    def keep(self, program: Program, key: object, conclusion: object) -> None:
        """Remember a conclusion; what was remembered of the program, or of all, is forgotten where that is too much."""
        if not self._most:
            return
        memory = program.memory.get(self)
        if memory is None or len(memory) >= self._most or self._kept >= _MOST_IN_ALL:
            memory = self._begun(program)
        memory[key] = conclusion
        self._kept += 1

    def _begun(self, program: Program) -> dict[object, object]:
        with self._lock:
            if self._kept >= _MOST_IN_ALL:
                self._forget()
            self._kept -= len(program.memory.get(self, ()))
            self._programs.add(program)
            memory = program.memory[self] = {}
        return memory

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        for program in list(self._programs):
            program.memory.pop(self, None)
        self._programs.clear()
        self._kept = 0
