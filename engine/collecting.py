"""Keep the garbage collector from walking again and again through the law.

To load it makes a million objects, none of them garbage, and nearly half of the time went into looking for some.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# New objects after which to look for garbage among them: those of some ten decisions, a few megabytes.
_FEW = 20_000


@contextmanager
def uncollected() -> Iterator[None]:
    """Build something large without collections on the way; a collector that was off stays off."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def settle() -> None:
    """Let the garbage collector leave alone what is there by now, in a process that serves one law until it ends.

    To walk through the law holds everybody up for a fifth of a second, once in some hundred decisions. By the usual
    threshold every decision would be interrupted several times for what it is still working with.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_FEW, *gc.get_threshold()[1:])
