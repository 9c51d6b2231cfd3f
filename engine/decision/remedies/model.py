"""What a search for remedies returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.decision.basis import Basis
from engine.inference.outcomes import Outcome

# lawful: nothing is wanted; remedies: some set of acts makes all of it lawful; facts_missing: acts help as far as facts
# are known, and the rest stays undetermined; none: no set of acts does.
Status = Literal["lawful", "remedies", "facts_missing", "none"]


@dataclass(frozen=True, slots=True)
class Ground:
    """A rule, with its citation."""

    rule: str
    cite: str
    says: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class RemedyAct:
    """One thing to put in place.

    Attributes:
        by: Who acts, as the ruleset says: exporter, importer, both, authority, subjects, ethics_board, funder.
        parties: The parties of the arrangement that act, or that apply to who does.
        transfers: Transfers that it serves; one act is counted once, however many it serves.
        days: Usual lead time, where the ruleset knows one.
        evidence: What its evidence has to show.
        grounds: Rules that ask for it and are satisfied by it.
    """

    measure: str
    ask: str
    by: str
    parties: tuple[str, ...]
    transfers: tuple[str, ...]
    effort: int
    days: int | None
    evidence: dict[str, str | int | bool]
    grounds: tuple[Ground, ...] = ()


@dataclass(frozen=True, slots=True)
class Remedy:
    """A set of acts, proven by deciding the arrangement with them in place.

    Attributes:
        days: The longest lead time; acts can be prepared side by side.
        outcome: Of the whole arrangement with the acts in place, worked out anew.
        transfers: Outcome of each transfer, worked out anew.
        mechanisms: The routes that then carry each transfer.
    """

    effort: int
    days: int | None
    acts: tuple[RemedyAct, ...]
    outcome: Outcome
    transfers: dict[str, Outcome]
    mechanisms: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Blocker:
    """An instrument without which a lawful set of acts would exist: one of a smallest group that rules it out.

    Attributes:
        rules: Bans that hold, and routes that stay closed.
    """

    instrument: str
    title: str
    cite: str
    transfer: str
    outcome: Outcome
    rules: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another shape of the arrangement, proven by deciding it.

    Attributes:
        kind: federated_analysis, enclave, remote_access, pseudonymise, aggregate, synthetic, fewer_categories,
            fewer_people, other_hub.
        changes: What is changed, as JSON pointers with new values.
        outcome: As it then is, without any act.
        status: What a search for remedies then finds.
        remedy: The cheapest set of acts that is then wanted, or None.
    """

    kind: str
    says: str
    changes: dict[str, str]
    outcome: Outcome
    status: Status
    remedy: Remedy | None


@dataclass(frozen=True, slots=True)
class Remedies:
    """What would make an arrangement lawful.

    Attributes:
        outcome: As it stands.
        remedies: Least effort first; none holds all of another one.
        blockers: Where status is none: the smallest group of instruments, by transfer, that together rule it out.
        undetermined: Where facts are missing: the instruments, by transfer, on which they bear.
        alternatives: Other shapes, in the order in which people try them.
    """

    title: str
    as_of: date
    outcome: Outcome
    status: Status
    remedies: tuple[Remedy, ...]
    blockers: tuple[Blocker, ...]
    undetermined: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    basis: Basis
