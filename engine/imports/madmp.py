"""Machine-actionable data management plans of the Research Data Alliance (maDMP 1.0 to 1.2)."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.imports.draft import Draft, id_of, quoted
from engine.imports.tracking import Path, Tracked
from engine.imports.words import is_ror, place_of


def read_madmp(data: Any) -> Draft:
    """Return a draft with the data sets of a plan, their hosts, and a transfer for each that will be shared."""
    plan = _Plan(Tracked(data))
    plan.read()
    return plan.draft


class _Plan:
    def __init__(self, doc: Tracked) -> None:
        self.doc = doc
        self.ids: set[str] = set()
        self.parties: list[dict[str, Any]] = []
        self.datasets: list[dict[str, Any]] = []
        self.transfers: list[dict[str, Any]] = []
        self.owner = ""
        self.everybody = ""
        title = doc.text("dmp", "title") or "Data management plan"
        self.draft = Draft(
            {"title": title, "parties": self.parties, "datasets": self.datasets, "transfers": self.transfers}
        )

    def read(self) -> None:
        self.holder()
        for path in self.doc.items("dmp", "dataset"):
            self.dataset(path)
        for pointer, value in self.doc.leftovers():
            self.draft.note("unmapped", pointer, f"says {quoted(value)}", _hint(pointer))

    def holder(self) -> None:
        """Make the party that holds the data: the contact's organisation, which a plan may leave out."""
        where = ("dmp", "contact", "affiliation")
        paths = self.doc.items(*where)
        name = self.doc.text(*paths[0], "name") if paths else None
        party: dict[str, Any] = {"id": id_of(name, self.ids, "holder")}
        if name:
            party["name"] = name
        ror = self.doc.get(*paths[0], "affiliation_id", "identifier") if paths else None
        if isinstance(ror, str) and is_ror(ror):
            party["ror"] = self.doc.take(*paths[0], "affiliation_id", "identifier")
            self.doc.take(*paths[0], "affiliation_id", "type")
        self.parties.append(party)
        self.owner = party["id"]

    def dataset(self, path: Path) -> None:
        title = self.doc.text(*path, "title")
        dataset: dict[str, Any] = {"id": id_of(title, self.ids, "dataset")}
        if title:
            dataset["title"] = title
        personal = self.doc.take(*path, "personal_data")
        where = "".join(f"/{part}" for part in (*path, "personal_data"))
        if personal == "yes":
            dataset["categories"] = ["personal_research_data"]
            help = "put what is inside in its place: health, voice, survey_microdata ..."
            self.draft.note("assumed", where, "personal data of a kind that the plan does not tell", help)
        elif personal == "no":
            help = "say what they are: anonymous, aggregate, synthetic, non_personal"
            self.draft.note("unmapped", where, "says that no personal data are inside", help)
        elif personal is not None:
            self.draft.note("unmapped", where, f"says {quoted(personal)}", "unknown stays unknown")
        self.datasets.append(dataset)
        for distribution in self.doc.items(*path, "distribution"):
            self.distribution(distribution, dataset["id"])

    def distribution(self, path: Path, dataset: str) -> None:
        access = self.doc.take(*path, "data_access")
        host = self.host((*path, "host"))
        if access == "closed":
            where = "".join(f"/{part}" for part in (*path, "data_access"))
            self.draft.note("unmapped", where, "access is closed: nobody gets the data", "add a transfer if one does")
            return
        if access not in ("open", "shared"):
            if access is not None:
                where = "".join(f"/{part}" for part in (*path, "data_access"))
                self.draft.note("unmapped", where, f"says {quoted(access)}", "open, shared or closed")
            return
        transfer: dict[str, Any] = {"id": id_of(f"{access}-{dataset}", self.ids, "transfer"), "exporter": self.owner}
        if access == "open":
            transfer |= {"importer": self.public(), "mode": "publication"}
        transfer["datasets"] = [dataset]
        start = self.start(path)
        if start:
            transfer["start"] = start
        if host.get("country"):
            transfer["storage"] = [host["country"]]
        self.transfers.append(transfer)

    def start(self, path: Path) -> str | None:
        """Return the day from which a licence lets others use the data: the end of an embargo."""
        days = {}
        for licence in self.doc.items(*path, "license"):
            given = self.doc.get(*licence, "start_date")
            try:
                days[licence] = date.fromisoformat(given if isinstance(given, str) else "").isoformat()
            except ValueError:
                continue
        first = min(days.values(), default=None)
        for licence in (each for each, day in days.items() if day == first):
            self.doc.take(*licence, "start_date")
        return first

    def host(self, path: Path) -> dict[str, Any]:
        if not isinstance(self.doc.get(*path), dict):
            return {}
        name = self.doc.text(*path, "title")
        place = place_of(self.doc.get(*path, "geo_location"))
        known = self.known(name, place)
        party = known or {"id": id_of(name, self.ids, "host"), "kind": "repository"}
        if name:
            party["name"] = name
        if place:
            self.doc.take(*path, "geo_location")
            party["country"] = place
        if known is None:
            self.parties.append(party)
        return party

    def known(self, name: str | None, place: str | None) -> dict[str, Any] | None:
        """Return the party of a name, unless it is somewhere else."""
        named = (party for party in self.parties if name and party.get("name") == name)
        return next((party for party in named if place in (None, party.get("country", place))), None)

    def public(self) -> str:
        if not self.everybody:
            self.everybody = id_of("everybody", self.ids, "everybody")
            self.parties.append({"id": self.everybody, "kind": "public"})
        return self.everybody


def _hint(pointer: str) -> str:
    hints = {
        "sensitive_data": "choose the categories it stands for",
        "ethical_issues": "an approval is a measure: `safeconduct facts` lists them",
        "security_and_privacy": "safeguards are measures: `safeconduct facts` lists them",
        "license": "a licence binds users; limits on use are `duo` or `use_permissions`",
        "geo_location": "write an ISO 3166-1 code",
        "contact": "people are not named in an arrangement; their organisations are parties",
        "contributor": "people are not named in an arrangement; their organisations are parties",
    }
    return next((hint for part, hint in hints.items() if part in pointer), "")
