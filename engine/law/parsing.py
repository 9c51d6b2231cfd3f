"""From the text of a condition to a typed tree, by way of a whitelist of Python's own syntax. Nothing is evaluated."""

from __future__ import annotations

import ast
from datetime import date
from typing import cast

from engine.errors import Span, did_you_mean
from engine.law.condition_operands import Operands
from engine.law.condition_words import mangled, short, written
from engine.law.expression import (
    AllOf,
    AnyOf,
    Atom,
    Condition,
    CountRef,
    FactRef,
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
from engine.law.names import Names

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
_ORDER = ("<", "<=", ">", ">=")
_LISTED = ("country", "region", "enum", "text")


def parse_condition(text: str, span: Span, names: Names) -> Condition:
    """Parse and type-check one line.

    Raises:
        ConditionError: The first mistake of the line.
    """
    return _Parser(names, span).parse(text)


class _Parser(Operands):
    def parse(self, text: str) -> Condition:
        if len(text) > 1000:
            self.fail("condition-syntax", "a condition longer than 1000 characters", help="split it into lines")
        try:
            self.text = mangled(text.strip())
            body = ast.parse(self.text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            at = error if isinstance(error, SyntaxError) else None
            self.fail(
                "condition-syntax",
                f"cannot read `{short(text)}` as a condition",
                column=(at.offset or 1) - 1 if at else 0,
            )
        try:
            return Condition(self.tree(body, negated=False), text.strip(), self.span)
        except RecursionError:
            self.fail("condition-syntax", f"`{short(text)}` is nested too deep")

    # -- and, or, not -------------------------------------------------------------------------------------------------

    def tree(self, node: ast.expr, negated: bool) -> Tree:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self.tree(node.operand, not negated)
        if isinstance(node, ast.BoolOp):
            parts = tuple(self.tree(part, negated) for part in node.values)
            return AllOf(parts) if isinstance(node.op, ast.And) is not negated else AnyOf(parts)
        return Leaf(self.atom(node), negated)

    def atom(self, node: ast.expr) -> Atom:
        text = self.written(node)
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
            self.expect(operand, _LISTED, left)
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
        if isinstance(operand, MeasureRef) and not operand.field:
            self.fail("wrong-type", f"`{operand}` is true or false", left, f"write `{operand}` or `not {operand}`")
        if op in _ORDER and kind not in ("count", "percent", "int", "date"):
            self.fail("no-order", f"`{text}` orders what has no order", left)
        return Atom(op, operand, self.value(right, operand), text)

    def set_call(self, node: ast.Call, text: str) -> Atom:
        name = cast(ast.Name, node.func).id
        if name == "shown":
            return self.shown_call(node, text)
        if name not in ("overlaps", "within"):
            self.fail(
                "unknown-function",
                f"there is no function `{name}`",
                node,
                did_you_mean(name, ("overlaps", "within", "shown")),
            )
        if len(node.args) != 2 or node.keywords:
            self.fail("wrong-arguments", f"`{name}` takes a set and a group", node)
        left = self.set_fact(node.args[0])
        if left is None:
            self.fail("wrong-type", f"`{written(node.args[0])}` is not a set", node.args[0])
        return Atom(cast(Op, name), left, self.group(node.args[1], left.of), text)

    def shown_call(self, node: ast.Call, text: str) -> Atom:
        if len(node.args) != 1 or node.keywords:
            self.fail("wrong-arguments", "`shown` takes one fact", node)
        left = self.operand(node.args[0])
        if not isinstance(left, FactRef) or left.type != "bool":
            self.fail("wrong-type", f"`{written(node.args[0])}` is not a true-or-false fact", node.args[0])
        return Atom("shown", left, None, text)

    # -- right sides --------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr, left: Operand) -> Right:
        kind = self.type_of(left)
        path = self.path(node)
        if path is not None and len(path) > 1 and path[0] in self.names.roots:
            other = self.resolve(path, node)
            if not isinstance(other, FactRef) or other.type != kind or isinstance(left, MeasureRef | ReadingRef):
                self.fail("wrong-type", f"`{written(node)}` cannot be compared with `{left}`", node)
            if kind == "enum" and self.of(other) != self.of(left):
                self.fail("wrong-type", f"`{written(node)}` has other values than `{left}`", node)
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
        name = written(node)
        self.fail(
            "unknown-parameter",
            f"`{short(name)}` is no number",
            node,
            did_you_mean(name, self.names.own_numbers),
        )

    def date(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                return date.fromisoformat(node.value).isoformat()
            except ValueError:
                pass
        self.fail("bad-date", f"`{written(node)}` is not a day", node, 'write it as "2024-12-31"')

    def item(self, node: ast.expr, set_fact: FactRef) -> str | FactRef:
        path = self.path(node)
        if path is not None and len(path) > 1:
            other = self.resolve(path, node)
            if isinstance(other, FactRef) and self.of(other) == set_fact.of and other.type != "set":
                return other
            self.fail("wrong-type", f"`{written(node)}` is not a {set_fact.of}", node)
        return self.symbol(node, set_fact)
