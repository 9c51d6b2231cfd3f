"""Every published example, as a test: the authority is right, our encoding is the suspect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.decision.statute import Law, load_law
from engine.law.files import default_rulesets
from tests.published.agreement import Example, compare, examples

CASES = list(examples())


@pytest.fixture(scope="module")
def law() -> Law:
    return load_law(default_rulesets())


@pytest.mark.parametrize(("file", "example", "bases"), CASES, ids=[example.id for _, example, _ in CASES])
def test_our_answer_agrees_with_the_authority(file: str, example: Example, bases: Mapping[str, Any], law: Law) -> None:
    result = compare(file, example, bases, law)
    assert not result.problems, "\n".join(result.problems)


def test_the_published_ids_are_unique() -> None:
    ids = [example.id for _, example, _ in CASES]
    assert len(ids) == len(set(ids))
