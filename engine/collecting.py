"""Keep the garbage collector from walking again and again through what is being built.

To load the law makes a million objects, none of them garbage, and nearly half of the time went into looking for some.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
