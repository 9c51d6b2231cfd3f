"""The command line: `safeconduct`."""

from engine.cli.main import main

__all__ = ["main"]
