"""Read YAML strictly, keeping the place of everything.

The only module that parses YAML. It refuses what YAML is known to do behind an author's back: repeated keys, implicit
types (`NO` as false, `010` as 8, `2020-01-01` as a date), anchors, tags, several documents in a file. Plain scalars are
text, except `true`, `false` and decimal numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from engine.errors import Fault, RulesetError, Span

Plain = str | int | float | bool
_MAX_DEPTH = 40
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,11})\.[0-9]{1,6}\Z")
# What YAML 1.1 or 1.2 would read as something other than text. Where it begins with a letter it is a short word.
_LONGEST_WORD = 5
_AMBIGUOUS = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~|=|<<|)\Z"
    r"|[-+]?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?\Z|[-+]?0[xob][0-9a-fA-F_]+\Z"
    r"|[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?\Z|[-+]?\.(?i:inf|nan)\Z|[-+]?\.[0-9_]+([eE][-+]?[0-9]+)?\Z"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(\Z|[Tt \t])"
)


class Scalar(NamedTuple):
    """A text, number or truth value."""

    value: Plain
    span: Span
    quoted: bool


class Mapping(NamedTuple):
    """Keys in the order of the file, each with the place of the key."""

    entries: dict[str, Node]
    key_spans: dict[str, Span]
    span: Span


class Sequence(NamedTuple):
    """Items in the order of the file."""

    items: tuple[Node, ...]
    span: Span


Node = Scalar | Mapping | Sequence


def parse(text: str, name: str) -> Node:
    """Parse one YAML document.

    Args:
        text: The document.
        name: What places are reported against, usually the path.
    Raises:
        RulesetError: Every fault of the text, each with its place.
    """
    node, faults = outline(text, name)
    if node is None or faults:
        raise RulesetError(faults)
    return node


def outline(text: str, name: str) -> tuple[Node | None, list[Fault]]:
    """Return the document with its faults: for whoever reads the values in another way, as JSON, and wants the places.

    Returns:
        The document, or None where it is not even YAML; and everything that `parse` would refuse it for.
    """
    reader = _Reader(name, text)
    node: Node | None = None
    try:
        node = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        span = Span(name, mark.line + 1, mark.column + 1) if mark else Span(name, 1, 1)
        reader.faults.append(Fault("bad-yaml", _lower(error.problem or "not YAML"), span))
    except yaml.reader.ReaderError as error:
        # The position counts bytes.
        before = text.encode()[: error.position].decode(errors="ignore")
        span = Span(name, before.count("\n") + 1, len(before) - before.rfind("\n"))
        code = error.character if isinstance(error.character, int) else ord(error.character)
        message = f"the character {code:#06x} is not allowed"
        reader.faults.append(Fault("bad-yaml", message, span, "remove it, or write it as an escape between quotes"))
    except UnicodeEncodeError:
        reader.faults.append(Fault("bad-yaml", "holds half a character (a lone surrogate)", Span(name, 1, 1)))
    except RulesetError as error:  # empty, or too deep
        reader.faults += error.faults
    return node, reader.faults


def plain(node: Node) -> Any:
    """Return the node as dicts, lists and plain values, without places."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.entries.items()}


def span_at(node: Node, pointer: str, is_key: bool = False) -> Span:
    """Return the place of what a JSON pointer names (or of its key), or of its nearest existing parent."""
    span = node.span
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(node, Mapping) and key in node.entries:
            span = node.key_spans[key]
            node = node.entries[key]
        elif isinstance(node, Sequence) and key.isdigit() and int(key) < len(node.items):
            node = node.items[int(key)]
            span = node.span
        else:
            return node.span
    return span if is_key else node.span


class _Reader:
    """Makes nodes from the parser's events: to compose them is recursive in C, where depth ends the process."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.faults: list[Fault] = []
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)

    def document(self) -> Node:
        next(self._events)  # the start of the stream
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise RulesetError([Fault("empty-file", "nothing in this file", Span(self.name, 1, 1))])
        node = self.convert(next(self._events), 0)
        next(self._events)  # the end of the document
        following = next(self._events)
        if isinstance(following, yaml.DocumentStartEvent):
            self.fault("bad-yaml", "a second document begins here", following, "write one document into a file")
        return node

    def convert(self, event: Any, depth: int) -> Node:
        span = self.span(event)
        if depth > _MAX_DEPTH:
            raise RulesetError([Fault("too-deep", f"nested deeper than {_MAX_DEPTH} levels", span)])
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.fault("alias", "anchors and aliases are not allowed", event, "write the value out")
        if isinstance(event, yaml.AliasEvent):
            return Scalar("", span, quoted=True)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.fault("tag", f"tag `{tag}` is not allowed", event, "remove the tag")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(span, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(self._items(depth)), span)
        return self._scalar(event, span)

    def span(self, event: Any) -> Span:
        mark = event.start_mark
        return Span(self.name, mark.line + 1, mark.column + 1)

    def fault(self, code: str, message: str, event: Any, help: str) -> None:
        self.faults.append(Fault(code, message, self.span(event), help))

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self.convert(event, depth + 1)

    def _mapping(self, span: Span, depth: int) -> Mapping:
        entries: dict[str, Node] = {}
        spans: dict[str, Span] = {}
        while not isinstance(key := next(self._events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                self.fault("bad-key", "a key must be text", key, "write a word, a colon and the value")
                self.convert(key, depth + 1)
            elif key.anchor is not None or key.tag is not None:
                self.fault("bad-key", "a key has no anchor and no tag", key, "remove what stands before it")
            value = self.convert(next(self._events), depth + 1)
            if not isinstance(key, yaml.ScalarEvent):
                continue
            if key.value in entries:
                hint = f"the first is at line {spans[key.value].line}"
                self.fault("repeated-key", f"key `{key.value}` stands twice", key, hint)
                continue
            spans[key.value] = self.span(key)
            entries[key.value] = value
        return Mapping(entries, spans, span)

    def _scalar(self, event: Any, span: Span) -> Scalar:
        text: str = event.value
        if event.style in ("'", '"', "|", ">"):
            return Scalar(text, span, quoted=True)
        if len(text) > _LONGEST_WORD and text[0].isalpha():
            return Scalar(text, span, quoted=False)
        if text in ("true", "false"):
            return Scalar(text == "true", span, quoted=False)
        if _INTEGER.match(text):
            return Scalar(int(text), span, quoted=False)
        if _DECIMAL.match(text):
            return Scalar(float(text), span, quoted=False)
        if _AMBIGUOUS.match(text):
            shown = f"`{text}`" if text else "an empty value"
            hint = "remove the key or give a value" if text in ("", "~", "null") else f'write "{text}" with quotes'
            self.fault("implicit-type", f"{shown} would be read as something else than text", event, hint)
        return Scalar(text, span, quoted=False)


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")
