"""Runs over a portfolio that are killed: `safeconduct impact` in processes of its own, killed from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from engine.analysis.portfolio import synthetic
from engine.law.loading import load_library

ROOT = Path(__file__).parents[2]
# Small pieces, and each takes a while, so that there is something left to do when a process is killed.
RUN = """
import sys, time
from engine.analysis import impact
from engine.cli.main import main
tried = impact.tried
def slowly(*given):
    time.sleep(float(sys.argv[1]))
    return tried(*given)
impact.tried, impact._CHUNK = slowly, 6
raise SystemExit(main(sys.argv[2:]))
"""


def lines() -> str:
    library = load_library(ROOT / "rulesets")
    made = synthetic(120, library, seed=7)
    return "".join(json.dumps({"id": each.id, "arrangement": json.loads(each.text)}) + "\n" for each in made)


def started(folder: Path, pause: float, *more: str) -> subprocess.Popen[bytes]:
    (folder / "portfolio.ndjson").write_text(lines(), encoding="utf-8")
    books = ["--before", "2026-11-30", "--after", "2026-12-01", "--everything", "--format", "json"]
    command = [sys.executable, "-c", RUN, str(pause), "impact", "--portfolio", "portfolio.ndjson", *books, *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, start_new_session=True)


def answer(run: subprocess.Popen[bytes]) -> Any:
    told, _ = run.communicate(timeout=300)
    assert run.returncode == 0
    return json.loads(told)


def wait_for_lines(file: Path, count: int) -> None:
    deadline = time.monotonic() + 120
    while not file.exists() or len(file.read_bytes().splitlines()) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def end(run: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(run.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        run.communicate()


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]


def test_a_run_goes_on_when_a_worker_is_killed_and_one_that_is_killed_whole_is_resumed(tmp_path: Path) -> None:
    kept = tmp_path / "kept.ndjson"
    more = ("--workers", "2", "--resume", kept.name)
    run = started(tmp_path, 0.3, *more)
    try:
        wait_for_lines(kept, 1)
        os.kill(children(run.pid)[0], signal.SIGKILL)
        count = len(kept.read_bytes().splitlines())
        wait_for_lines(kept, count + 3)  # others have taken over
        run.send_signal(signal.SIGKILL)
    finally:
        end(run)
    done = kept.read_bytes().splitlines()
    assert 4 <= len(done) < 20
    assert answer(started(tmp_path, 0, *more)) == answer(started(tmp_path, 0, "--workers", "1"))
    after = kept.read_bytes().splitlines()
    assert after[: len(done)] == done
    chunks = [json.loads(line)["chunk"] for line in after]
    assert len(chunks) == len(set(chunks)) == 20
