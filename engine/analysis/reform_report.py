"""What is told of a reform: the pairs and scenarios that stand otherwise, the rules behind them, and what remains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.decision.basis import Basis
from engine.inference.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Shift:
    """A pair that stands otherwise under the reform.

    Attributes:
        kind: opens (lawful at once, where it was not), closes, eases (less effort, or a remedy where there was none),
            hardens, shuts (no remedy any more), settles (the effort becomes known, or is no longer), carries (only the
            route is another one).
        acts: Measures of the cheapest remedy that remains.
    """

    scenario: str
    exporter: str
    importer: str
    kind: str
    before: Outcome
    after: Outcome
    effort_before: int | None
    effort_after: int | None
    mechanisms: tuple[str, ...]
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """One scenario before and under the reform.

    Attributes:
        lawful: Pairs that are lawful at once.
        remediable: Pairs that some remedy opens.
        effort: Sum of the efforts of the cheapest remedies.
        shut: Pairs that nothing in the parties' hands opens.
        not_encoded: Pairs left open because law that touches them is not encoded on the day.
        unsettled: Pairs left open for another reason.
        friction: Effort by cause.
    """

    scenario: str
    title: str
    pairs: int
    lawful: tuple[int, int]
    remediable: tuple[int, int]
    effort: tuple[int, int]
    shut: tuple[int, int]
    not_encoded: tuple[int, int]
    unsettled: tuple[int, int]
    friction: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that stands otherwise in pairs that do.

    Attributes:
        before: How it stood: its status, or "" where it was not in force or not looked at.
        pairs: In how many pairs, over all scenarios.
    """

    rule: str
    cite: str
    says: str
    recalled: bool
    before: str
    after: str
    pairs: int
    scenarios: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """A commitment of a treaty or of soft law that applies under the reform alone; it decides nothing.

    Attributes:
        pairs: Such as `KR→US`, in the first scenario asked about.
    """

    rule: str
    cite: str
    says: str
    pairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReformReport:
    """A reform compared with the law as it is, on one day."""

    reform: str
    title: str
    says: str
    as_of: date
    countries: tuple[str, ...]
    tallies: tuple[Tally, ...]
    shifts: tuple[Shift, ...]
    reasons: tuple[Reason, ...]
    remarks: tuple[Remark, ...]
    basis: Basis
