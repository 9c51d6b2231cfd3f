"""What evaluators concluded from the same truths of the same program, so that each is worked out once.

An evaluator sees nothing but a program and truths, so that the same truths always lead to the same conclusions.
Programs that are no longer in use take their conclusions with them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from engine.inference.program import Program

K = TypeVar("K")
R = TypeVar("R")


class Memory:
    """Conclusions by program and truths. Safe to share among threads."""

    def __init__(self, most: int) -> None:
        """Make a memory of up to `most` conclusions per program."""
        self._most = most
        self._key = object()

    def recall(self, program: Program, key: K, work_out: Callable[[Program, K], R]) -> R:
        """Return what was concluded from `key`, working it out where it is not remembered."""
        memory = self._of(program)
        found = memory.get(key)
        if found is None:
            found = memory[key] = work_out(program, key)
        return cast(R, found)

    def known(self, program: Program, key: object) -> object | None:
        """Return what was kept under `key`, or None."""
        return self._of(program).get(key)

    def keep(self, program: Program, key: object, conclusion: object) -> None:
        """Remember a conclusion."""
        self._of(program)[key] = conclusion

    def _of(self, program: Program) -> dict[object, object]:
        memory = program.memory.get(self._key)
        if memory is None or len(memory) >= self._most:
            memory = program.memory[self._key] = {}
        return memory

    def clear(self) -> None:
        """Forget everything; programs drop what is left when they go."""
        self._key = object()
