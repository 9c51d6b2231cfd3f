"""Croissant data cards (MLCommons, 1.0 and 1.1), read as the JSON that they are: no context is fetched."""

from __future__ import annotations

from typing import Any, Final

from engine.imports.draft import Draft, id_of, quoted
from engine.imports.tags import permission, put_permissions
from engine.imports.tracking import Path, Tracked
from engine.imports.words import is_duo, is_ror, place_of

# Values of RAI's personalSensitiveInformation that name one category.
_CATEGORIES: Final = {
    "health data": "health",
    "health": "health",
    "genetic data": "human_genomic",
    "biometric data": "biometric",
    "political opinions": "political_opinion",
    "religious beliefs": "religion",
    "sexual orientation": "sexual_life",
    "ethnicity": "racial_ethnic_origin",
    "criminal records": "criminal_record",
}
_LIMITS: Final = ("usageInfo", "license", "conditionsOfAccess")
_SENSITIVE: Final = ("rai:personalSensitiveInformation", "personalSensitiveInformation")


def read_croissant(data: Any) -> Draft:
    """Return a draft with the data set of a card."""
    card = _Card(Tracked(data))
    card.read()
    return card.draft


class _Card:
    def __init__(self, doc: Tracked) -> None:
        self.doc = doc
        self.ids: set[str] = set()
        self.parties: list[dict[str, Any]] = []
        title = self.text("name")
        self.dataset: dict[str, Any] = {"id": id_of(title, self.ids, "dataset")}
        if title:
            self.dataset["title"] = title
        named = title or "Data set of a Croissant card"
        self.draft = Draft({"title": named, "parties": self.parties, "datasets": [self.dataset], "transfers": []})

    def text(self, key: str) -> str | None:
        """Return the text of a member by its plain name or under the usual prefix of schema.org."""
        found = next((each for each in (key, f"sc:{key}", f"schema:{key}") if self.doc.get(each) is not None), key)
        return self.doc.text(found)

    def read(self) -> None:
        self.doc.used |= {("@context",), ("@type",), ("@id",)}
        self.categories()
        self.limits()
        for key in ("creator", "publisher", "provider", "sc:creator", "sc:publisher"):
            for path in self.doc.items(key):
                self.organisation(path)
        place = place_of(self.doc.get("spatialCoverage"))
        if place:
            self.doc.take("spatialCoverage")
            self.dataset["collected_in"] = [place]
            self.draft.note("assumed", "/spatialCoverage", "read as the place where the data were collected")
        for pointer, value in self.doc.leftovers():
            self.draft.note("unmapped", pointer, f"says {quoted(value)}", _hint(pointer))

    def categories(self) -> None:
        found: list[str] = []
        for path, value in self.listed(_SENSITIVE):
            category = _CATEGORIES.get(value.strip().lower())
            if category:
                self.doc.used.add(path)
                if category not in found:
                    found.append(category)
        if found:
            self.dataset["categories"] = found

    def limits(self) -> None:
        tags = []
        for path, value in self.listed(_LIMITS):
            if is_duo(value):
                self.doc.used.add(path)
                tags.append(value)
        made = permission(tags, "/usageInfo", self.draft)
        put_permissions(self.dataset, [{"id": "permission-1", **made}] if made else [])

    def listed(self, keys: tuple[str, ...]) -> list[tuple[Path, str]]:
        """Return the texts (and ids of objects) below some members, with their paths."""
        found: list[tuple[Path, str]] = []
        for key in (*keys, *(f"sc:{key}" for key in keys)):
            value = self.doc.get(key)
            items = value if isinstance(value, list) else [value]
            for index, item in enumerate(items):
                path: Path = (key, index) if isinstance(value, list) else (key,)
                if isinstance(item, dict) and isinstance(item.get("@id"), str):
                    found.append(((*path, "@id"), item["@id"]))
                elif isinstance(item, str):
                    found.append((path, item))
        return found

    def organisation(self, path: Path) -> None:
        kind = self.doc.get(*path, "@type")
        if kind not in ("Organization", "sc:Organization", "schema:Organization"):
            return
        self.doc.take(*path, "@type")
        name = self.doc.text(*path, "name")
        if name and any(party.get("name") == name for party in self.parties):
            return
        party: dict[str, Any] = {"id": id_of(name, self.ids, "party")}
        if name:
            party["name"] = name
        for key in ("@id", "url", "sameAs"):
            ror = self.doc.get(*path, key)
            if isinstance(ror, str) and is_ror(ror) and "ror" not in party:
                party["ror"] = self.doc.take(*path, key)
        self.parties.append(party)


def _hint(pointer: str) -> str:
    hints = {
        "personalSensitiveInformation": "choose the categories it stands for",
        "license": "a licence binds users; limits on use are `duo` or `use_permissions`",
        "usageInfo": "limits on use are `duo` or `use_permissions`",
        "creator": "people are not named in an arrangement; their organisations are parties",
    }
    return next((hint for part, hint in hints.items() if part in pointer), "")
