"""Processes that are forked here to share work: they find the law at hand, and they end when this process ends.

However it ends: a process that is killed cannot tell those that it started, so each of them watches it. Where one
machine is too small, a cluster has processes of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing import connection, get_context, parent_process
from threading import Thread
from typing import Any, TypeVar

Piece = TypeVar("Piece")
Done = TypeVar("Done")
_MOST_BROKEN = 3
_MOST_TRIES = 3


def forked(workers: int) -> ProcessPoolExecutor:
    """Return a pool of processes that are forked from this one and end with it."""
    return ProcessPoolExecutor(workers, mp_context=get_context("fork"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    Thread(target=_watch_parent, name="parent-watch", daemon=True).start()


def _watch_parent() -> None:
    parent = parent_process()
    assert parent is not None
    # A pipe whose other end the parent holds. Processes forked later hold it too, and end before: the last one first.
    connection.wait([parent.sentinel])
    os._exit(1)


def shared(work: Callable[[Piece], Done], pieces: dict[int, Piece], workers: int) -> Iterator[tuple[int, Done]]:
    """Yield what `work` makes of each piece, with its number, in whatever order it is done.

    What a process that was killed had under way is done anew by others.

    Raises:
        BrokenProcessPool: Processes were killed time and again.
    """
    todo = dict(pieces)
    for attempt in range(_MOST_BROKEN + 1):
        try:
            with forked(workers) as pool:
                running: dict[Future[Done], int] = {pool.submit(work, piece): number for number, piece in todo.items()}
                try:
                    while running:
                        finished, _ = wait(running, return_when=FIRST_COMPLETED)
                        for future in finished:
                            number = running.pop(future)
                            found = future.result()
                            del todo[number]
                            yield number, found
                finally:
                    for future in running:  # whoever asked wants no more
                        future.cancel()
            return
        except BrokenProcessPool:
            if attempt == _MOST_BROKEN:
                raise


def on_cluster(work: Callable[[Piece], Done], pieces: dict[int, Piece], cluster: str) -> Iterator[tuple[int, Done]]:
    """Yield what the workers of a Dask scheduler make of each piece, with its number, in whatever order it is done."""
    distributed: Any = import_module("distributed")  # an extra, not there for everybody
    with distributed.Client(cluster) as client:
        futures = {
            client.submit(work, piece, pure=False, retries=_MOST_TRIES): number for number, piece in pieces.items()
        }
        for future in distributed.as_completed(list(futures)):
            yield futures[future], future.result()
