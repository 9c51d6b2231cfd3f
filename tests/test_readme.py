"""The README tells the truth: what it shows is what the command prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_in_the_readme_is_the_real_output() -> None:
    shown = README.partition("first lines -->\n```\n")[2].partition("\n...\n```")[0]
    command = [sys.executable, "-m", "engine.cli", "evaluate", "examples/thl-nih-diabetes.yaml", "--format", "summary"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert shown
    assert done.stdout.startswith(shown)


def test_every_file_that_the_readme_links_to_is_there() -> None:
    targets = [part.partition(")")[0] for part in README.split("](")[1:]]
    missing = [target for target in targets if "://" not in target and not (ROOT / target).exists()]
    assert missing == []
