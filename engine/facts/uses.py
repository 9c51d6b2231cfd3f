"""Whether the use in a leg lies within the limits that its data set carries.

Each permission of the data set is tried by itself. Permissions are alternatives. One that cannot fit is set aside;
what all that are left agree on is known, and what they differ on is unknown until the transfer names the permission it
relies on. Where none fits, all count again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from engine.facts.arrangement import Dataset, UsePermission
from engine.facts.parties import Value
from engine.facts.permissions import CHECKS, Trial
from engine.facts.values import FALSE, TRUE, UNKNOWN, Missing, PartialSet, Truth

if TYPE_CHECKING:
    from engine.facts.legs import Leg

# Where the answer to each fact stands below the transfer.
USE_FACTS: Final[Mapping[str, str]] = {
    "use_limits": "use/relies_on",
    "use_has_alternatives": "use/relies_on",
    "use_fits_some": "use/relies_on",
    "use_purpose_fits": "use/is_research",
    "use_disease_fits": "use/diseases",
    "use_ancestry_fits": "use/research",
    "use_methods_fit": "use/research",
    "use_genetics_fit": "use/research",
    "use_nonprofit_fits": "importer",
    "use_commerce_fits": "use/commercial",
    "use_place_fits": "storage",
    "use_user_fits": "use/users",
    "use_project_fits": "use/project",
    "use_institution_fits": "importer",
    "use_time_fits": "end",
    "use_publication_fits": "use/publication",
    "use_moratorium_over": "use/publication",
}


def permissions_of(data: Dataset) -> tuple[UsePermission, ...]:
    """Return the permissions of a data set; none where nothing is stated."""
    if data.duo is not None:
        return (UsePermission(id="duo", codes=data.duo),)
    return data.use_permissions or ()


def use_fact(leg: Leg, name: str) -> Value:
    """Return a fact of `USE_FACTS` for a leg."""
    if leg.uses is None:
        leg.uses = _facts(leg)
    return leg.uses[name]


def _facts(leg: Leg) -> Mapping[str, Value]:
    tried = [Trial(leg, each) for each in permissions_of(leg.data)]
    fitting = [trial for trial in tried if trial.fits != FALSE] or tried
    named = leg.transfer.use.relies_on if leg.transfer.use else None
    fitting = [trial for trial in fitting if trial.permission.id in (named or ())] or fitting
    facts: dict[str, Value] = {
        "use_limits": _common([trial.limits for trial in fitting]),
        "use_has_alternatives": len(tried) > 1,
        "use_fits_some": _value(max((trial.fits for trial in tried), default=TRUE)),
        "use_moratorium_over": _agreed(trial.moratorium_over for trial in fitting),
    }
    return facts | {name: _agreed(trial.checks[name] for trial in fitting) for name in CHECKS}


def _common(sets: list[frozenset[str]]) -> PartialSet:
    if not sets:
        return PartialSet(frozenset(), complete=True)
    return PartialSet(frozenset.intersection(*sets), complete=all(each == sets[0] for each in sets))


def _agreed(truths: Iterable[Truth]) -> Value:
    found = set(truths)
    return True if not found else _value(found.pop()) if len(found) == 1 else Missing.UNKNOWN


def _value(truth: Truth) -> Value:
    return Missing.UNKNOWN if truth == UNKNOWN else truth == TRUE
