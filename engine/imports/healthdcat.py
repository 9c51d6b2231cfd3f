"""DCAT and HealthDCAT-AP: data sets of a catalogue, their publishers and health data access bodies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rdflib import RDF, BNode, Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF
from rdflib.term import Node

from engine.imports.draft import Draft, id_of, is_whole, quoted, text_of
from engine.imports.graph import BASE, Syntax, graph_of
from engine.imports.tags import permission, put_permissions
from engine.imports.words import category_of, current_uri, is_duo, is_ror, place_of
from engine.law.model import Library

_DPV: Final = "https://w3id.org/dpv#"
_HEALTH: Final = "http://healthdataportal.eu/ns/health#"
_ACCESS: Final = "http://publications.europa.eu/resource/authority/access-right/"
_PUBLISHED: Final = {f"{_ACCESS}PUBLIC": True, f"{_ACCESS}RESTRICTED": False, f"{_ACCESS}NON_PUBLIC": False}
_PEOPLE: Final = frozenset(
    {
        str(FOAF.Person),
        "http://schema.org/Person",
        "https://schema.org/Person",
        "http://www.w3.org/ns/person#Person",
        "http://www.w3.org/ns/prov#Person",
        "http://www.w3.org/2006/vcard/ns#Individual",
    }
)
_HINTS: Final = {
    f"{_DPV}hasPurpose": "a purpose belongs to a transfer: `purposes`",
    f"{_DPV}hasLegalBasis": "a legal basis is a measure, such as `eu.legal_basis`",
    f"{_HEALTH}retentionPeriod": "an end belongs to a transfer: `end`",
    f"{_HEALTH}numberOfUniqueIndividuals": "write the people by country: `subjects`",
    f"{_HEALTH}minTypicalAge": "say whether minors are among the people: `minors`",
}


def read_healthdcat(text: str, syntax: Syntax, library: Library) -> Draft:
    """Return a draft with each data set of a catalogue."""
    draft = Draft({"title": "Data sets of a catalogue", "parties": [], "datasets": [], "transfers": []})
    _Catalogue(graph_of(text, syntax, draft), draft, library).read()
    return draft


class _Catalogue:
    def __init__(self, graph: Graph, draft: Draft, library: Library) -> None:
        self.graph = graph
        self.draft = draft
        self.library = library
        self.used: set[tuple[Node, Node, Node]] = set()
        self.ids: set[str] = set()
        self.agents: dict[Node, dict[str, Any]] = {}
        self.people = {node for node, kind in graph.subject_objects(RDF.type) if str(kind) in _PEOPLE}

    def read(self) -> None:
        subjects = sorted(set(self.graph.subjects(RDF.type, DCAT.Dataset)), key=_written)
        for subject in subjects:
            self.used.add((subject, RDF.type, DCAT.Dataset))
            self.draft.arrangement["datasets"].append(self.dataset(subject))
        for triple in sorted(set(self.graph) - self.used, key=lambda each: tuple(map(_written, each))):
            hint = _HINTS.get(current_uri(str(triple[1])), "")
            if self.is_person(triple[0]) or self.is_person(triple[2]):
                hint = "people are not named in an arrangement; their organisations are parties"
            self.note("unmapped", triple, f"says {quoted(_plain(triple[2]))}", hint)

    def note(self, kind: Any, triple: tuple[Node, Node, Node], message: str, help: str = "") -> None:
        self.draft.note(kind, f"{_written(triple[0])} {_written(triple[1])}", message, help)

    def objects(self, subject: Node, *predicates: str) -> Iterator[tuple[Node, Node, Node]]:
        """Yield the triples of a subject whose predicate is one of those, by its current name, in a fixed order."""
        found = [each for each in self.graph.triples((subject, None, None)) if current_uri(str(each[1])) in predicates]
        yield from sorted(found, key=lambda each: _written(each[2]))

    def dataset(self, subject: Node) -> dict[str, Any]:
        title = self.text(subject, DCTERMS.title)
        dataset: dict[str, Any] = {"id": id_of(title, self.ids, "dataset")}
        if title:
            dataset["title"] = title
        self.categories(subject, dataset)
        self.places(subject, dataset)
        self.access(subject, dataset)
        self.limits(subject, dataset)
        for predicate in (str(DCTERMS.publisher), f"{_HEALTH}hdab", str(DCTERMS.creator)):
            for triple in self.objects(subject, predicate):
                self.agent(triple)
        return dataset

    def text(self, subject: Node, predicate: URIRef) -> str | None:
        found = [each for each in self.objects(subject, str(predicate)) if isinstance(each[2], Literal)]
        found.sort(key=lambda each: getattr(each[2], "language", None) not in ("en", None))
        if not found:
            return None
        value = str(found[0][2])
        text = text_of(value)
        if is_whole(value, text):
            self.used.add(found[0])
        return text

    def categories(self, subject: Node, dataset: dict[str, Any]) -> None:
        found: list[str] = []
        for triple in self.objects(subject, f"{_DPV}hasPersonalData"):
            given = str(triple[2])
            uri = current_uri(given)
            category = category_of(uri, self.library)
            if category is None:
                continue
            self.used.add(triple)
            if category not in found:
                found.append(category)
            if uri != given or current_uri(str(triple[1])) != str(triple[1]):
                self.note("renamed", triple, f"{quoted(given)} is {quoted(uri)} today")
        if found:
            dataset["categories"] = found

    def places(self, subject: Node, dataset: dict[str, Any]) -> None:
        places: list[str] = []
        triples = [each for each in self.objects(subject, str(DCTERMS.spatial)) if place_of(str(each[2]))]
        for triple in triples:
            places.append(place_of(str(triple[2])) or "")
            self.used.add(triple)
        if not triples:
            return
        dataset["collected_in"] = sorted(set(places))
        self.note("assumed", triples[0], "the places that the data cover are read as those where they were collected")
        numbers = list(self.objects(subject, f"{_HEALTH}numberOfUniqueIndividuals"))
        complete = len(set(places)) == 1 and len(list(self.objects(subject, str(DCTERMS.spatial)))) == len(triples)
        count = _count(numbers[0][2]) if len(numbers) == 1 else None
        if complete and count is not None:
            dataset["subjects"] = [{"country": places[0], "persons": count}]
            self.used.add(numbers[0])
            self.note("assumed", numbers[0], f"all people are read as people of `{places[0]}`", "correct `subjects`")

    def access(self, subject: Node, dataset: dict[str, Any]) -> None:
        triples = list(self.objects(subject, str(DCTERMS.accessRights)))
        known = [each for each in triples if str(each[2]) in _PUBLISHED]
        if len(triples) == len(known) == 1:
            dataset["published"] = _PUBLISHED[str(known[0][2])]
            self.used.add(known[0])

    def limits(self, subject: Node, dataset: dict[str, Any]) -> None:
        tags = []
        for triple in sorted(self.graph.triples((subject, None, None)), key=lambda each: _written(each[2])):
            if isinstance(triple[2], URIRef) and is_duo(str(triple[2])):
                tags.append(str(triple[2]))
                self.used.add(triple)
        made = permission(tags, _written(subject), self.draft)
        put_permissions(dataset, [{"id": "permission-1", **made}] if made else [])

    def agent(self, triple: tuple[Node, Node, Node]) -> None:
        node = triple[2]
        if isinstance(node, Literal) or self.is_person(node):
            return
        self.used.add(triple)
        if node in self.agents:
            return
        name = self.text(node, FOAF.name)
        party: dict[str, Any] = {"id": id_of(name, self.ids, "party")}
        if name:
            party["name"] = name
        if is_ror(str(node)):
            party["ror"] = str(node)
        places = list(self.objects(node, str(DCTERMS.spatial)))
        if len(places) == 1 and place_of(str(places[0][2])):
            party["country"] = place_of(str(places[0][2]))
            self.used.add(places[0])
        self.agents[node] = party
        self.draft.arrangement["parties"].append(party)

    def is_person(self, node: Node) -> bool:
        """Whether a node is somebody, and no organisation."""
        return node in self.people or str(node).startswith(("https://orcid.org/", "http://orcid.org/"))


def _count(node: Node) -> int | None:
    text = str(node)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else None


def _written(node: Node) -> str:
    return f"<{node.removeprefix(BASE)}>" if isinstance(node, URIRef) else _plain(node)


def _plain(node: Node) -> str:
    """Return a node as text; the name that a reader made up for a nameless one is left out, it changes every time."""
    return "a node without a name" if isinstance(node, BNode) else str(node)
