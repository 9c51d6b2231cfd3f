"""A disk so small that it is soon full, for tests: a file system in memory, where this machine lets us make one."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Disk:
    """A file system of some MiB."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resize(self, size: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}m", str(self.folder)], check=True)

    def fill(self) -> None:
        """Take all that is left but a few pages."""
        left = os.statvfs(self.folder)
        with (self.folder / "ballast").open("wb") as file:
            file.write(b"\0" * max(0, (left.f_bavail - 16) * left.f_frsize))


@contextmanager
def small_disk(size: int) -> Iterator[Disk]:
    folder = Path(tempfile.mkdtemp())  # below what a server of another user may enter
    options = ["-t", "tmpfs", "-o", f"size={size}m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(["mount", *options], check=False).returncode:
        pytest.skip("only root can make a small disk here; what a full one does is tested without it as well")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()
