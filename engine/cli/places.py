"""Where the rulesets are."""

from __future__ import annotations

import os
from pathlib import Path


def default_rulesets() -> Path:
    """Return the folder of rulesets: `SAFECONDUCT_RULESETS`, else the installed ones, else those beside the source."""
    named = os.environ.get("SAFECONDUCT_RULESETS")
    if named:
        return Path(named)
    package = Path(__file__).resolve().parent.parent
    installed = package / "_rulesets"
    return installed if installed.is_dir() else package.parent / "rulesets"
