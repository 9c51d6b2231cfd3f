"""RDF from Turtle or JSON-LD, without ever fetching anything: a context that stands elsewhere is not read."""

from __future__ import annotations

import json
from typing import Any, Final

from rdflib import Graph

from engine.errors import ArrangementError, Fault
from engine.imports.draft import Draft, quoted

MOST_TRIPLES: Final = 50_000
# What the contexts of catalogues usually say; stands in for one that is not fetched.
_CONTEXT: Final[dict[str, Any]] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "dpv": "https://w3id.org/dpv#",
    "dpv-pd": "https://w3id.org/dpv/dpv-pd#",
    "pd": "https://w3id.org/dpv/pd#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "healthdcatap": "http://healthdataportal.eu/ns/health#",
    "obo": "http://purl.obolibrary.org/obo/",
}


def graph_of(text: str, form: str, draft: Draft) -> Graph:
    """Return the graph of a document in `turtle` or `json-ld`.

    Raises:
        ArrangementError: It cannot be read, or is too large.
    """
    if form == "json-ld":
        text = json.dumps(_without_remote(json.loads(text), "", draft))
    found = Graph()
    try:
        # The base keeps relative names from being taken for files of this machine.
        found.parse(data=text, format=form, publicID="urn:document:")
    except RecursionError:
        raise ArrangementError([Fault("too-deep", "nested too deeply", "", "write it flatter")]) from None
    except Exception as error:  # noqa: BLE001 - the parsers raise what they like on bad input
        first = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise ArrangementError([Fault("bad-rdf", f"this is no {form}: {first}", "", "send valid RDF")]) from None
    if len(found) > MOST_TRIPLES:
        raise ArrangementError([Fault("too-large", f"more than {MOST_TRIPLES} triples", "", "send fewer data sets")])
    return found


def _without_remote(data: Any, where: str, draft: Draft) -> Any:
    """Return JSON-LD without contexts that would have to be fetched, with the usual prefixes in their place."""
    if isinstance(data, list):
        return [_without_remote(item, f"{where}/{index}", draft) for index, item in enumerate(data)]
    if not isinstance(data, dict):
        return data
    cleaned = {key: _without_remote(item, f"{where}/{key}", draft) for key, item in data.items() if key != "@import"}
    if "@import" in data:
        draft.note("unmapped", f"{where}/@import", f"{quoted(data['@import'])} was not fetched", "write it out")
    if "@context" in data:
        cleaned["@context"] = _local_context(cleaned["@context"], f"{where}/@context", draft)
    return cleaned


def _local_context(context: Any, where: str, draft: Draft) -> list[Any]:
    listed = context if isinstance(context, list) else [context]
    local: list[Any] = [_CONTEXT]
    for each in listed:
        if isinstance(each, str):
            draft.note("unmapped", where, f"{quoted(each)} was not fetched; usual prefixes stand in", "write it out")
        elif isinstance(each, dict):
            local.append(each)
    return local
