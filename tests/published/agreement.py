"""Compare our answers with those that authorities published.

The facts of a published example are restated by hand as an arrangement; only those are evaluated. An authority's
"restricted" is lawful once its conditions are met, so it agrees with `not_yet_permitted` and
`permitted_with_conditions`; its "prohibited" judges the transfer as proposed, so it agrees with
every refusal and with no permission.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from engine.cases.model import ExpectedFacts, RuleIds, Texts
from engine.cases.patching import PatchError, arrangement_of
from engine.cases.running import check_fact, check_rules
from engine.decision.deciding import decide
from engine.decision.model import Decision, Finding
from engine.decision.statute import Law
from engine.errors import ArrangementError
from engine.facts.arrangement import Day
from engine.facts.views import ArrangementView
from engine.inference.outcomes import Outcome, worst
from engine.law.files import read_form
from engine.law.intake import read_arrangement
from engine.law.schema import InstrumentId, Text

HERE = Path(__file__).parent
Published = Literal["permitted", "restricted", "not-applicable", "prohibited", "needs-more-info"]
AGREES: Mapping[str, frozenset[Outcome]] = {
    "permitted": frozenset({"permitted", "permitted_with_conditions"}),
    "restricted": frozenset({"not_yet_permitted", "permitted_with_conditions"}),
    "prohibited": frozenset({"prohibited", "not_yet_permitted"}),
    "not-applicable": frozenset({"not_applicable"}),
    "needs-more-info": frozenset({"undetermined"}),
}


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Example(_Model):
    """One published example."""

    id: Text
    authority: Text
    pinpoint: Text
    instruments: Annotated[tuple[InstrumentId, ...], BeforeValidator(_tuple), Field(min_length=1)]
    day: Day
    outcome: Published
    level: Literal["predicate", "decision"] = "decision"
    arrangement: dict[str, Any]
    because: RuleIds = ()
    not_because: RuleIds = ()
    offers: Texts = ()
    facts: ExpectedFacts = ()
    transfer: Text | None = None
    note: Text | None = None


class ExampleFile(_Model):
    """tests/published/<regime>.yaml."""

    bases: dict[str, dict[str, Any]] = {}
    published: Annotated[tuple[Example, ...], BeforeValidator(_tuple), Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Compared:
    """An example with our answer; `problems` is empty where we agree."""

    example: Example
    file: str
    outcome: Outcome | None
    problems: tuple[str, ...]
    decision: Decision | None


def examples(folder: Path = HERE) -> Iterator[tuple[str, Example, Mapping[str, Any]]]:
    """Yield every example with its file and the bases it may use."""
    for path in sorted(folder.glob("*.yaml")):
        form, _ = read_form(path.read_text(encoding="utf-8"), path.name, ExampleFile)
        for example in form.published:
            yield path.name, example, form.bases


def compare(file: str, example: Example, bases: Mapping[str, Any], law: Law) -> Compared:
    """Answer one example and compare."""
    try:
        arrangement = read_arrangement(arrangement_of(example.arrangement, bases), law.library)
    except PatchError as error:
        return Compared(example, file, None, (str(error),), None)
    except ArrangementError as error:
        return Compared(example, file, None, tuple(str(fault) for fault in error.faults), None)
    decision = decide(arrangement, law, as_of=example.day, thorough=True)
    found = [
        finding
        for transfer in decision.transfers
        for finding in transfer.findings
        if finding.instrument in example.instruments and example.transfer in (None, transfer.id)
    ]
    outcome = worst(finding.outcome for finding in found)
    problems = list(_problems(example, decision, found, outcome, law))
    view = ArrangementView(arrangement, example.day)
    for fact in example.facts:
        problems += check_fact(fact, view, law, arrangement.readings)
    return Compared(example, file, outcome, tuple(problems), decision)


def _problems(example: Example, decision: Decision, found: list[Finding], outcome: Outcome, law: Law) -> Iterator[str]:
    missing = [name for name in example.instruments if name not in law.library.instruments]
    yield from (f"there is no instrument `{name}`" for name in missing)
    if example.level == "decision" and outcome not in AGREES[example.outcome]:
        yield f"{example.authority} says {example.outcome}, we say {outcome}"
    if any(finding.difference for finding in found):
        yield "the evaluators differ"
    yield from check_rules(example.id, example.because, example.not_because, found, decision, law)
    offered = {offer.measure for finding in found for option in finding.options for offer in option.measures}
    offered |= {m for c in decision.conditions if c.instrument in example.instruments for m in c.measures}
    yield from (f"`{measure}` is not offered" for measure in example.offers if measure not in offered)


def table(results: list[Compared]) -> Iterator[str]:
    """Yield the table of agreement per authority, then the disagreements in full."""
    yield f"{'authority':<44} {'agreed':>6} {'disagreed':>9} {'not expressible':>15}"
    for authority in sorted({result.example.authority for result in results}):
        yield _row(authority, [result for result in results if result.example.authority == authority])
    yield _row("all", results)
    same = sum(result.outcome == _same_word(result.example.outcome) for result in results if not result.problems)
    yield f"{same} of the agreed in the authority's own word"
    yield f"no permission for a published prohibition: {_refused(results)}"
    for result in results:
        if result.problems:
            yield ""
            yield f"{result.example.id} ({result.file}, {result.example.pinpoint})"
            yield from (f"  {problem}" for problem in result.problems)


def _same_word(word: str) -> str:
    return {
        "not-applicable": "not_applicable",
        "needs-more-info": "undetermined",
        "restricted": "not_yet_permitted",
    }.get(word, word)


def _refused(results: list[Compared]) -> str:
    wrong = [
        r.example.id
        for r in results
        if r.example.outcome == "prohibited"
        and r.outcome in ("permitted", "permitted_with_conditions", "not_applicable")
    ]
    return "true" if not wrong else f"FALSE: {', '.join(wrong)}"


def _row(name: str, results: list[Compared]) -> str:
    unexpressed = sum(result.outcome is None for result in results)
    agreed = sum(not result.problems for result in results)
    return f"{name:<44} {agreed:>6} {len(results) - agreed - unexpressed:>9} {unexpressed:>15}"
