"""What a decision rests on, as hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from engine.decision.model import Receipt, RulesetUsed
from engine.decision.statute import Law
from engine.facts.arrangement import Arrangement
from engine.law.book import StatuteBook


@cache
def engine_version() -> str:
    """Return the version of the installed package."""
    try:
        return version("safeconduct")
    except PackageNotFoundError:
        return "0+source"


def canonical(arrangement: Arrangement) -> bytes:
    """Return an arrangement as canonical JSON: keys sorted, nothing that was left out, no spaces."""
    data = arrangement.model_dump(mode="json", exclude_unset=True)
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def receipt_of(
    arrangement: Arrangement,
    law: Law,
    book: StatuteBook,
    day: date,
    readings: Mapping[str, str],
    used: Iterable[str],
) -> Receipt:
    """Return the receipt of a decision."""
    rulesets = [
        RulesetUsed(name, law.library.instruments[name].digest, book.recalled(name), len(book.rules[name]))
        for name in sorted(used)
    ]
    return Receipt(
        engine=engine_version(),
        as_of=day,
        input_sha256=hashlib.sha256(canonical(arrangement)).hexdigest(),
        library_sha256=law.library.digest,
        rulesets=tuple(rulesets),
        readings=dict(sorted(readings.items())),
    )
