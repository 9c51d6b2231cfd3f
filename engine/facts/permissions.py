"""One permission for data against the use that a leg makes of them, in three-valued logic."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from engine.facts.arrangement import RequestedUse, UsePermission
from engine.facts.duo import limit_of
from engine.facts.parties import PartyView
from engine.facts.places import country_of
from engine.facts.values import FALSE, TRUE, UNKNOWN, Missing, Truth

if TYPE_CHECKING:
    from engine.facts.legs import Leg

PERMISSIONS: Final = frozenset(
    "no_restriction general_research health_research disease_research ancestry_research_only clinical_care".split()
)
RESEARCH: Final = frozenset("scientific_research medical_research clinical_trial statistics benchmark_testing".split())
BIOMEDICAL: Final = frozenset({"medical_research", "clinical_trial"})
BIOMEDICAL_USES: Final = frozenset({"biomedical", "drug_development", "disease_category"})
NOT_RESEARCH: Final = frozenset(
    "individual_care teaching sale_or_licence advertising hr_administration group_administration customer_support "
    "payment_services telecommunications contract_with_subject online_service legal_claims authority_request "
    "investment".split()
)
COMMERCIAL: Final = frozenset({"sale_or_licence", "advertising"})
FOR_PROFIT: Final = frozenset({"company", "bank", "investment_fund", "data_broker"})
# A processor uses the data for nobody but their holder, whose own use is not asked about.
ON_BEHALF: Final = frozenset({"processing_on_behalf"})
_NOTHING_ASKED: Final = RequestedUse()


class Trial:
    """One permission against the use that a leg makes."""

    def __init__(self, leg: Leg, permission: UsePermission) -> None:
        self.leg = leg
        self.permission = permission
        self.limits = frozenset(map(limit_of, permission.codes))
        self.asked = leg.transfer.use or _NOTHING_ASKED
        purposes = leg.transfer.purposes
        self.purposes = frozenset(purposes) if purposes else None
        self.of_own = UNKNOWN if purposes is None else _truth(self.purposes != ON_BEHALF)
        research = self.asked.research
        self.research = None if research is None else frozenset(research)
        end = _moratorium_end(permission)
        self.moratorium_over = UNKNOWN if end is None else _truth(leg.arrangement.day >= end)
        self.checks = {name: self._check(name) for name in CHECKS}
        self.fits = min(self.checks.values())

    def _check(self, name: str) -> Truth:
        applies, check = CHECKS[name]
        if applies and self.limits.isdisjoint(applies):
            return TRUE
        return check(self) if name in _OF_EVERYBODY else max(-self.of_own, check(self))

    # -- purposes -----------------------------------------------------------------------------------------------------

    def covered(self, permissions: frozenset[str]) -> Truth:
        """Return whether every purpose is covered by one of `permissions`, whatever the disease or ancestry."""
        if "no_restriction" in permissions:
            return TRUE
        if self.purposes is None:
            return UNKNOWN
        return min(
            max((self._covers(each, purpose) for each in permissions), default=FALSE) for purpose in self.purposes
        )

    def _covers(self, permission: str, purpose: str) -> Truth:
        if purpose in ON_BEHALF:
            return TRUE
        if permission == "clinical_care":
            return _truth(purpose == "individual_care")
        research = self._is_research(purpose)
        if permission == "health_research":
            return min(research, self._is_biomedical(purpose))
        if permission == "ancestry_research_only":
            return min(research, self._is_only_ancestry())
        return research

    def _is_research(self, purpose: str) -> Truth:
        if purpose in NOT_RESEARCH:
            return FALSE
        return TRUE if purpose in RESEARCH else _truth(self.asked.is_research)

    def _is_biomedical(self, purpose: str) -> Truth:
        if purpose in BIOMEDICAL:
            return TRUE
        return _truth(None if self.research is None else bool(self.research & BIOMEDICAL_USES))

    def _is_only_ancestry(self) -> Truth:
        if self.research is None:
            return UNKNOWN
        return _truth("ancestry" in self.research and self.research <= {"ancestry", "population"})

    def purpose(self) -> Truth:
        permissions = self.limits & PERMISSIONS
        return self.covered(permissions) if permissions else UNKNOWN

    def disease(self) -> Truth:
        """Return whether every disease studied is one of those allowed, or a kind of one."""
        without = self.covered(self.limits & PERMISSIONS - {"disease_research"})
        return max(without, self._diseases())

    def _diseases(self) -> Truth:
        studied, allowed = self.asked.diseases, self.permission.diseases
        if studied == "none":
            return FALSE
        if studied is None or allowed is None:
            return UNKNOWN
        # The other way round would let research on cancer have what was given for breast cancer.
        kinds = [{each.id, *(each.kind_of or ())} for each in studied]
        found = [not kind.isdisjoint(allowed) for kind in kinds]
        return min(
            TRUE if fits else UNKNOWN if each.kind_of is None else FALSE
            for fits, each in zip(found, studied, strict=True)
        )

    # -- kinds of research --------------------------------------------------------------------------------------------

    def ancestry(self) -> Truth:
        unwanted = {"ancestry", "population"} if "no_ancestry_research" in self.limits else {"ancestry"}
        free = FALSE
        if "no_ancestry_research" not in self.limits:
            free = self.covered(self.limits & PERMISSIONS - {"health_research"})
        return max(free, _truth(None if self.research is None else not self.research & unwanted))

    def methods(self) -> Truth:
        return _truth(None if self.research is None else "method_development" not in self.research)

    def genetics(self) -> Truth:
        return _truth(None if self.research is None else "genetic" in self.research)

    # -- who ----------------------------------------------------------------------------------------------------------

    def user_party(self) -> PartyView | Missing:
        importer = self.leg.importer
        return importer.linked("employer") if importer.party.kind == "individual" else importer

    def nonprofit(self) -> Truth:
        view = self.user_party()
        if isinstance(view, Missing):
            return UNKNOWN
        if view.party.kind in FOR_PROFIT:
            return FALSE
        return TRUE if view.party.kind == "nonprofit" else _truth(view.party.nonprofit)

    def commerce(self) -> Truth:
        if self.purposes is not None and self.purposes & COMMERCIAL:
            return FALSE
        return min(UNKNOWN if self.purposes is None else TRUE, -_truth(self.asked.commercial))

    def users(self) -> Truth:
        return _inside(self.asked.users, self.permission.users)

    def project(self) -> Truth:
        project = self.asked.project
        return _inside(None if project is None else (project,), self.permission.projects)

    def institution(self) -> Truth:
        view = self.user_party()
        ror = None if isinstance(view, Missing) else view.party.ror
        return _inside(None if ror is None else (ror,), self.permission.institutions)

    # -- where and when -----------------------------------------------------------------------------------------------

    def place(self) -> Truth:
        limit, transfer = self.permission.places, self.leg.transfer
        if limit is None or (limit.allowed is None and limit.denied is None):
            return UNKNOWN
        truths = [_placed(self.leg.importer.party.country, limit.allowed, limit.denied)]
        for places in (transfer.storage, transfer.access_from):
            truths += [_placed(each, limit.allowed, limit.denied) for each in places] if places else [UNKNOWN]
        return min(truths)

    def time(self) -> Truth:
        limit, transfer = self.permission.time_limit, self.leg.transfer
        last = limit.until if limit else None
        if limit and limit.months and transfer.start:
            last = months_after(transfer.start, limit.months)
        if last is None:
            return UNKNOWN
        if self.leg.arrangement.day > last or (transfer.start and transfer.start > last):
            return FALSE
        return UNKNOWN if transfer.end is None else _truth(transfer.end <= last)

    def publication(self) -> Truth:
        """Return whether nothing is published too early."""
        published = self.leg.transfer.mode == "publication"
        day = self.leg.transfer.start if published else self.asked.publication
        if day == "none":
            return TRUE
        end = _moratorium_end(self.permission)
        return max(self.moratorium_over, UNKNOWN if end is None or day is None else _truth(day >= end))


# By fact: the limits that it is about (none: all), and the check.
CHECKS: Final[Mapping[str, tuple[frozenset[str], Callable[[Trial], Truth]]]] = {
    "use_purpose_fits": (frozenset(), Trial.purpose),
    "use_disease_fits": (frozenset({"disease_research"}), Trial.disease),
    "use_ancestry_fits": (frozenset({"health_research", "no_ancestry_research"}), Trial.ancestry),
    "use_methods_fit": (frozenset({"no_methods_research"}), Trial.methods),
    "use_genetics_fit": (frozenset({"genetic_studies_only"}), Trial.genetics),
    "use_nonprofit_fits": (frozenset({"nonprofit_use_only", "nonprofit_organisation_only"}), Trial.nonprofit),
    "use_commerce_fits": (frozenset({"nonprofit_use_only", "noncommercial_use_only"}), Trial.commerce),
    "use_place_fits": (frozenset({"place_limit"}), Trial.place),
    "use_user_fits": (frozenset({"user_limit"}), Trial.users),
    "use_project_fits": (frozenset({"project_limit"}), Trial.project),
    "use_institution_fits": (frozenset({"institution_limit"}), Trial.institution),
    "use_time_fits": (frozenset({"time_limit"}), Trial.time),
    "use_publication_fits": (frozenset({"publication_moratorium"}), Trial.publication),
}
_OF_EVERYBODY: Final = frozenset({"use_place_fits", "use_time_fits", "use_publication_fits"})


def _inside(used: tuple[str, ...] | None, allowed: tuple[str, ...] | None) -> Truth:
    if used is None or allowed is None:
        return UNKNOWN
    return _truth(set(used) <= set(allowed))


def _placed(place: str, allowed: tuple[str, ...] | None, denied: tuple[str, ...] | None) -> Truth:
    inside = TRUE if allowed is None else _among(place, allowed)
    return inside if denied is None else min(inside, -_among(place, denied))


def _among(place: str, listed: tuple[str, ...]) -> Truth:
    """Return whether a place is, or lies in, one of those listed; a country may or may not be in its part."""
    if place in listed or country_of(place) in listed:
        return TRUE
    return UNKNOWN if "-" not in place and any(country_of(each) == place for each in listed) else FALSE


def _moratorium_end(permission: UsePermission) -> date | None:
    limit = permission.moratorium
    if limit is None or limit.until is not None:
        return limit.until if limit else None
    return months_after(limit.since, limit.months) if limit.months and limit.since else None


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _truth(value: bool | None) -> Truth:
    return UNKNOWN if value is None else TRUE if value else FALSE
