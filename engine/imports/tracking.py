"""Walk a JSON document and know what was never looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.imports.draft import is_whole, text_of
from engine.shape import pointer_of

Path = tuple[str | int, ...]


class Tracked:
    """A JSON document whose used places are marked."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.used: set[Path] = set()

    def get(self, *path: str | int) -> Any:
        """Return what stands at a path, None where nothing does."""
        value = self.data
        for part in path:
            if isinstance(value, dict) and isinstance(part, str):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def take(self, *path: str | int) -> Any:
        """Return what stands at a path, and mark it as used."""
        self.used.add(path)
        return self.get(*path)

    def text(self, *path: str | int) -> str | None:
        """Return the text at a path, and mark it as used unless only a part of it is what an arrangement can hold."""
        value = self.get(*path)
        text = text_of(value)
        if is_whole(value, text):
            self.used.add(path)
        return text

    def items(self, *path: str | int) -> list[Path]:
        """Return the paths of the objects at a path: of each in a list, or of the one."""
        value = self.get(*path)
        if isinstance(value, dict):
            return [path]
        listed = value if isinstance(value, list) else []
        return [(*path, index) for index, item in enumerate(listed) if isinstance(item, dict)]

    def leftovers(self) -> Iterator[tuple[str, Any]]:
        """Yield pointer and value of the uppermost places below which nothing was used."""
        inner = {path[:length] for path in self.used for length in range(len(path))}
        todo: list[tuple[Path, Any]] = [((), self.data)]
        while todo:
            path, value = todo.pop()
            if path in self.used or value in (None, "", [], {}):
                continue
            if path not in inner:
                yield pointer_of(path), value
            elif isinstance(value, dict):
                todo += [((*path, key), item) for key, item in reversed(value.items())]
            elif isinstance(value, list):
                todo += [((*path, index), item) for index, item in reversed(list(enumerate(value)))]
