"""The law, loaded and ready to decide: library, statute books, programs and the inference core."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

from engine.inference.core import Core
from engine.inference.programs import BookPrograms
from engine.law.book import Books, StatuteBook
from engine.law.loading import load_library
from engine.law.model import Library


class Law:
    """A checked library with everything needed to decide by it. Safe to share among threads."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.books = Books(library)
        self.core = Core()
        self._programs: dict[int, BookPrograms] = {}
        self._lock = threading.Lock()

    def programs(self, day: date) -> BookPrograms:
        """Return the programs of the book of a day."""
        book: StatuteBook = self.books.on(day)
        found = self._programs.get(id(book))
        if found is None:
            with self._lock:
                found = self._programs.setdefault(id(book), BookPrograms(book))
        return found

    def close(self) -> None:
        """Give the inference core's memory back."""
        self.core.close()


def load_law(root: Path, reform: str | None = None) -> Law:
    """Load and check the rulesets below `root`, with a reform laid over them where one is named.

    Raises:
        RulesetError: Every fault of every file, sorted by place.
    """
    return Law(load_library(root, reform))
