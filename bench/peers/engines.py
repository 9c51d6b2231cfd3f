"""The workload in each engine, as its documentation recommends."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Protocol

from bench.peers.workload import ATTRIBUTES, ENUMS, PLACES, Flow, Rule, Test


class Engine(Protocol):
    """An engine loaded with rules."""

    def run(self, flow: Flow) -> set[str]:
        """Return the rules that fire."""


def _joined(rule: Rule, leaf: Callable[[Test], str], both: str, either: str) -> str:
    """Return the condition of a rule as text."""
    anchor = leaf(Test("eq", rule.role, rule.place))
    groups = ["(" + either.join(leaf(test) for test in group) + ")" for group in rule.groups]
    return "(" + both.join((anchor, *groups)) + ")"


class Zen:
    """zen-engine: two decision tables that collect, and the tokens between them."""

    def __init__(self, rules: list[Rule]) -> None:
        import zen

        nodes = [
            {"id": "in", "name": "in", "type": "inputNode"},
            self._table("t1", [rule for rule in rules if rule.level == 1]),
            self._expressions("x", {"toks": "map(t1, #.tok)"}, passes=True),
            self._table("t2", [rule for rule in rules if rule.level == 2]),
            self._expressions("y", {"a": "map(t1, #.rule)", "b": "map(t2, #.rule)"}, passes=False),
            {"id": "out", "name": "out", "type": "outputNode"},
        ]
        order = [node["id"] for node in nodes]
        edges = [
            {"id": f"{one}-{other}", "sourceId": one, "targetId": other, "type": "edge"}
            for one, other in pairwise(order)
        ]
        self.engine = zen.ZenEngine()
        self.decision = self.engine.create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def _table(self, name: str, rules: list[Rule]) -> dict[str, Any]:
        rows = []
        for rule in rules:
            needs = "".join(f"{json.dumps(token)} in toks and " for token in rule.needs)
            condition = needs + _joined(rule, self._leaf, " and ", " or ")
            rows.append({"_id": rule.id, "c": condition, "r": json.dumps(rule.id), "t": json.dumps(rule.leaves)})
        outputs = [{"id": "r", "name": "rule", "field": "rule"}, {"id": "t", "name": "tok", "field": "tok"}]
        content: dict[str, Any] = {
            "hitPolicy": "collect",
            "rules": rows,
            "inputs": [{"id": "c", "name": "c"}],
            "outputs": outputs,
        }
        content |= {"passThrough": True, "outputPath": name}
        return {"id": name, "name": name, "type": "decisionTableNode", "content": content}

    def _expressions(self, name: str, values: dict[str, str], passes: bool) -> dict[str, Any]:
        expressions = [{"id": key, "key": key, "value": value} for key, value in values.items()]
        content = {"expressions": expressions, "passThrough": passes}
        return {"id": name, "name": name, "type": "expressionNode", "content": content}

    def _leaf(self, test: Test) -> str:
        name, value = test.name, json.dumps(list(test.value) if isinstance(test.value, tuple) else test.value)
        texts = {
            "eq": f"{name} == {value}",
            "ne": f"({name} != null and {name} != {value})",
            "in": f"{name} in {value}",
        }
        return texts.get(test.op) or f"({name} != null and {name} {'<' if test.op == 'lt' else '>='} {value})"

    def run(self, flow: Flow) -> set[str]:
        """Return the rules that fire."""
        result = self.decision.evaluate(flow)["result"]
        return {*(result.get("a") or ()), *(result.get("b") or ())}


class Cedar:
    """cedarpy: a permit policy per rule, two requests per flow; the reasons are the rules."""

    def __init__(self, rules: list[Rule]) -> None:
        import cedarpy

        self.cedar = cedarpy
        self.levels = {level: [rule for rule in rules if rule.level == level] for level in (1, 2)}
        self.policies = {
            level: cedarpy.PolicySet.from_str("\n".join(self._policy(rule) for rule in found))
            for level, found in self.levels.items()
        }
        self.entities = cedarpy.Entities.from_json_str("[]")

    def _policy(self, rule: Rule) -> str:
        needs = "".join(f"context.toks.contains({json.dumps(token)}) && " for token in rule.needs)
        return f"permit(principal, action, resource) when {{ {needs}{_joined(rule, self._leaf, ' && ', ' || ')} }};"

    def _leaf(self, test: Test) -> str:
        there, name = f"context has {test.name}", f"context.{test.name}"
        if test.op == "in":
            assert isinstance(test.value, tuple)
            return f"({there} && [{','.join(map(json.dumps, test.value))}].contains({name}))"
        sign = {"eq": "==", "ne": "!=", "lt": "<", "ge": ">="}[test.op]
        return f"({there} && {name} {sign} {json.dumps(test.value)})"

    def _level(self, level: int, context: dict[str, Any]) -> list[Rule]:
        request = {"principal": 'U::"a"', "action": 'A::"a"', "resource": 'R::"a"', "context": context}
        answer = self.cedar.is_authorized(request, self.policies[level], self.entities)
        return [self.levels[level][int(policy.removeprefix("policy"))] for policy in answer.diagnostics.reasons]

    def run(self, flow: Flow) -> set[str]:
        """Return the rules that fire."""
        first = self._level(1, dict(flow))
        tokens = sorted({rule.leaves for rule in first})
        return {rule.id for rule in (*first, *self._level(2, {**flow, "toks": tokens}))}


class Rego:
    """regopy: partial sets of rules and tokens."""

    def __init__(self, rules: list[Rule]) -> None:
        from regopy import Interpreter

        lines = ["package law", "import rego.v1"]
        for rule in rules:
            body = [self._leaf(Test("eq", rule.role, rule.place)), *(f'"{token}" in toks' for token in rule.needs)]
            for index, group in enumerate(rule.groups):
                helper = f"{rule.id}_{index}".lower()
                lines += [f"{helper} if {{ {self._leaf(test)} }}" for test in group]
                body.append(helper)
            answer = f'["{rule.id}", "{rule.leaves}"]' if rule.level == 1 else f'"{rule.id}"'
            lines.append(f"l{rule.level} contains {answer} if {{ {'; '.join(body)} }}")
        lines.append("toks contains t if { some x in l1; t := x[1] }")
        self.interpreter = Interpreter()
        self.interpreter.add_module("law", "\n".join(lines))

    def _leaf(self, test: Test) -> str:
        name = f"input.{test.name}"
        if test.op == "in":
            assert isinstance(test.value, tuple)
            return f"{name} in {{{','.join(map(json.dumps, test.value))}}}"
        return f"{name} {({'eq': '==', 'ne': '!=', 'lt': '<', 'ge': '>='})[test.op]} {json.dumps(test.value)}"

    def run(self, flow: Flow) -> set[str]:
        """Return the rules that fire."""
        self.interpreter.set_input(flow)
        query = "a = [x | some y in data.law.l1; x := y[0]]; b = [x | some x in data.law.l2]"
        answer = json.loads(str(self.interpreter.query(query)))
        bindings = answer.get("bindings", answer)
        return {*bindings["a"], *bindings["b"]}


class Clips:
    """clipspy: a Rete engine; tokens are facts that depend on what left them."""

    def __init__(self, rules: list[Rule]) -> None:
        import clips

        self.environment = clips.Environment()
        self.names: list[str] = []
        self.environment.define_function(lambda name: self.names.append(str(name)), name="fire")
        slots = " ".join(f"(slot {name} (default nil))" for name in ATTRIBUTES)
        self.environment.build(f"(deftemplate flow {slots})")
        self.environment.build("(deftemplate tok (slot t))")
        for rule in rules:
            self.environment.build(self._rule(rule))
        self.template = self.environment.find_template("flow")
        words = [*PLACES, *(value for values in ENUMS.values() for value in values)]
        self.symbols = {word: clips.Symbol(word) for word in words}

    def _rule(self, rule: Rule) -> str:
        names = sorted({test.name for group in rule.groups for test in group} - {rule.role})
        flow = f"(flow ({rule.role} {rule.place}) " + " ".join(f"({name} ?{name})" for name in names) + ")"
        # `or` wants two arguments.
        tests = "".join(f"(test (or FALSE {' '.join(self._leaf(test) for test in group)}))" for group in rule.groups)
        needs = "".join(f"(tok (t {token}))" for token in rule.needs)
        left = f"{flow}{needs}{tests}"
        if rule.level == 1:
            return f"(defrule {rule.id} (logical {left}) => (fire {rule.id}) (assert (tok (t {rule.leaves}))))"
        return f"(defrule {rule.id} {left} => (fire {rule.id}))"

    def _leaf(self, test: Test) -> str:
        name = f"?{test.name}"
        if test.op == "in":
            assert isinstance(test.value, tuple)
            return "(or FALSE " + " ".join(f"(eq {name} {value})" for value in test.value) + ")"
        value = (
            {True: "TRUE", False: "FALSE"}.get(test.value, test.value) if isinstance(test.value, bool) else test.value
        )
        if test.op == "eq":
            return f"(eq {name} {value})"
        if test.op == "ne":
            return f"(and (neq {name} nil) (neq {name} {value}))"
        return f"(and (neq {name} nil) ({'<' if test.op == 'lt' else '>='} {name} {value}))"

    def run(self, flow: Flow) -> set[str]:
        """Return the rules that fire."""
        self.names.clear()
        values = {key: self.symbols[value] if isinstance(value, str) else value for key, value in flow.items()}
        fact = self.template.assert_fact(**values)
        self.environment.run()
        fact.retract()
        return set(self.names)


class PlainDurable:
    """durable_rules as its documentation shows it: a host, Python actions, a new session per flow."""

    def __init__(self, rules: list[Rule]) -> None:
        from durable import engine

        self.engine = engine
        self.names: set[str] = set()
        # Without an action that ran, deleting the session would crash the process.
        law: dict[str, Any] = {"sentinel": {"all": [{"m": {"k": "flow"}}], "run": lambda _context: None}}
        for rule in rules:
            patterns = [{"f": {"$and": [{"k": "flow"}, {rule.role: rule.place}, *map(self._group, rule.groups)]}}]
            for index, token in enumerate(rule.needs):
                patterns.append({f"d{index}": {"$and": [{"k": "tok"}, {"t": token}, {"fid": {"f": "fid"}}]}})
            law[rule.id] = {"all": patterns, "run": self._action(rule)}
        self.host = engine.Host()
        self.host.register_rulesets({"law": law})
        self.sessions = 0

    def _group(self, group: tuple[Test, ...]) -> dict[str, Any]:
        tests = [test for one in group for test in self._tests(one)]
        return {"$or": tests} if len(tests) > 1 else tests[0]

    def _tests(self, test: Test) -> list[dict[str, Any]]:
        if test.op == "in":
            assert isinstance(test.value, tuple)
            return [{test.name: value} for value in test.value]
        word = {"ne": "$neq", "lt": "$lt", "ge": "$gte"}.get(test.op)
        return [{word: {test.name: test.value}} if word else {test.name: test.value}]

    def _action(self, rule: Rule) -> Callable[[Any], None]:
        def act(context: Any) -> None:
            self.names.add(rule.id)
            if rule.leaves:
                try:
                    context.assert_fact({"k": "tok", "t": rule.leaves, "fid": "f"})
                except (self.engine.MessageNotHandledException, self.engine.MessageObservedException):
                    return  # the token is there already, or nobody wants it

        return act

    def run(self, flow: Flow) -> set[str]:
        """Return the rules that fire."""
        self.names = set()
        self.sessions += 1
        session = f"s{self.sessions}"
        self.host.assert_fact("law", {**flow, "k": "flow", "fid": "f", "sid": session})
        self.host.delete_state("law", session)
        return self.names
