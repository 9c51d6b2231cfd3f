"""What is done of a long work, a line for each piece, so that work that was stopped goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Journal:
    """A file of what is done. It may hold other work as well, which is left alone."""

    def __init__(self, file: Path, books: str) -> None:
        """Open a journal; `books` tells this work from other work."""
        self._file = file
        self._books = books

    def read(self) -> dict[str, dict[str, Any]]:
        """Return what was noted, by the name of the piece."""
        noted: dict[str, dict[str, Any]] = {}
        if not self._file.exists():
            return noted
        for line in self._file.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue  # the last line of a run that was stopped while it wrote
            if entry["books"] == self._books:
                noted[entry["chunk"]] = entry
        return noted

    def note(self, name: str, found: Mapping[str, Any]) -> None:
        """Note that a piece is done, and what was found."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"books": self._books, "chunk": name, **found}) + "\n")
