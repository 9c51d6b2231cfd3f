"""Processes that share work: none outlives the one that started it, and one that is killed costs its own work only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.analysis.processes import shared

ROOT = Path(__file__).parents[2]
SLOW = """
import os, time
from pathlib import Path
from engine.analysis.processes import forked, shared

def slow(number):
    Path(f"started-{number}").touch()
    if number:
        time.sleep(600)
    return number
"""
SHARED = f"{SLOW}\nlist(shared(slow, dict(enumerate((1, 2, 3))), 3))"
# Whoever did the first piece has nothing to do, or the same process has both; one at least waits for work.
IDLE = f"{SLOW}\nlist(forked(2).map(slow, (0, 1)))"


@pytest.mark.parametrize(("program", "busy"), [(SHARED, 3), (IDLE, 1)], ids=["all at work", "one waiting for work"])
def test_processes_end_when_their_parent_is_killed(program: str, busy: int, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        wait_for(lambda: (tmp_path / f"started-{busy}").exists())
        parent.send_signal(signal.SIGKILL)
        # They hold the other end of this pipe: it closes when the last of them has ended.
        parent.communicate(timeout=20)
    finally:
        end_group(parent.pid)
        parent.communicate()


def wait_for(condition: object) -> None:
    assert callable(condition)
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def killing(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_work_that_kills_whoever_does_it_is_given_up() -> None:
    from concurrent.futures.process import BrokenProcessPool

    with pytest.raises(BrokenProcessPool):
        list(shared(killing, {0: 0, 1: 1}, 2))


def noted(path: Path) -> int:
    time.sleep(0.05)
    path.touch()
    return 0


def test_what_nobody_waits_for_any_more_is_not_done(tmp_path: Path) -> None:
    pieces = {number: tmp_path / str(number) for number in range(100)}
    next(results := shared(noted, pieces, 2))
    results.close()  # type: ignore[attr-defined]
    assert len(list(tmp_path.iterdir())) < 50
