"""From the text of a document to a draft: which form it has, and the limits on what is read."""

from __future__ import annotations

import re
from typing import Any, Final, Literal, get_args

from engine.errors import ArrangementError, Fault, one_of
from engine.imports.croissant import read_croissant
from engine.imports.draft import Draft, missing
from engine.imports.healthdcat import read_healthdcat
from engine.imports.madmp import read_madmp
from engine.imports.tags import read_tags
from engine.law.intake import parse_json
from engine.law.model import Library

Form = Literal["madmp", "healthdcat", "croissant", "duo"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)
MOST_BYTES: Final = 500_000
_MOST_DEPTH: Final = 60
# Turtle may begin with a nameless node: `[] a dcat:Dataset`.
_NODE: Final = re.compile(r"\s*\[\s*(a\s|<|[A-Za-z][\w-]*:|\]\s*[^\s])")
_XML: Final = re.compile(r"\s*<(\?xml\s|!--|!doctype\s|(\w+:)?rdf[\s>])", re.IGNORECASE)


def import_document(text: str | bytes, library: Library, form: Form | None = None) -> Draft:
    """Return a draft arrangement from a document.

    Args:
        text: JSON, JSON-LD, Turtle, RDF/XML or plain tags, at most half a million bytes. Nothing it refers to is
            fetched.
        form: What it is; seen from the document where left out.
    Returns:
        The draft, which may lack keys that an arrangement needs, and notes on all that it does not hold.
    Raises:
        ArrangementError: The document cannot be read, is too large, or is of no known form.
    """
    if isinstance(text, bytes):
        text = _decoded(text)
    if len(text) > MOST_BYTES:
        raise ArrangementError([Fault("too-large", f"longer than {MOST_BYTES} bytes", "", "send fewer data sets")])
    if not text.strip():
        raise ArrangementError([Fault("empty-document", "the document is empty", "", f"send {one_of(FORMS)}")])
    is_json = text.lstrip()[0] in "{[" and not _NODE.match(text)
    data: Any = parse_json(text) if is_json else text
    if is_json and _is_deep(data):
        raise ArrangementError([Fault("too-deep", f"nested deeper than {_MOST_DEPTH} levels", "", "write it flatter")])
    draft = _read(text, data, form or _form_of(data), is_json, library)
    missing(draft)
    return draft


def _read(text: str, data: Any, form: Form, is_json: bool, library: Library) -> Draft:
    if form == "healthdcat":
        return read_healthdcat(text, "json-ld" if is_json else "xml" if _XML.match(text) else "turtle", library)
    if form == "duo":
        return read_tags(data)
    if not isinstance(data, dict):
        raise ArrangementError([Fault("wrong-type", f"a document of the form `{form}` is a JSON object", "")])
    if form == "madmp":
        if not isinstance(data.get("dmp"), dict):
            raise ArrangementError([Fault("missing-key", "`dmp` is missing", "/dmp", "send a whole plan")])
        return read_madmp(data)
    return read_croissant(data)


def _form_of(data: Any) -> Form:
    if isinstance(data, str):
        text = data.lower()
        is_rdf = any(mark in text for mark in ("@prefix", "@base", "dcat:", "<http://www.w3.org/ns/dcat#"))
        return "healthdcat" if is_rdf or _XML.match(text) else "duo"
    if isinstance(data, dict) and "dmp" in data:
        return "madmp"
    if isinstance(data, dict) and ("@context" in data or "@graph" in data or "@type" in data):
        return "croissant" if _is_croissant(data) else "healthdcat"
    if isinstance(data, list) and any(isinstance(each, dict) and "@type" in each for each in data):
        return "healthdcat"
    if isinstance(data, list) or {"duo", "permissions", "data_use", "dataUse"} & set(data):
        return "duo"
    raise ArrangementError([Fault("unknown-form", "cannot tell which form this is", "", f"name it: {one_of(FORMS)}")])


def _is_croissant(data: dict[str, Any]) -> bool:
    conforms = str(data.get("conformsTo", data.get("dct:conformsTo", "")))
    return "croissant" in conforms.lower() or data.get("@type") in ("sc:Dataset", "Dataset", "schema:Dataset")


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ArrangementError([Fault("bad-text", "the text is not UTF-8", "", "send UTF-8")]) from None


def _is_deep(data: Any) -> bool:
    todo = [(data, 1)]
    while todo:
        value, level = todo.pop()
        if level > _MOST_DEPTH:
            return True
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        todo += [(item, level + 1) for item in inner]
    return False
