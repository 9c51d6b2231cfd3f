"""Decisions that were made a moment ago: what is asked again, to the letter and on the same day, is not decided again.

A decision depends on its arrangement, the law and the day, and on nothing else, so that it would come out the same.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class Remembered(Generic[ItemT]):
    """The items that were asked for last, up to a number of bytes. Safe to share among threads."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._bytes = 0
        self._items: OrderedDict[Hashable, tuple[ItemT, int]] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, key: Hashable) -> ItemT | None:
        """Return an item, or None where it is not remembered."""
        with self._lock:
            found = self._items.get(key)
            if found is None:
                return None
            self._items.move_to_end(key)
        return found[0]

    def remember(self, key: Hashable, item: ItemT, size: int) -> None:
        """Remember an item of so many bytes, and forget those that were asked for longest ago."""
        with self._lock:
            self._bytes += size - self._items.pop(key, (item, 0))[1]
            self._items[key] = item, size
            while self._bytes > self.most_bytes:
                _, (_, freed) = self._items.popitem(last=False)
                self._bytes -= freed
