"""Tags as people write them, and as somebody writes them who means to keep the service busy."""

from __future__ import annotations

import time

import pytest

from engine.errors import ArrangementError
from engine.imports import import_document
from engine.imports.tags import parts_of
from tests.rulesets_for_tests.making import shipped_law


@pytest.mark.parametrize(
    "text",
    [
        "," * 499_000,
        "a" + "-" * 499_000,
        "a" + "[" * 499_000,
        "a[" + "]" * 499_000,
        ",a)" * 166_000,
        "a" + " " * 499_000,
    ],
)
def test_half_a_million_marks_are_read_in_one_pass(text: str) -> None:
    """Each took hours, in which nobody else was answered, when patterns went back over what they had read."""
    began = time.process_time()
    import_document(text, shipped_law().library, "duo")
    assert time.process_time() - began < 20


def test_more_tags_than_anybody_writes_are_refused() -> None:
    with pytest.raises(ArrangementError) as raised:
        import_document("x," * 2001, shipped_law().library, "duo")
    assert [fault.code for fault in raised.value.faults] == ["too-large"]


@pytest.mark.parametrize(
    ("tag", "code", "values"),
    [
        ("GS-[AU, not NZ]", "GS", ["AU", "not NZ"]),
        ("MOR - (12)", "MOR", ["12"]),
        ("PS-[a (b]", "PS", ["a (b"]),
        ("IRB", "IRB", []),
        ("TS-2028-12-31", "TS", ["2028-12-31"]),
        ("x[1][2]", "x[1][2]", []),
        ("[AU]", "[AU]", []),
    ],
)
def test_what_belongs_to_a_code_stands_in_brackets_or_after_a_hyphen(tag: str, code: str, values: list[str]) -> None:
    assert parts_of(tag) == (code, values)
