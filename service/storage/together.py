"""Write what many threads want written in one transaction: a commit waits for the disk, and one wait is enough for all.

Nobody waits for others to come: whoever finds that nobody is writing writes everything that is waiting by then. What is
acknowledged is committed, as if each had had a transaction of its own.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")
_MOST = 64


@dataclass(slots=True)
class _Wish(Generic[ItemT]):
    """An item with what became of it; only what is committed has no error."""

    item: ItemT
    error: Exception | None = field(default_factory=lambda: RuntimeError("it was not written"))
    is_done: bool = False


class Together(Generic[ItemT]):
    """The items of one kind that threads want written.

    Attributes:
        write: Writes items in one transaction, and commits it; all of them, or none.
        is_of_one: Whether a failure may be of one item alone, so that the others are worth another try.
    """

    def __init__(self, write: Callable[[Sequence[ItemT]], None], is_of_one: Callable[[Exception], bool]) -> None:
        self.write = write
        self.is_of_one = is_of_one
        self._waiting: deque[_Wish[ItemT]] = deque()
        self._turn = threading.Lock()

    def add(self, item: ItemT) -> None:
        """Write an item, and return once it is committed; raise what keeps it from being written."""
        wish = _Wish(item)
        self._waiting.append(wish)
        while not wish.is_done:
            with self._turn:
                if not wish.is_done:  # then it is still waiting: whoever has a turn ends with those that it took
                    self._serve([self._waiting.popleft() for _ in range(min(_MOST, len(self._waiting)))])
        if wish.error is not None:
            raise wish.error

    def _serve(self, wishes: Sequence[_Wish[ItemT]]) -> None:
        try:
            error = self._try(wishes)
            if error is not None and len(wishes) > 1 and self.is_of_one(error):
                for wish in wishes:
                    self._try([wish])
        finally:
            for wish in wishes:
                wish.is_done = True

    def _try(self, wishes: Sequence[_Wish[ItemT]]) -> Exception | None:
        error: Exception | None = None
        try:
            self.write([wish.item for wish in wishes])
        except Exception as raised:  # noqa: BLE001 - it is raised again by those who wait
            error = raised
        for wish in wishes:
            wish.error = error
        return error
