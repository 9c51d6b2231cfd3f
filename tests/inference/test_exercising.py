"""What becomes of networks, good and bad, that are tried out in a child process."""

from __future__ import annotations

import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from engine.inference import exercising
from engine.inference.durable_backend import DurableFailure
from engine.inference.exercising import exercise
from engine.inference.network import LIMITS, AnyOf, Production, split_network
from tests.inference.test_durable_backend import random_network
from tests.inference.test_network import BUILDERS, all_of, any_of, c, named

GOOD = named([c(1), all_of(c(2), any_of(c(3), all_of(c(4), c(5)))), any_of(c(1), c(1, "u"))])


def child(monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    """Let the next child run `before` first; `b` is what it runs, `c` the capacity."""
    code = f"import engine.inference.exercising as b, engine.inference.capacity as c\n{before}\nb._main()"
    monkeypatch.setattr(exercising, "_CHILD", [sys.executable, "-P", "-c", code])


NO_LIMITS = "c.LIMITS.update((name, c.Limit(10**9, 10**9, '')) for name in list(c.LIMITS))"


def test_good_networks_pass_the_exercise() -> None:
    chance = random.Random(3)
    exercise([])
    exercise([GOOD, split_network(random_network(chance, 10, 30))[0], [Production("never", 0, AnyOf(()))], []])


def test_a_network_that_the_matcher_hangs_on_is_reported_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    child(monkeypatch, NO_LIMITS)
    began = time.monotonic()
    with pytest.raises(DurableFailure, match=r"network 1 \(first production `r0`\) did not finish within 3"):
        exercise([GOOD, BUILDERS["siblings"](512)], seconds=3)
    assert time.monotonic() - began < 10


def test_a_network_that_the_matcher_refuses_facts_of_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    child(monkeypatch, NO_LIMITS)
    with pytest.raises(DurableFailure, match=r"network 0 .* status 1: .*error code: 303"):
        exercise([BUILDERS["stack"](65)])


@pytest.mark.parametrize("limit", ["stack", "siblings", "sharing", "attributes", "productions"])
def test_the_matcher_is_right_up_to_each_hard_limit(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    child(monkeypatch, NO_LIMITS)
    exercise([BUILDERS[limit](LIMITS[limit].hard)])


def test_a_wrong_answer_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    child(monkeypatch, "b.matches = lambda pattern, tokens: True")
    with pytest.raises(DurableFailure, match=r"network 0 .* stratum 0: wrong answer for {}"):
        exercise([GOOD])


def test_a_network_beyond_the_limits_does_not_pass_the_exercise() -> None:
    with pytest.raises(DurableFailure, match="stack is `43`, allowed is `42`"):
        exercise([BUILDERS["stack"](43)])


@pytest.mark.parametrize("crash", ["SIGSEGV", "SIGFPE", "SIGKILL"])
def test_a_child_that_crashes_is_reported_with_the_network_it_was_at(
    monkeypatch: pytest.MonkeyPatch, crash: str
) -> None:
    # What a network of 256 rules that share a test does depends on what else is in memory.
    die = f"import os, signal; os.kill(os.getpid(), signal.{crash})"
    child(monkeypatch, f"def fire(*_):\n  {die}\nt = b._try\nb._try = lambda n: (n or fire(), t(n))")
    with pytest.raises(DurableFailure, match=rf"network 1 .* failed with status -{signal.Signals[crash].value}:"):
        exercise([GOOD, [], GOOD])


def test_a_fault_in_the_making_of_networks_passes_through_and_ends_the_child(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    child(monkeypatch, f"import os, pathlib; pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))")

    def making() -> Iterator[Sequence[Production]]:
        yield GOOD
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        exercise(making())
    pid = (tmp_path / "pid").read_text() if (tmp_path / "pid").exists() else ""
    assert not pid or not Path(f"/proc/{pid}").exists()


def test_the_making_of_networks_is_within_the_time_allowed() -> None:
    def making() -> Iterator[Sequence[Production]]:
        for _ in range(100):
            time.sleep(0.1)
            yield GOOD

    began = time.monotonic()
    with pytest.raises(DurableFailure, match="did not finish within 1 s"):
        exercise(making(), seconds=1)
    assert time.monotonic() - began < 8
