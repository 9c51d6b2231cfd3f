"""Left sides of comparisons: facts, measures, readings, counts and shares."""

from __future__ import annotations

import ast

from engine.errors import did_you_mean, with_article
from engine.facts.places import advice, is_place
from engine.facts.vocabulary import UNITS
from engine.law.condition_words import Words, short, written
from engine.law.expression import (
    COUNT_SCOPES,
    LINKS,
    PARTY_ROOTS,
    CountRef,
    FactRef,
    GroupRef,
    MeasureRef,
    Operand,
    PercentRef,
    ReadingRef,
)
from engine.law.names import roots_of


class Operands(Words):
    """From a path or call to what it names; groups and places included, since calls take them."""

    def operand(self, node: ast.expr) -> Operand:
        if isinstance(node, ast.Call):
            return self.call(node)
        path = self.path(node)
        if path is None or len(path) < 2:
            shown = written(node)
            self.fail("unknown-fact", f"there is no fact `{short(shown)}`", node, self.root_help(shown))
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
            return FactRef(root, links, name, spec.type, spec.of, first=spec.first)
        trait = self.names.traits.get(name)
        if trait is not None and root in roots_of(trait):
            return FactRef(root, links, name, trait.type, trait.id, trait.id, trait.derived)
        if trait is not None:
            better = " or ".join(f"`{other}.{name}`" for other in roots_of(trait)[:2])
            self.fail("wrong-root", f"`{name}` belongs to {with_article(trait.of)}", node, f"write {better}")
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
            self.fail("unknown-function", f"cannot call `{written(node.func)}`", node)
        root, name = path[0], path[-1]
        if name in UNITS and len(path) == 2 and root in COUNT_SCOPES and self.names.level == "leg":
            return self.count(node, root, name)
        if name in ("percent_owned_by", "percent_owned_by_which") and root in PARTY_ROOTS and root in self.names.roots:
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
            self.fail("unknown-fact", f"`{written(node.args[0])}` is not a true-or-false trait of parties", node)
        return PercentRef(root, links, None, trait.id, trait.derived)

    def set_fact(self, node: ast.expr) -> FactRef | None:
        path = self.path(node)
        if path is None or len(path) < 2 or path[0] not in self.names.roots:
            return None
        found = self.resolve(path, node)
        return found if isinstance(found, FactRef) and found.type == "set" else None

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
                f"there is no group `{short(written(node))}`",
                node,
                did_you_mean(name, known),
            )
        if group.of != of:
            self.fail("wrong-type", f"`{name}` is a group of {group.of}, the other side is {with_article(of)}", node)
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
