"""The law, loaded and ready to decide: library, statute books, programs and the inference core."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import date
from pathlib import Path

from engine.inference.core import Core
from engine.inference.programs import BookPrograms, ProgramCache
from engine.law.book import Books
from engine.law.loading import load_library
from engine.law.model import Library
from engine.law.reforms import load_reform

# A service that is asked about many days keeps the books of those asked about last. There is to be room for every book:
# whoever looks for the next change goes through all later ones, and with less room each would be made again each time.
_MOST_BOOKS = 1024


class Law:
    """A checked library with everything needed to decide by it. Safe to share among threads."""

    def __init__(self, library: Library, remember: int = 512) -> None:
        """Make the law ready; what is found from up to `remember` sets of truths per program is remembered."""
        self.library = library
        self.books = Books(library)
        self.core = Core(remember)
        self._cache = ProgramCache(self.books, remember)
        self._programs: OrderedDict[date, BookPrograms] = OrderedDict()
        self._lock = threading.Lock()

    def programs(self, day: date) -> BookPrograms:
        """Return the programs of the book of a day."""
        first = self.books.interval(day).first
        with self._lock:
            found = self._programs.get(first)
            if found is None:
                found = self._programs[first] = BookPrograms(self.books.on(day), self._cache)
                if len(self._programs) > _MOST_BOOKS:
                    self._programs.popitem(last=False)
            self._programs.move_to_end(first)
        return found

    def close(self) -> None:
        """Give the inference core's memory back."""
        self.core.close()


def load_law(root: Path, reform: str | None = None, reform_from: date | None = None) -> Law:
    """Load and check the rulesets below `root`, with a reform laid over them where one is named.

    Args:
        reform_from: Take the reform as in force from this day on, whatever day it names itself.
    Raises:
        RulesetError: Every fault of every file, sorted by place.
    """
    return Law(load_library(root, reform, reform_from))


def law_under(root: Path, reform: str, day: date) -> Law:
    """Load the law under a reform, taken as in force on a day where it would begin later.

    Raises:
        RulesetError: There is no such reform, or there are faults.
    """
    begins = load_reform(root, reform).first
    return load_law(root, reform, day if day < begins else None)
