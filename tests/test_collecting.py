from __future__ import annotations

import contextlib
import gc

import pytest

from engine.collecting import settle, uncollected


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


def test_a_process_that_serves_looks_for_garbage_less_often_and_not_in_the_law() -> None:
    before = gc.get_threshold()
    try:
        gc.set_threshold(700, 10, 5)
        settle()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[0] > 700
        assert gc.get_threshold()[1:] == (10, 5)
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
