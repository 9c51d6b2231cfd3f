"""Decide a kept arrangement again, and say whether the answer is the same, or what changed.

By the law of today, the day and the readings stay those of the record: what differs then is the encoded law or the
engine. By the kept law, whose files are loaded again, what differs can only be the engine. That one is decided by the
reference evaluator alone: the inference core runs no law that was not tried out when the service started.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.decision.deciding import decide
from engine.decision.model import DECISION, Decision, Receipt
from engine.decision.statute import Law
from engine.law.files import RulesetFiles
from engine.law.intake import parse_json, read_arrangement
from engine.law.loading import build_library

_Key = tuple[str, str, str]


def replay(row: Mapping[str, Any], law: Law, by_both: bool = True) -> dict[str, Any]:
    """Decide a record again.

    Raises:
        ArrangementError: The law of today no longer knows a word of the arrangement.
    """
    arrangement = read_arrangement(parse_json(row["arrangement"].decode("utf-8-sig")), law.library)
    readings = dict(text.split(":", 1) for text in row["asked_readings"])
    known = {name: option for name, option in readings.items() if name in law.library.readings}
    decision = decide(arrangement, law, as_of=row["as_of"], readings=known, core=by_both)
    written = DECISION.dump_json(decision)
    sha256 = hashlib.sha256(written).hexdigest()
    same = written == row["decision"]
    return {
        "evaluation": row["id"],
        "same": same,
        "recorded_sha256": row["decision_sha256"],
        "replayed_sha256": sha256,
        "outcome": {"recorded": row["outcome"], "replayed": decision.outcome},
        "changes": [] if same else _changes(row["decision"], decision),
    }


def replay_by_kept_law(row: Mapping[str, Any], files: RulesetFiles) -> dict[str, Any]:
    """Decide a record again by the law that decided it, loaded from its kept files."""
    law = Law(build_library(files))
    try:
        return replay(row, law, by_both=False)
    finally:
        law.close()


def _changes(recorded: bytes, after: Decision) -> list[dict[str, Any]]:
    """Return what changed, causes first."""
    before = DECISION.validate_json(recorded)
    causes = _receipts(before.receipt, after.receipt)
    effects = _findings(before, after)
    if not effects and DECISION.dump_json(replace(after, receipt=before.receipt)) != recorded:
        effects = [_change("wording", "reasons, questions or conditions", None, None)]
    return causes + effects


def _change(what: str, name: str, before: str | None, after: str | None) -> dict[str, Any]:
    return {"what": what, "name": name, "recorded": before, "replayed": after}


def _receipts(before: Receipt, after: Receipt) -> list[dict[str, Any]]:
    changes = []
    if before.engine != after.engine:
        changes.append(_change("engine", "engine", before.engine, after.engine))
    if before.library_sha256 != after.library_sha256:
        changes.append(_change("library", "library", before.library_sha256, after.library_sha256))
    old = {each.instrument: each.sha256 for each in before.rulesets}
    new = {each.instrument: each.sha256 for each in after.rulesets}
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return changes + [_change("instrument", name, old.get(name), new.get(name)) for name in names]


def _findings(before: Decision, after: Decision) -> list[dict[str, Any]]:
    old, new = _outcomes(before), _outcomes(after)
    return [
        _change("finding", " ".join(part for part in key if part), old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]


def _outcomes(decision: Decision) -> dict[_Key, str]:
    found: dict[_Key, str] = {("whole", "", ""): decision.outcome}
    for transfer in decision.transfers:
        found[transfer.id, "", ""] = transfer.outcome
        found |= {(transfer.id, each.dataset, each.instrument): each.outcome for each in transfer.findings}
    return found
