from __future__ import annotations

import contextlib
import gc

import pytest

from engine.collecting import uncollected


@pytest.mark.parametrize("was_on", [True, False])
@pytest.mark.parametrize("fails", [True, False])
def test_the_collector_is_off_meanwhile_and_then_as_it_was(was_on: bool, fails: bool) -> None:
    if not was_on:
        gc.disable()
    try:
        with contextlib.suppress(ZeroDivisionError), uncollected():
            assert not gc.isenabled()
            if fails:
                raise ZeroDivisionError
        assert gc.isenabled() is was_on
    finally:
        gc.enable()
