"""What the two sides of a comparison are: two days, two readings, a reform, changed facts, or several of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from engine.analysis.compare import Side
from engine.cases.patching import PatchError, changed_at
from engine.decision.statute import Law
from engine.errors import ArrangementError, Fault, shown
from engine.facts.arrangement import Arrangement
from engine.law.intake import parse_yaml, read_arrangement
from engine.law.model import Library

# Finds the law under a reform, in force on a day where it would begin later.
Reforming = Callable[[str, date], Law]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is other on the other side.

    Attributes:
        days: The law of the one day and of the other.
        against: Readings, by id.
        reform: Id of a reform, taken as in force on the day of the other side where it would begin later.
        changes: Facts that are changed, each written `POINTER=VALUE` with the value in YAML or JSON.
    """

    days: tuple[date, date] | None = None
    against: Mapping[str, str] = field(default_factory=dict)
    reform: str | None = None
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """How whoever asks names the parts of a comparison, to be told where a fault is and what to add."""

    changes: str
    whole: str
    help: str


def sides_of(
    plain: Any,
    law: Law,
    wanted: Wanted,
    reforming: Reforming,
    names: Names,
    *,
    as_of: date | None = None,
    readings: Mapping[str, str] | None = None,
    reforms: Iterable[str] = (),
) -> tuple[Side, Side]:
    """Return the two sides of a comparison.

    Args:
        plain: The arrangement as plain data.
        reforms: Those that `law` is under.
    Raises:
        ArrangementError: Faults of the arrangement or of a change, or there is nothing to compare with.
    """
    arrangement = read_arrangement(plain, law.library)
    chosen = {**arrangement.readings, **(readings or {})}
    today = as_of or arrangement.as_of or date.today()  # noqa: DTZ011 - the caller's own calendar
    one = Side("as it stands", arrangement, law, today, chosen, tuple(reforms))
    other, labels = one, []
    if wanted.days is not None:
        one = replace(one, label=wanted.days[0].isoformat(), day=wanted.days[0])
        other, labels = replace(other, day=wanted.days[1]), [wanted.days[1].isoformat()]
    if wanted.against:
        other = replace(other, readings={**chosen, **wanted.against})
        labels += [f"{name}={option}" for name, option in wanted.against.items()]
    if wanted.reform is not None:
        other = replace(other, law=reforming(wanted.reform, other.day), reforms=(wanted.reform,))
        labels.append(f"under {wanted.reform}")
    if wanted.changes:
        other = replace(other, arrangement=_changed(plain, wanted.changes, other.law.library, names.changes))
        labels += wanted.changes
    if not labels:
        raise ArrangementError([Fault("nothing-to-compare", "nothing to compare with", names.whole, names.help)])
    return one, replace(other, label=", ".join(labels))


def _changed(plain: Any, changes: Iterable[str], library: Library, where: str) -> Arrangement:
    """Return the arrangement with its changes; under a reform it may use the reform's own words."""
    found = {}
    for text in changes:
        pointer, equals, value = text.partition("=")
        if not equals:
            raise ArrangementError([Fault("bad-change", f"`{shown(text)}` is not POINTER=VALUE", where)])
        found[pointer] = parse_yaml(f"value: {value}", where)["value"]
    try:
        return read_arrangement(changed_at(plain, found), library)
    except PatchError as error:
        raise ArrangementError([Fault("bad-change", str(error), where)]) from None
