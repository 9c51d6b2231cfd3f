"""The law being served under a reform: laid over it when first asked for, and kept for those who ask next."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import date
from pathlib import Path

from engine.decision.statute import Law
from engine.errors import ArrangementError, Fault, did_you_mean, shown
from engine.law.files import RulesetFiles
from engine.law.loading import build_library
from engine.law.model import Library
from engine.law.reforms import Reform, load_reform, overlaid, reform_names, reformed

# A law takes some tens of megabytes; whoever asks about one reform asks about it again.
_MOST_LAWS = 4


class Reforms:
    """Reforms of the rulesets, and the laws under them. Safe to share among threads."""

    def __init__(self, rulesets: Path) -> None:
        self.rulesets = rulesets
        self._laws: OrderedDict[tuple[str, str, date | None], Law] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, name: str, where: str) -> Reform:
        """Return a reform.

        Raises:
            ArrangementError: There is none of that name.
        """
        known = reform_names(self.rulesets)
        if name not in known:
            hint = did_you_mean(name[:100], known) or f"known are {', '.join(known) or 'none'}"
            raise ArrangementError([Fault("unknown-reform", f"there is no reform `{shown(name)}`", where, hint)])
        return load_reform(self.rulesets, name)

    def law(self, base: Library, files: RulesetFiles, name: str, day: date, where: str) -> Law:
        """Return the law under a reform, taken as in force on `day` where it would begin later.

        Args:
            base: The law being served, and the files that it was made of.
        Raises:
            ArrangementError: There is no such reform.
        """
        first = self.find(name, where).first
        moved = day if day < first else None
        key = (base.digest, name, moved)
        with self._lock:  # two who ask for one law wait for it once
            law = self._laws.get(key)
            if law is None:
                overlay = load_reform(self.rulesets, name, moved)
                law = Law(reformed(build_library(overlaid(files, overlay)), overlay))
                self._laws[key] = law
                if len(self._laws) > _MOST_LAWS:
                    self._laws.popitem(last=False)
            self._laws.move_to_end(key)
        return law
