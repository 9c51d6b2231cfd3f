"""Read YAML strictly, keeping the place of everything.

The only module that parses YAML. It refuses what YAML is known to do behind an author's back: repeated keys, implicit
types (`NO` as false, `010` as 8, `2020-01-01` as a date), anchors, tags, several documents in a file. Plain scalars are
text, except `true`, `false` and decimal numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from engine.errors import Fault, RulesetError, Span

Plain = str | int | float | bool
_MAX_DEPTH = 40
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,11})\.[0-9]{1,6}\Z")
# What YAML 1.1 or 1.2 would read as something other than text.
_AMBIGUOUS = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~|)\Z"
    r"|[-+]?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?\Z|0[xob][0-9a-fA-F_]+\Z"
    r"|[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?\Z|[-+]?\.(?i:inf|nan)\Z|\.[0-9_]+\Z"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(\Z|[Tt \t])"
)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, number or truth value."""

    value: Plain
    span: Span
    quoted: bool


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys in the order of the file, each with the place of the key."""

    entries: dict[str, Node]
    key_spans: dict[str, Span]
    span: Span


@dataclass(frozen=True, slots=True)
class Sequence:
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
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        span = Span(name, mark.line + 1, mark.column + 1) if mark else Span(name, 1, 1)
        raise RulesetError([Fault("bad-yaml", _lower(error.problem or "not YAML"), span)]) from None
    except (yaml.YAMLError, RecursionError, UnicodeError) as error:
        message = "nested too deeply" if isinstance(error, RecursionError) else _lower(str(error).split("\n")[0])
        raise RulesetError([Fault("bad-yaml", message, Span(name, 1, 1))]) from None
    if root is None:
        raise RulesetError([Fault("empty-file", "nothing in this file", Span(name, 1, 1))])
    reader = _Reader(name)
    node = reader.convert(root, 0)
    if reader.faults:
        raise RulesetError(reader.faults)
    return node


def plain(node: Node) -> Any:
    """Return the node as dicts, lists and plain values, without places."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.entries.items()}


def span_at(node: Node, pointer: str) -> Span:
    """Return the place of what a JSON pointer names, or of its nearest existing parent."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(node, Mapping) and key in node.entries:
            node = node.entries[key]
        elif isinstance(node, Sequence) and key.isdigit() and int(key) < len(node.items):
            node = node.items[int(key)]
        else:
            break
    return node.span


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.faults: list[Fault] = []
        self._seen: set[int] = set()

    def convert(self, node: yaml.Node, depth: int) -> Node:
        span = Span(self.name, node.start_mark.line + 1, node.start_mark.column + 1)
        if depth > _MAX_DEPTH:
            raise RulesetError([Fault("too-deep", f"nested deeper than {_MAX_DEPTH} levels", span)])
        if id(node) in self._seen:
            self.faults.append(Fault("alias", "anchors and aliases are not allowed", span, "write the value out"))
            return Scalar("", span, quoted=True)
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, span, depth)
        if isinstance(node, yaml.SequenceNode):
            return Sequence(tuple(self.convert(item, depth + 1) for item in node.value), span)
        assert isinstance(node, yaml.ScalarNode)  # compose makes no other kind
        return self._scalar(node, span)

    def _mapping(self, node: yaml.MappingNode, span: Span, depth: int) -> Mapping:
        entries: dict[str, Node] = {}
        spans: dict[str, Span] = {}
        for key, value in node.value:
            place = Span(self.name, key.start_mark.line + 1, key.start_mark.column + 1)
            if not isinstance(key, yaml.ScalarNode):
                self.faults.append(Fault("bad-key", "a key must be text", place))
                continue
            if key.value in entries:
                first = spans[key.value]
                self.faults.append(
                    Fault(
                        "repeated-key",
                        f"key `{key.value}` stands twice",
                        place,
                        f"the first is at line {first.line}",
                    )
                )
                continue
            spans[key.value] = place
            entries[key.value] = self.convert(value, depth + 1)
        return Mapping(entries, spans, span)

    def _scalar(self, node: yaml.ScalarNode, span: Span) -> Scalar:
        text: str = node.value
        style: str | None = node.style
        if node.tag.startswith("!"):
            self.faults.append(Fault("tag", f"tag `{node.tag}` is not allowed", span, "remove the tag"))
        if style in ("'", '"', "|", ">"):
            return Scalar(text, span, quoted=True)
        if text in ("true", "false"):
            return Scalar(text == "true", span, quoted=False)
        if _INTEGER.match(text):
            return Scalar(int(text), span, quoted=False)
        if _DECIMAL.match(text):
            return Scalar(float(text), span, quoted=False)
        if _AMBIGUOUS.match(text):
            shown = f"`{text}`" if text else "an empty value"
            hint = "remove the key or give a value" if text in ("", "~", "null") else f'write "{text}" with quotes'
            self.faults.append(Fault("implicit-type", f"{shown} would be read as something else than text", span, hint))
        return Scalar(text, span, quoted=False)


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")
