"""A PostgreSQL of a test's own, to be stopped and crashed: the one that tests share must not be."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.service.test_serving import free_port


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server with its folder; every commit is on disk before it is acknowledged, as PostgreSQL does by default."""

    folder: Path
    port: int
    settings: str = ""

    @property
    def url(self) -> str:
        """The address of a database that it has."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start, and wait until it lets clients in."""
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}{self.settings}"
        )
        self._control("start", "-o", options, "-l", str(self.folder / "log"))

    def stop(self, how: str) -> None:
        """Stop.

        Args:
            how: `fast` ends what is going on and shuts down; `immediate` is a crash.
        """
        self._control("stop", "-m", how)

    def _control(self, *what: str) -> None:
        _run("pg_ctl", "-w", "-t", "60", "-D", str(self.folder / "data"), *what)


@contextmanager
def cluster(*made_with: str, settings: str = "") -> Iterator[Cluster]:
    """Yield a running server without anything in it; removed afterwards.

    Args:
        made_with: Options of `initdb`.
        settings: Options of the server.
    """
    if shutil.which("initdb", path=_path()) is None:
        pytest.skip("no `initdb` and `pg_ctl` here; a PostgreSQL of our own cannot be restarted")
    # Not below `tmp_path`, which only its owner may enter, and not deep: the name of a socket has 107 bytes.
    with tempfile.TemporaryDirectory(prefix="safeconduct-pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        plain = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        _run("initdb", "-D", str(folder / "data"), *plain, *made_with)
        made = Cluster(folder, free_port(), settings)
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program, path=_path())
    assert found
    # PostgreSQL refuses to run as root.
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        entry = pwd.getpwnam("postgres")
        who = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    # `pg_ctl start` leaves the server behind, which would keep a pipe open for ever.
    with tempfile.TemporaryFile() as told:
        done = subprocess.run([found, *arguments], cwd="/", stdout=told, stderr=told, timeout=90, check=False, **who)
        told.seek(0)
        assert done.returncode == 0, told.read().decode()


def _path() -> str:
    """Where the programs are: Debian keeps them out of the way."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)])
