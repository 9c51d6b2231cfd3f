"""Every published example, as a test: the authority is right, our encoding is the suspect.

`forms.py` says how an example is written down; one outside the sample carries its source and the outcome it states:

```yaml
# further-<authority>.yaml
sources: {paper: {authority: A, title: T, url: "https://...", read: seen | secondary | recalled, on: "2026-11-26"}}
published:
  - {id: unique, source: paper, pinpoint: Example 1, states: what it concludes and from what, instruments: [...],
     day: "2023-02-14", arrangement: {...},
     outcome: permitted | restricted | not-applicable | prohibited | needs-more-info}
```
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.decision.statute import Law
from engine.errors import RulesetError
from tests.published.agreement import compare
from tests.published.forms import Case, published_cases
from tests.rulesets_for_tests.making import shipped_law

CASES = list(published_cases())


@pytest.fixture(scope="module")
def law() -> Law:
    return shipped_law()


@pytest.mark.parametrize("case", CASES, ids=[case.example.id for case in CASES])
def test_our_answer_agrees_with_the_authority(case: Case, law: Law) -> None:
    result = compare(case, law)
    assert not result.permits_a_prohibition
    if case.example.differs:
        assert result.problems, "we agree after all: take `differs` away"
    else:
        assert not result.problems, "\n".join(result.problems)


def test_the_published_ids_are_unique() -> None:
    ids = [case.example.id for case in CASES]
    assert len(ids) == len(set(ids))


def test_a_further_example_names_a_source_of_its_file(tmp_path: Path) -> None:
    further = """
sources:
  paper: {authority: A, title: T, url: "https://authority.example", read: recalled, on: "2026-11-26"}
published:
  - id: one
    source: papre
    pinpoint: p
    states: s
    instruments: [eu.gdpr-scope]
    day: "2020-01-01"
    outcome: permitted
    arrangement: {}
"""
    (tmp_path / "further-a.yaml").write_text(further, encoding="utf-8")
    with pytest.raises(RulesetError, match="`one` names the source `papre`"):
        list(published_cases(tmp_path))
