from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.decision.deciding import decide
from engine.decision.statute import Law
from engine.facts.arrangement import Arrangement
from engine.law.intake import parse_yaml, read_arrangement
from service.documents.content import Report
from service.documents.report import report_of
from service.documents.writing import DocumentForm, write
from tests.rulesets_for_tests.making import shipped_law

ROOT = Path(__file__).parents[2]
Change = Callable[[dict[str, Any]], object]


class Maker:
    """Makes documents about an example, changed where a test asks for it."""

    def __init__(self, law: Law) -> None:
        self.law = law

    def arrangement(self, name: str, change: Change = lambda plain: None) -> Arrangement:
        plain = parse_yaml((ROOT / "examples" / f"{name}.yaml").read_text(encoding="utf-8"), name)
        change(plain)
        return read_arrangement(plain, self.law.library)

    def report(self, name: str, change: Change = lambda plain: None) -> Report:
        arrangement = self.arrangement(name, change)
        return report_of(decide(arrangement, self.law), arrangement, self.law.library)

    def written(self, name: str, form: DocumentForm, change: Change = lambda plain: None) -> bytes:
        arrangement = self.arrangement(name, change)
        return write(decide(arrangement, self.law), arrangement, self.law.library, form).content


@pytest.fixture(scope="session")
def make() -> Maker:
    return Maker(shipped_law())
