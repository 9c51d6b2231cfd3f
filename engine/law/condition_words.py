"""What every step of parsing a condition needs: places of mistakes, paths, words and their types."""

from __future__ import annotations

import ast
import keyword
import re
from typing import Final, NoReturn

from engine.errors import Fault, Span, did_you_mean, one_of
from engine.facts.places import advice, country_of, is_place
from engine.law.expression import CountRef, FactRef, MeasureRef, Operand, ReadingRef
from engine.law.names import Names

# Part of a path, or a text between quotes, which is left alone. No name of ours has a capital letter.
_NAMES: Final = re.compile(r"""'[^']*'|"[^"]*"|(?<=\w)\.(\w+)""")
_KEYWORDS: Final = frozenset(keyword.kwlist)
_MARK: Final = "_K"
# A fact, a call with words, or one of these compared with a word or number: what `ast.unparse` would give as it stands.
# A path that goes on and on is left to it, since it tells what is nested too deep.
_PLAIN: Final = re.compile(
    r"[a-z_]\w*(\.\w+){0,12}(\([A-Za-z]\w*(, [A-Za-z]\w*)*\))?"
    r"( ([=!<>]=|[<>]|in|not in) ([A-Za-z]\w*(\.\w+){0,12}|0|[1-9][0-9]*))?",
    re.ASCII,
)


class ConditionError(Exception):
    """A condition that cannot be used, with the fault to report."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Words:
    """Words and paths in a condition, at one place of a ruleset file."""

    def __init__(self, names: Names, span: Span) -> None:
        self.names = names
        self.span = span
        self.text = ""

    def written(self, node: ast.expr) -> str:
        """Return the same as the function `written`, without its cost where a part is written as most are."""
        if node.end_lineno == 1 and self.text.isascii():
            part = self.text[node.col_offset : node.end_col_offset]
            if _PLAIN.fullmatch(part):
                return part.replace(_MARK, "")
        return written(node)

    def type_of(self, operand: Operand) -> str:
        if isinstance(operand, FactRef | MeasureRef):
            return operand.type
        return "reading" if isinstance(operand, ReadingRef) else "count" if isinstance(operand, CountRef) else "percent"

    def of(self, operand: Operand) -> str:
        if isinstance(operand, FactRef):
            return operand.type if operand.type in ("country", "region", "text") else operand.of
        return str(operand)

    def expect(self, operand: Operand, types: tuple[str, ...], node: ast.expr) -> None:
        if self.type_of(operand) not in types:
            self.fail("wrong-type", f"`{written(node)}` cannot be looked up in a group", node)

    def check_word(self, word: str, left: Operand, node: ast.expr) -> None:
        if isinstance(left, ReadingRef):
            self.known(word, tuple(self.names.readings[left.id].options), "option", node)
        elif isinstance(left, MeasureRef):
            field = self.names.measures[left.id].fields[left.field]
            self.check_values(word, field.type, field.values, node)
        elif isinstance(left, FactRef) and left.trait and left.type == "enum":
            self.known(word, self.names.traits[left.trait].values, "value", node)
        else:
            self.check_term(word, self.of(left), node)

    def check_values(self, word: str, kind: str, values: tuple[str, ...], node: ast.expr) -> None:
        if kind == "enum":
            self.known(word, values, "value", node)
        else:
            self.check_term(word, kind, node)

    def check_term(self, word: str, of: str, node: ast.expr) -> None:
        if of == "text":
            return
        if of in ("country", "region"):
            if not is_place(word) or (of == "country") is ("-" in word):
                hint = "write the subdivision: `US-TX`" if of == "region" else f"its country is `{country_of(word)}`"
                self.fail("unknown-place", f"there is no {of} `{word}`", node, hint if is_place(word) else advice(word))
            return
        if of in self.names.traits:
            self.known(word, self.names.traits[of].values, "value", node)
            return
        self.known(word, self.names.vocabulary.terms(of), of, node)

    def known(self, word: str, words: tuple[str, ...], what: str, node: ast.expr) -> None:
        if word not in words:
            hint = did_you_mean(word, words) or f"known are {one_of(words)}"
            self.fail("unknown-word", f"there is no {what} `{word}`", node, hint)

    def symbol(self, node: ast.expr, left: Operand) -> str:
        word = self.word(node)
        self.check_word(word, left, node)
        return word

    def word(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        self.fail("condition-syntax", f"expected a word, got `{short(written(node))}`", node)

    def path(self, node: ast.expr) -> list[str] | None:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr.removesuffix(_MARK))
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        return [node.id, *reversed(parts)]

    def root_help(self, word: str) -> str:
        if word in self.names.roots:
            return f"write which fact of it: `{word}.` and a name"
        root = word.partition(".")[0]
        return did_you_mean(root, self.names.roots) or f"a fact starts with {one_of(self.names.roots)}"

    def fail(self, code: str, message: str, node: ast.expr | None = None, help: str = "", column: int = 0) -> NoReturn:
        offset = node.col_offset if node is not None else column
        offset -= len(_MARK) * self.text[:offset].count(_MARK)
        span = Span(self.span.file, self.span.line, self.span.column + offset)
        raise ConditionError(Fault(code, message, span, help))


def mangled(text: str) -> str:
    """Return a condition with a mark on names that are keywords of Python: `exporter.in.fiduciary`, `data.zz.class`."""
    return _NAMES.sub(lambda found: found[0] + _MARK if found[1] in _KEYWORDS else found[0], text)


def written(node: ast.expr) -> str:
    """Return a part of a condition as its author wrote it, but for spaces and quotes."""
    return ast.unparse(node).replace(_MARK, "")


def short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:57] + "..."
