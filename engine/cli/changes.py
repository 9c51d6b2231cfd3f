"""`safeconduct changes`: decide the arrangements that changed since a commit, for whoever is to merge them."""

from __future__ import annotations

import argparse
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.checking import Checked, check
from engine.cli.commands import EXIT
from engine.cli.github import summary, workflow_commands
from engine.cli.intake import day, readings_of
from engine.decision.rendering import WORDS
from engine.decision.statute import load_law
from engine.errors import ArrangementError, Fault, SafeconductError, shown, visible
from engine.inference.outcomes import worst

if TYPE_CHECKING:
    Subs = argparse._SubParsersAction[argparse.ArgumentParser]

_ENDINGS = (".yaml", ".yml", ".json")


def add_command(subs: Subs) -> None:
    """Add this command to the command line."""
    parser = subs.add_parser("changes", help="decide the arrangements in a git repository that changed since a commit")
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files, folders or patterns of git; all where left out"
    )
    parser.add_argument("--since", required=True, metavar="COMMIT", help="what is changed: a branch or a commit")
    parser.add_argument("--as-of", type=day, metavar="DAY", help="the law of this day (YYYY-MM-DD)")
    parser.add_argument("--reading", action="append", default=[], metavar="ID=OPTION", help="choose a reading")
    parser.add_argument(
        "--format", choices=("text", "github"), default="text", help="github: annotations and a summary"
    )
    parser.set_defaults(run=_changes)


def _changes(options: argparse.Namespace) -> int:
    law = load_law(options.rulesets, options.reform)
    readings = readings_of(options.reading, law.library)
    root = Path(_git("rev-parse", "--show-toplevel").rstrip("\n"))
    checked = [check(root, file, law, options.as_of, readings) for file in _changed(root, options.since, options.paths)]
    for line in workflow_commands(checked) if options.format == "github" else _lines(checked):
        print(line)
    if options.format == "github":
        _hand_over("GITHUB_STEP_SUMMARY", summary(checked))
        _hand_over("GITHUB_OUTPUT", f"outcome={_outcome(checked)}\nfiles={len(checked)}\n")
    if any(each.decision is None for each in checked):
        return 2
    return EXIT[worst(each.decision.outcome for each in checked if each.decision)]


def _outcome(checked: Sequence[Checked]) -> str:
    if any(each.decision is None for each in checked):
        return "unreadable"
    return worst(each.decision.outcome for each in checked if each.decision) if checked else "nothing_changed"


def _changed(root: Path, since: str, paths: Sequence[str]) -> Iterator[str]:
    """Yield the files that differ from where this branch left `since`, committed or not; none that are gone."""
    if since.startswith("-") or not since:
        raise ArrangementError([Fault("bad-commit", f"`{shown(since)}` is no commit", "--since")])
    names = ("diff", "--name-only", "-z", "--no-renames", "--diff-filter=d", "--merge-base", since, "--")
    for name in sorted(_git(*names, *paths).split("\0")):
        if name.lower().endswith(_ENDINGS) and (root / name).exists():
            yield name


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SafeconductError("git is not installed") from None
    if done.returncode:
        told = visible(done.stderr.strip().splitlines()[0] if done.stderr.strip() else "no reason given")
        hint = "; fetch more of the history (`fetch-depth: 0`)" if "no merge base" in told or "bad" in told else ""
        raise SafeconductError(f"git {arguments[0]}: {told}{hint}")
    return done.stdout


def _lines(checked: Sequence[Checked]) -> Iterator[str]:
    for each in checked:
        if each.decision is None:
            yield from map(str, each.faults)
            continue
        yield f"{visible(each.file)}: {WORDS[each.decision.outcome]} (law of {each.decision.as_of})"
        for number, transfer in enumerate(each.decision.transfers):
            yield f"  {visible(str(each.place(f'/transfers/{number}')))}: {transfer.id}: {WORDS[transfer.outcome]}"
    yield f"{len(checked)} arrangement{'s' if len(checked) != 1 else ''} changed"


def _hand_over(variable: str, text: str) -> None:
    """Append to a file that the runner named in its environment."""
    name = os.environ.get(variable)
    if name:
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(text)
