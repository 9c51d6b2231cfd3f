"""JSON-LD made ready for a reader that fetches nothing and drops without a word what it cannot place.

Contexts that stand elsewhere are left out, with the usual prefixes in their place; terms that no context explains are
listed; addresses with characters that no address holds are written with escapes, as browsers write them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from engine.imports.draft import Draft, quoted
from engine.shape import pointer_of

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
_ANY: Final = "@vocab"
# Containers whose keys are languages, ids and the like, and no terms.
_MAPS: Final = frozenset({"@language", "@index", "@id", "@type", "@graph"})
# All that an address may hold; the rest, such as a blank, is escaped.
_SAFE: Final = "%!#$&'()*+,/:;=?@[]~-._"
_Terms = Mapping[str, Any]


def prepared(data: Any, draft: Draft) -> Any:
    """Return JSON-LD that is read in full, and note what of it never can be."""
    if isinstance(data, dict) and "@context" not in data:
        data = {"@context": {}, **data}
    for where, value in _unexplained(data, "", {}):
        draft.note("unmapped", where, f"says {quoted(value)}", "no context says what this means; write it out")
    return _without_remote(data, "", draft)


def _without_remote(data: Any, where: str, draft: Draft) -> Any:
    """Return JSON-LD without contexts that would have to be fetched, with the usual prefixes in their place."""
    if isinstance(data, list):
        return [_without_remote(item, f"{where}/{index}", draft) for index, item in enumerate(data)]
    if not isinstance(data, dict):
        return data
    cleaned = {
        key: _without_remote(item, where + pointer_of((key,)), draft) for key, item in data.items() if key != "@import"
    }
    if isinstance(cleaned.get("@id"), str):
        cleaned["@id"] = quote(cleaned["@id"].strip(), safe=_SAFE)
    if "@import" in data:
        draft.note("unmapped", f"{where}/@import", f"{quoted(data['@import'])} was not fetched", "write it out")
    if "@context" in data:
        cleaned["@context"] = _local_context(cleaned["@context"], f"{where}/@context", draft)
    return cleaned


def _local_context(context: Any, where: str, draft: Draft) -> list[Any]:
    local: list[Any] = [_CONTEXT]
    for each in context if isinstance(context, list) else [context]:
        if isinstance(each, str):
            draft.note("unmapped", where, f"{quoted(each)} was not fetched; usual prefixes stand in", "write it out")
        elif isinstance(each, dict):
            local.append(each)
    return local


def _unexplained(data: Any, where: str, terms: _Terms) -> Iterator[tuple[str, Any]]:
    """Yield pointer and value of each member that no context in force gives a meaning: a reader skips them."""
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _unexplained(item, f"{where}/{index}", terms)
    if not isinstance(data, dict):
        return
    terms = {**terms, **dict(_terms(data.get("@context")))}
    for key, value in data.items():
        place = where + pointer_of((key,))
        if key == "@context" or key == "@value":
            continue
        if not (key.startswith("@") or ":" in key or terms.get(key) or terms.get(_ANY)):
            yield place, value
        elif isinstance(value, dict) and _is_map(terms.get(key)):
            for name, item in value.items():
                yield from _unexplained(item, place + pointer_of((name,)), terms)
        else:
            yield from _unexplained(value, place, terms)


def _terms(context: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a context defines, and what contexts within its terms do; a term that is null has no meaning."""
    for each in context if isinstance(context, list) else [context]:
        for name, meaning in each.items() if isinstance(each, dict) else ():
            yield name, meaning
            if isinstance(meaning, dict):
                yield from _terms(meaning.get("@context"))


def _is_map(meaning: Any) -> bool:
    container = meaning.get("@container") if isinstance(meaning, dict) else None
    return bool(_MAPS & set(container if isinstance(container, list) else [str(container)]))
