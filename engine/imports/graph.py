"""RDF from Turtle, JSON-LD or RDF/XML, without ever fetching anything: a context that stands elsewhere is not read."""

from __future__ import annotations

import json
import re
from typing import Final, Literal

from rdflib import RDF, Dataset, Graph

from engine.errors import ArrangementError, Fault
from engine.imports.draft import Draft
from engine.imports.lexical import as_written
from engine.imports.linked import prepared

Syntax = Literal["turtle", "json-ld", "xml"]
MOST_TRIPLES: Final = 50_000
# Keeps relative names from being taken for files of this machine; notes leave it out.
BASE: Final = "http://document.invalid/"
_NAMES: Final[dict[Syntax, str]] = {"turtle": "Turtle", "json-ld": "JSON-LD", "xml": "RDF/XML"}
# The text has been decoded: what it says of its encoding is no longer so.
_DECLARATION: Final = re.compile(r"\s*<\?xml[^>]*\?>")


def graph_of(text: str, syntax: Syntax, draft: Draft) -> Graph:
    """Return the graph of a document, those that it names within it included.

    Raises:
        ArrangementError: It cannot be read, or is too large.
    """
    if syntax == "json-ld":
        text = json.dumps(prepared(json.loads(text), draft))
    if syntax == "xml":
        text = _DECLARATION.sub("", text, count=1)
        if str(RDF) not in text:
            raise ArrangementError([Fault("bad-rdf", "this is XML, and no RDF/XML", "", "send valid RDF")])
        if "<!DOCTYPE" in text:  # entities, which can stand for a text of any length, or for a file
            message = "a document type declaration is not read"
            raise ArrangementError([Fault("bad-rdf", message, "", "leave it out, and write entities out")])
    read = Graph()
    try:
        with as_written():
            read.parse(data=text, format=syntax, publicID=BASE)
    except RecursionError:
        raise ArrangementError([Fault("too-deep", "nested too deeply", "", "write it flatter")]) from None
    except Exception as error:  # noqa: BLE001 - the parsers raise what they like on bad input
        first = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        message = f"this is no {_NAMES[syntax]}: {first}"
        raise ArrangementError([Fault("bad-rdf", message, "", "send valid RDF")]) from None
    found = _with_named(read) if syntax == "json-ld" else read
    if len(found) > MOST_TRIPLES:
        raise ArrangementError([Fault("too-large", f"more than {MOST_TRIPLES} triples", "", "send fewer data sets")])
    return found


def _with_named(read: Graph) -> Graph:
    """Return a graph with the graphs that it names: `@graph` of something with an id is one."""
    whole = Graph()
    for subject, predicate, value, _ in Dataset(store=read.store).quads():
        whole.add((subject, predicate, value))
    return whole
