"""A server process of its own with a new database, for what has to be seen from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.service.test_serving import server, statuses_until_ready


@dataclass(frozen=True)
class Running:
    """Where it answers, and the key of its first administrator."""

    address: str
    key: str


@contextmanager
def running(rulesets: Path, folder: Path, cache: Path | None = None, **environment: str) -> Iterator[Running]:
    """Run a server until it is no longer needed.

    Args:
        folder: Where its database goes.
        cache: Where it notes which law passed its trial; also in `folder` where left out.
    """
    quiet = {"SAFECONDUCT_DATA": str(folder / "data"), "SAFECONDUCT_LOG_LEVEL": "warning", **environment}
    with server(rulesets, cache or folder, **quiet) as (port, process):
        assert process.stderr
        shown = (line.decode().strip() for line in process.stderr)
        key = next(line for line in shown if line.startswith("sck_"))
        assert statuses_until_ready(port)[-1] == 200
        yield Running(f"http://127.0.0.1:{port}", key)
