"""Organisations by their address in ROR, which documents write as they like."""

from __future__ import annotations

import json

import pytest

from engine.imports import import_document
from engine.imports.words import is_ror
from tests.imports.documents import CARD, TURTLE
from tests.rulesets_for_tests.making import shipped_law


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("https://ror.org/00f54p054", True),
        ("https://ror.org/00F54P054", False),
        ("https://ror.org/00f54p05/", False),
        ("https://ror.org/0../../..", False),
        ("https://ror.org/00f54p054\n", False),
        ("http://ror.org/00f54p054", False),
    ],
)
def test_an_address_in_ror_is_taken_as_an_arrangement_may_hold_it(text: str, is_one: bool) -> None:
    assert is_ror(text) is is_one


def test_what_is_no_address_in_ror_is_no_part_of_a_draft() -> None:
    wrong = "https://ror.org/00F54P05_"
    card = {**CARD, "creator": {"@type": "Organization", "name": "Laboratory", "url": wrong}}
    for document in (json.dumps(card), TURTLE.replace("https://ror.org/02x2q9v49", wrong)):
        draft = import_document(document, shipped_law().library)
        assert draft.arrangement["parties"]
        assert not [party for party in draft.arrangement["parties"] if "ror" in party]
