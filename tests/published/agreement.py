"""Compare our answers with those that authorities published.

The facts of a published example are restated by hand as an arrangement; only those are evaluated. An authority's
"restricted" is lawful once its conditions are met, so it agrees with `not_yet_permitted` and
`permitted_with_conditions`; its "prohibited" judges the transfer as proposed, so it agrees with
every refusal and with no permission. `forms.py` says how an example is written down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.cases.patching import PatchError, arrangement_of
from engine.cases.running import check_fact, check_rules
from engine.decision.deciding import decide
from engine.decision.model import Decision, Finding
from engine.decision.statute import Law
from engine.errors import ArrangementError
from engine.facts.views import ArrangementView
from engine.inference.outcomes import Outcome, worst
from engine.law.intake import read_arrangement
from tests.published.forms import Case, Example

AGREES: Mapping[str, frozenset[Outcome]] = {
    "permitted": frozenset({"permitted", "permitted_with_conditions"}),
    "restricted": frozenset({"not_yet_permitted", "permitted_with_conditions"}),
    "prohibited": frozenset({"prohibited", "not_yet_permitted"}),
    "not-applicable": frozenset({"not_applicable"}),
    "needs-more-info": frozenset({"undetermined"}),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """An example with our answer; `problems` is empty where we agree."""

    case: Case
    outcome: Outcome | None
    problems: tuple[str, ...]
    decision: Decision | None

    @property
    def example(self) -> Example:
        """The example compared."""
        return self.case.example

    @property
    def permits_a_prohibition(self) -> bool:
        """Whether the authority refused what we let pass."""
        passed = self.outcome in ("permitted", "permitted_with_conditions", "not_applicable")
        return passed and self.example.outcome == "prohibited"


def compare(case: Case, law: Law) -> Compared:
    """Answer one example and compare."""
    example = case.example
    try:
        arrangement = read_arrangement(arrangement_of(example.arrangement, case.bases), law.library)
    except PatchError as error:
        return Compared(case, None, (str(error),), None)
    except ArrangementError as error:
        return Compared(case, None, tuple(str(fault) for fault in error.faults), None)
    decision = decide(arrangement, law, as_of=example.day, thorough=True)
    found = [
        finding
        for transfer in decision.transfers
        for finding in transfer.findings
        if finding.instrument in example.instruments and example.transfer in (None, transfer.id)
    ]
    outcome = worst(finding.outcome for finding in found)
    problems = list(_problems(case, decision, found, outcome, law))
    view = ArrangementView(arrangement, example.day)
    for fact in example.facts:
        problems += check_fact(fact, view, law, arrangement.readings)
    return Compared(case, outcome, tuple(problems), decision)


def _problems(case: Case, decision: Decision, found: list[Finding], outcome: Outcome, law: Law) -> Iterator[str]:
    example = case.example
    missing = [name for name in example.instruments if name not in law.library.instruments]
    yield from (f"there is no instrument `{name}`" for name in missing)
    if example.level == "decision" and outcome not in AGREES[example.outcome]:
        yield f"{case.authority} says {example.outcome}, we say {outcome}"
    if any(finding.difference for finding in found):
        yield "the evaluators differ"
    yield from check_rules(example.id, example.because, example.not_because, found, decision, law)
    offered = {offer.measure for finding in found for option in finding.options for offer in option.measures}
    offered |= {m for c in decision.conditions if c.instrument in example.instruments for m in c.measures}
    yield from (f"`{measure}` is not offered" for measure in example.offers if measure not in offered)


def report(results: list[Compared]) -> Iterator[str]:
    """Yield the agreement with the sample, then with the further examples, then the disagreements in full."""
    sample = [result for result in results if not result.case.is_further]
    further = [result for result in results if result.case.is_further]
    if sample:
        yield from _table("published examples of the sample", sample)
    if further:
        yield from [""] if sample else []
        yield from _table("further published examples", further)
        read = Counter(result.case.read for result in further)
        yield "text of the source: " + ", ".join(f"{read[name]} {name}" for name in ("seen", "secondary", "recalled"))
    for result in results:
        if result.problems:
            yield ""
            yield f"{result.example.id} ({result.case.file}, {result.example.pinpoint})"
            yield from (f"  {problem}" for problem in result.problems)
            yield from [f"  held to: {result.example.differs}"] if result.example.differs else []


def _table(title: str, results: list[Compared]) -> Iterator[str]:
    yield f"{title:<64} {'agreed':>6} {'disagreed':>9} {'not expressible':>15}"
    for authority in sorted({result.case.authority for result in results}):
        yield _row(authority, [result for result in results if result.case.authority == authority])
    yield _row("all", results)
    same = sum(result.outcome == _same_word(result.example.outcome) for result in results if not result.problems)
    yield f"{same} of the agreed in the authority's own word"
    wrong = [result.example.id for result in results if result.permits_a_prohibition]
    yield f"no permission for a published prohibition: {'true' if not wrong else 'FALSE: ' + ', '.join(wrong)}"


def _same_word(word: str) -> str:
    return {
        "not-applicable": "not_applicable",
        "needs-more-info": "undetermined",
        "restricted": "not_yet_permitted",
    }.get(word, word)


def _row(name: str, results: list[Compared]) -> str:
    unexpressed = sum(result.outcome is None for result in results)
    agreed = sum(not result.problems for result in results)
    return f"{name:<64} {agreed:>6} {len(results) - agreed - unexpressed:>9} {unexpressed:>15}"
