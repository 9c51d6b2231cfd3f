"""What an answer beyond a verdict rests on: the law and how well it is known, the days, the readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from engine.decision.receipt import engine_version
from engine.decision.statute import Law


@dataclass(frozen=True, slots=True)
class Basis:
    """What an answer rests on.

    Attributes:
        days: Days whose law took part; of a stretch of time, its first and last day.
        instruments: Instruments that could reach some transfer on one of them.
        rules: Rules of these instruments that were in force, and how many of them were recalled and not seen.
    """

    engine: str
    library_sha256: str
    reforms: tuple[str, ...]
    days: tuple[date, ...]
    readings: dict[str, str]
    instruments: tuple[str, ...]
    rules: int
    recalled_rules: int

    def sentence(self) -> str:
        """Return it as one sentence."""
        shown = [day.isoformat() for day in self.days]
        days = f"{shown[0]} to {shown[-1]}" if len(shown) > 1 else "".join(shown)
        share = round(100 * self.recalled_rules / self.rules) if self.rules else 0
        chosen = ", ".join(f"{key}={value}" for key, value in self.readings.items()) or "none chosen"
        reforms = f"; under {', '.join(self.reforms)}" if self.reforms else ""
        return (
            f"Rests on {len(self.instruments)} instruments with {self.rules} rules ({self.recalled_rules} of them, "
            f"{share} %, recalled and not seen), law of {days}{reforms}; readings: {chosen}."
        )


def basis_of(
    law: Law,
    days: Iterable[date],
    readings: Mapping[str, str],
    used: Iterable[str],
    reforms: Iterable[str] = (),
) -> Basis:
    """Return what an answer rests on, given the instruments that were used."""
    listed, names = tuple(days), tuple(sorted(set(used)))
    first, last = (listed[0], listed[-1]) if listed else (date.max, date.min)
    rules = [
        rule
        for name in names
        for rule in law.library.instruments[name].rules
        if rule.period.first <= last and rule.period.last >= first
    ]
    recalled = sum(rule.checked.text == "recalled" for rule in rules)
    return Basis(
        engine_version(),
        law.library.digest,
        tuple(reforms),
        listed,
        dict(sorted(readings.items())),
        names,
        len(rules),
        recalled,
    )
