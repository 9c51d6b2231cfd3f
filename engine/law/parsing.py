"""From the text of a condition to a typed tree, by way of a whitelist of Python's own syntax. Nothing is evaluated."""

from __future__ import annotations

import ast
import re
from datetime import date
from typing import NoReturn, cast

from engine.errors import Fault, Span, did_you_mean, one_of
from engine.facts.places import advice, is_place
from engine.facts.vocabulary import UNITS
from engine.law.expression import (
    COUNT_SCOPES,
    LINKS,
    PARTY_ROOTS,
    AllOf,
    AnyOf,
    Atom,
    Condition,
    CountRef,
    FactRef,
    GroupRef,
    Leaf,
    MeasureRef,
    NumberRef,
    Op,
    Operand,
    PercentRef,
    ReadingRef,
    Right,
    Tree,
)
from engine.law.names import Names, roots_of

_COMPARISONS: dict[type[ast.cmpop], Op] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
# Country codes that are keywords of Python: India, Iceland, American Samoa ... (`exporter.in.fiduciary`).
_KEYWORD = re.compile(r"(?<=\w)\.(in|is|as|if|or|and|not|for)(?=\.)")
_MANGLED = re.compile(r"\.(in|is|as|if|or|and|not|for)_(?=\.)")
_ORDER = ("<", "<=", ">", ">=")
_SCALARS = ("int", "date", "country", "region", "enum", "text")


