"""Literals of RDF as they are written: while a document is read, none is turned into a value of Python.

rdflib does so by default, and with some a few bytes are enough to keep it busy for minutes, or to fill the memory:
`1e99999999` as a decimal number, unclosed tags as HTML. There is no setting against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from rdflib import term

_is_reading: ContextVar[bool] = ContextVar("is_reading", default=False)


class _Values(dict[Any, Any]):
    """What rdflib makes values with, and nothing for whoever reads a document of ours just now."""

    def __getitem__(self, datatype: Any) -> Any:
        if _is_reading.get():
            raise KeyError(datatype)
        return super().__getitem__(datatype)

    def __contains__(self, datatype: object) -> bool:
        return not _is_reading.get() and super().__contains__(datatype)


term._toPythonMapping = _Values(term._toPythonMapping)


@contextmanager
def as_written() -> Iterator[None]:
    """Leave literals as they are within; other threads, and others who use rdflib, do not notice."""
    token = _is_reading.set(True)
    try:
        yield
    finally:
        _is_reading.reset(token)
