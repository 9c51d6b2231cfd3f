"""Checklists, warnings and reasons show a rule without the one before it in its file: its sentence stands alone."""

from __future__ import annotations

import re

from tests.rulesets_for_tests.making import shipped_law as law

_LEANS = re.compile(r"(So (do|does|is|are|may)|The same|They|It|That|Nor|And|Such|Likewise|Neither does)\b")


def test_what_stands_in_a_checklist_does_not_lean_on_another_rule() -> None:
    leaning = [
        f"{rule.id}: {rule.says}"
        for rule in law().library.rules.values()
        if rule.kind in ("duty", "ban", "warning", "commitment") and _LEANS.match(rule.says)
    ]
    assert leaning == []