class ConditionError(Exception):
    """A condition that cannot be used, with the fault to report."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def parse_condition(text: str, span: Span, names: Names) -> Condition:
    """Parse and type-check one line.

    Raises:
        ConditionError: The first mistake of the line.
    """
    return _Parser(names, span).parse(text)


class _Parser:
    def __init__(self, names: Names, span: Span) -> None:
        self.names = names
        self.span = span

    def parse(self, text: str) -> Condition:
        if len(text) > 1000:
            self.fail("condition-syntax", "a condition longer than 1000 characters", help="split it into lines")
        try:
            body = ast.parse(_KEYWORD.sub(r".\1_", text.strip()), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            at = error if isinstance(error, SyntaxError) else None
            self.fail(
                "condition-syntax",
                f"cannot read `{_short(text)}` as a condition",
                column=(at.offset or 1) - 1 if at else 0,
            )
        return Condition(self.tree(body, negated=False), text.strip(), self.span)

    # -- and, or, not -------------------------------------------------------------------------------------------------

    def tree(self, node: ast.expr, negated: bool) -> Tree:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self.tree(node.operand, not negated)
        if isinstance(node, ast.BoolOp):
            parts = tuple(self.tree(part, negated) for part in node.values)
            return AllOf(parts) if isinstance(node.op, ast.And) is not negated else AnyOf(parts)
        return Leaf(self.atom(node), negated)

    def atom(self, node: ast.expr) -> Atom:
        text = _MANGLED.sub(r".\1", ast.unparse(node))
        if isinstance(node, ast.Compare):
            if len(node.ops) != 1:
                self.fail(
                    "chained-comparison",
                    f"`{text}` compares more than two things",
                    node,
                    "write two conditions",
                )
            op = _COMPARISONS.get(type(node.ops[0]))
            if op is None:
                self.fail("condition-syntax", f"`is` is not known in `{text}`", node, "use `==`")
            return self.comparison(op, node.left, node.comparators[0], text)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self.set_call(node, text)
        left = self.operand(node)
        if self.type_of(left) != "bool":
            self.fail("not-a-condition", f"`{text}` is not true or false", node, "compare it with something")
        return Atom("true", left, None, text)

    def comparison(self, op: Op, left: ast.expr, right: ast.expr, text: str) -> Atom:
        if op in ("in", "not in"):
            set_fact = self.set_fact(right)
            if set_fact is not None:
                has: Op = "has" if op == "in" else "has not"
                return Atom(has, set_fact, self.item(left, set_fact), text)
            operand = self.operand(left)
            self.expect(operand, _SCALARS, left)
            if isinstance(operand, MeasureRef):
                return Atom(op, operand, self.words(right, operand), text)
            return Atom(op, operand, self.group(right, self.of(operand)), text)
        operand = self.operand(left)
        kind = self.type_of(operand)
        if kind == "set":
            self.fail(
                "set-compared",
                f"`{operand}` is a set",
                left,
                f"write `x in {operand}` or `overlaps({operand}, NAME)`",
            )
        if op in _ORDER and kind not in ("count", "percent", "int", "date"):
            self.fail("no-order", f"`{text}` orders what has no order", left)
        return Atom(op, operand, self.value(right, operand), text)

    def set_call(self, node: ast.Call, text: str) -> Atom:
        name = cast(ast.Name, node.func).id
        if name not in ("overlaps", "within"):
            self.fail(
                "unknown-function",
                f"there is no function `{name}`",
                node,
                did_you_mean(name, ("overlaps", "within")),
            )
        if len(node.args) != 2 or node.keywords:
            self.fail("wrong-arguments", f"`{name}` takes a set and a group", node)
        left = self.set_fact(node.args[0])
        if left is None:
            self.fail("wrong-type", f"`{ast.unparse(node.args[0])}` is not a set", node)
        return Atom(cast(Op, name), left, self.group(node.args[1], left.of), text)

    # -- left sides ---------------------------------------------------------------------------------------------------

    def operand(self, node: ast.expr) -> Operand:
        if isinstance(node, ast.Call):
            return self.call(node)
        path = self.path(node)
        if path is None or len(path) < 2:
            shown = ast.unparse(node)
            self.fail("unknown-fact", f"there is no fact `{_short(shown)}`", node, self.root_help(shown))
        return self.resolve(path, node)

    def resolve(self, path: list[str], node: ast.expr) -> Operand:
        root, rest = path[0], path[1:]
        if root not in self.names.roots:
            self.fail("unknown-fact", f"no fact starts with `{root}` here", node, self.root_help(root))
        if root == "measure":
            return self.measure(rest, node)
        if root == "reading":
            name = ".".join(rest)
            if name not in self.names.readings:
                self.fail(
                    "unknown-reading",
                    f"there is no reading `{name}`",
                    node,
                    did_you_mean(name, self.names.readings),
                )
            return ReadingRef(name)
        links: list[str] = []
        while root in PARTY_ROOTS and len(rest) > 1 and rest[0] in LINKS:
            links.append(rest.pop(0))
        return self.fact(root, tuple(links), ".".join(rest), node)

    def fact(self, root: str, links: tuple[str, ...], name: str, node: ast.expr) -> FactRef:
        spec = self.names.fact(root, name)
        if spec is not None and spec.type != "count":
            return FactRef(root, links, name, spec.type, spec.of)
        trait = self.names.traits.get(name)
        if trait is not None and root in roots_of(trait):
            return FactRef(root, links, name, trait.type, trait.id, trait.id, trait.derived)
        if trait is not None:
            better = " or ".join(f"`{other}.{name}`" for other in roots_of(trait)[:2])
            self.fail("wrong-root", f"`{name}` belongs to a {trait.of}", node, f"write {better}")
        self.fail(
            "unknown-fact",
            f"`{root}` has no fact `{name}`",
            node,
            did_you_mean(name, self.names.fact_names(root)),
        )

    def measure(self, rest: list[str], node: ast.expr) -> MeasureRef:
        name = ".".join(rest)
        if name in self.names.measures:
            return MeasureRef(name, "", "bool")
        owner, field = ".".join(rest[:-1]), rest[-1]
        measure = self.names.measures.get(owner)
        if measure is None:
            self.fail(
                "unknown-measure",
                f"there is no measure `{name}`",
                node,
                did_you_mean(name, self.names.measures),
            )
        if field not in measure.fields:
            self.fail(
                "unknown-field",
                f"measure `{owner}` has no field `{field}`",
                node,
                did_you_mean(field, measure.fields),
            )
        return MeasureRef(owner, field, measure.fields[field].type)

    def call(self, node: ast.Call) -> Operand:
        path = self.path(node.func)
        if path is None or node.keywords or len(path) < 2:
            self.fail("unknown-function", f"cannot call `{ast.unparse(node.func)}`", node)
        root, name = path[0], path[-1]
        if name in UNITS and len(path) == 2 and root in COUNT_SCOPES and self.names.level == "leg":
            return self.count(node, root, name)
        if (
            name in ("percent_owned_by", "percent_owned_by_which")
            and root in PARTY_ROOTS
            and root in (*self.names.roots, "party")
        ):
            return self.percent(node, path)
        self.fail("unknown-function", f"there is no function `{'.'.join(path)}`", node, did_you_mean(name, UNITS))

    def count(self, node: ast.Call, scope: str, unit: str) -> CountRef:
        places: list[str | GroupRef] = []
        categories: list[str | GroupRef] = []
        for argument in node.args:
            name = argument.id if isinstance(argument, ast.Name) else ""
            group = self.names.group(name)
            if group is not None:
                (places if group.of == "country" else categories).append(self.group_ref(name))
                if group.of not in ("country", "category"):
                    self.fail(
                        "wrong-type",
                        f"`{name}` is a group of {group.of}, not of countries or categories",
                        argument,
                    )
            elif name in self.names.vocabulary.enums.get("category", {}):
                categories.append(name)
            else:
                places.append(self.place(argument))
        return CountRef(scope, unit, tuple(places), tuple(categories))

    def percent(self, node: ast.Call, path: list[str]) -> PercentRef:
        root, links, name = path[0], tuple(path[1:-1]), path[-1]
        if len(node.args) != 1 or any(link not in LINKS for link in links):
            self.fail("wrong-arguments", f"`{name}` takes one argument", node)
        if name == "percent_owned_by":
            return PercentRef(root, links, self.group(node.args[0], "country"), "", derived=False)
        trait = self.names.traits.get(".".join(self.path(node.args[0]) or []))
        if trait is None or trait.of != "party" or trait.type != "bool":
            self.fail("unknown-fact", f"`{ast.unparse(node.args[0])}` is not a true-or-false trait of parties", node)
        return PercentRef(root, links, None, trait.id, trait.derived)

    # -- right sides --------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr, left: Operand) -> Right:
        kind = self.type_of(left)
        path = self.path(node)
        if path is not None and len(path) > 1 and path[0] in self.names.roots:
            other = self.resolve(path, node)
            if not isinstance(other, FactRef) or other.type != kind or isinstance(left, MeasureRef | ReadingRef):
                self.fail("wrong-type", f"`{ast.unparse(node)}` cannot be compared with `{left}`", node)
            return other
        if kind in ("count", "percent", "int"):
            return self.number(node, left)
        if kind == "bool":
            if isinstance(node, ast.Constant) and isinstance(node.value, bool):
                return node.value
            self.fail("wrong-type", f"`{left}` is true or false", node, f"write `{left}` or `not {left}`")
        if kind == "date":
            return self.date(node)
        return self.symbol(node, left)

    def number(self, node: ast.expr, left: Operand) -> Right:
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
            return node.value
        if isinstance(node, ast.Name) and node.id in self.names.own_numbers:
            unit = self.names.own_numbers[node.id].unit
            wanted = left.unit if isinstance(left, CountRef) else "percent" if isinstance(left, PercentRef) else unit
            if unit != wanted:
                self.fail("wrong-unit", f"`{node.id}` is in {unit}, the other side in {wanted}", node)
            return NumberRef(self.names.instrument, node.id)
        name = ast.unparse(node)
        self.fail(
            "unknown-parameter",
            f"`{_short(name)}` is no number",
            node,
            did_you_mean(name, self.names.own_numbers),
        )

    def date(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                return date.fromisoformat(node.value).isoformat()
            except ValueError:
                pass
        self.fail("bad-date", f"`{ast.unparse(node)}` is not a day", node, 'write it as "2024-12-31"')

    def symbol(self, node: ast.expr, left: Operand) -> str:
        word = self.word(node)
        self.check_word(word, left, node)
        return word

    def item(self, node: ast.expr, set_fact: FactRef) -> str | FactRef:
        path = self.path(node)
        if path is not None and len(path) > 1:
            other = self.resolve(path, node)
            if isinstance(other, FactRef) and self.of(other) == set_fact.of and other.type != "set":
                return other
            self.fail("wrong-type", f"`{ast.unparse(node)}` is not a {set_fact.of}", node)
        return self.symbol(node, set_fact)

    def group(self, node: ast.expr, of: str) -> GroupRef | tuple[str, ...]:
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            words = tuple(self.word(item) for item in node.elts)
            for word, item in zip(words, node.elts, strict=True):
                self.check_term(word, of, item)
            return words
        name = node.id if isinstance(node, ast.Name) else ""
        group = self.names.group(name)
        if group is None:
            known = [*self.names.own_groups, *self.names.groups]
            self.fail(
                "unknown-group",
                f"there is no group `{_short(ast.unparse(node))}`",
                node,
                did_you_mean(name, known),
            )
        if group.of != of:
            self.fail("wrong-type", f"`{name}` is a group of {group.of}, the other side is a {of}", node)
        return self.group_ref(name)

    def words(self, node: ast.expr, left: MeasureRef) -> tuple[str, ...]:
        if not isinstance(node, ast.List | ast.Tuple | ast.Set):
            self.fail("wrong-type", f"`{left}` is compared with a list", node, "write `in [a, b]`")
        return tuple(self.symbol(item, left) for item in node.elts)

    def group_ref(self, name: str) -> GroupRef:
        return GroupRef(self.names.instrument if name in self.names.own_groups else "", name)

    def place(self, node: ast.expr) -> str:
        word = self.word(node)
        if not is_place(word):
            self.fail("unknown-place", f"`{word}` is neither a country, a group nor a category", node, advice(word))
        return word

    # -- types --------------------------------------------------------------------------------------------------------

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
            self.fail("wrong-type", f"`{ast.unparse(node)}` cannot be looked up in a group", node)

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
                self.fail("unknown-place", f"there is no {of} `{word}`", node, advice(word))
            return
        if of in self.names.traits:
            self.known(word, self.names.traits[of].values, "value", node)
            return
        self.known(word, self.names.vocabulary.terms(of), of, node)

    def known(self, word: str, words: tuple[str, ...], what: str, node: ast.expr) -> None:
        if word not in words:
            hint = did_you_mean(word, words) or f"known are {one_of(words)}"
            self.fail("unknown-word", f"there is no {what} `{word}`", node, hint)

    # -- small things -------------------------------------------------------------------------------------------------

    def set_fact(self, node: ast.expr) -> FactRef | None:
        path = self.path(node)
        if path is None or len(path) < 2 or path[0] not in self.names.roots:
            return None
        found = self.resolve(path, node)
        return found if isinstance(found, FactRef) and found.type == "set" else None

    def word(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        self.fail("condition-syntax", f"expected a word, got `{_short(ast.unparse(node))}`", node)

    def path(self, node: ast.expr) -> list[str] | None:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr.removesuffix("_"))
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        return [node.id, *reversed(parts)]

    def root_help(self, word: str) -> str:
        return (
            did_you_mean(word.partition(".")[0], self.names.roots) or f"a fact starts with {one_of(self.names.roots)}"
        )

    def fail(self, code: str, message: str, node: ast.expr | None = None, help: str = "", column: int = 0) -> NoReturn:
        offset = node.col_offset if node is not None else column
        span = Span(self.span.file, self.span.line, self.span.column + offset)
        raise ConditionError(Fault(code, message, span, help))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:57] + "..."
