"""The shipped law says in words what it does at the very number: "more than" is `>`, "or more" is `>=`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from engine.law.expression import NumberRef, leaves
from engine.law.model import Rule
from tests.rulesets_for_tests.making import shipped_law as law

# What a rule says where the number itself is outside (`>`, `<`) and where it is inside (`>=`, `<=`).
WORDS = {
    ">": r"more than|most of",
    ">=": r"\bor more\b|at least|(?<!more than )half|or coarser|quarter|fifth",
    "<": r"fewer than|below|more exact than|less than|finer than",
    "<=": r"does not exceed|or less|at most",
}
OPPOSITE = {">": "<=", "<=": ">", ">=": "<", "<": ">="}
# Both words stand in the rule, one of them about something else.
ABOUT_SOMETHING_ELSE = {"us.doj-data-security.202.205-c.located-people"}  # at least as many devices


def comparisons() -> Iterator[tuple[Rule, str]]:
    """Yield the rules that compare with a number other than zero, and how."""
    for rule in law().library.rules.values():
        for condition in (*rule.when, *rule.requires, *rule.fulfilled_by):
            for leaf in leaves(condition.tree):
                right = leaf.atom.right
                is_number = isinstance(right, NumberRef) or (type(right) is int and right != 0)
                if is_number and leaf.atom.op in WORDS:
                    yield rule, OPPOSITE[leaf.atom.op] if leaf.negated else leaf.atom.op


@pytest.mark.parametrize(("rule", "op"), [pytest.param(rule, op, id=f"{rule.id}-{op}") for rule, op in comparisons()])
def test_a_rule_says_whether_the_number_itself_counts(rule: Rule, op: str) -> None:
    assert re.search(WORDS[op], rule.says), f"`{rule.id}` compares by `{op}` and says: {rule.says}"
    if rule.id not in ABOUT_SOMETHING_ELSE:
        other = {">": ">=", ">=": ">", "<": "<=", "<=": "<"}[op]
        assert not re.search(WORDS[other], rule.says), f"`{rule.id}` compares by `{op}` and says: {rule.says}"
