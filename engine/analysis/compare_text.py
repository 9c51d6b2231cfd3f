"""A comparison as text or as a Markdown table."""

from __future__ import annotations

from collections.abc import Iterator

from engine.analysis.compare import Comparison, Difference, RuleDifference
from engine.decision.rendering import WORDS


def comparison_text(found: Comparison) -> str:
    """Return a comparison as text."""
    return "\n".join(_text(found)) + "\n"


def comparison_markdown(found: Comparison) -> str:
    """Return a comparison as a Markdown table."""
    return "\n".join(_markdown(found)) + "\n"


def _text(found: Comparison) -> Iterator[str]:
    yield f"{found.title}"
    yield f"  {found.before}: {WORDS[found.outcome_before]}"
    yield f"  {found.after}: {WORDS[found.outcome_after]}"
    for each in found.differences:
        yield ""
        yield f"{each.instrument} for {each.transfer} ({each.dataset}): {_turn(each)}"
        if each.mechanism_before != each.mechanism_after:
            yield f"  carried by {each.mechanism_before or 'nothing'}, then by {each.mechanism_after or 'nothing'}"
        for rule in each.rules:
            yield f"  {_rule(rule)}"
    yield ""
    yield f"{len(found.differences)} findings differ, {found.same} are the same."
    yield f"{found.before}: {found.basis_before.sentence()}"
    yield f"{found.after}: {found.basis_after.sentence()}"


def _markdown(found: Comparison) -> Iterator[str]:
    yield f"# {found.title}: {found.before} and {found.after}"
    yield ""
    yield f"| transfer | instrument | {found.before} | {found.after} | why |"
    yield "|---|---|---|---|---|"
    yield f"| **all** | | **{WORDS[found.outcome_before]}** | **{WORDS[found.outcome_after]}** | |"
    for each in found.differences:
        why = "<br>".join(_escaped(_rule(rule)) for rule in each.rules)
        where = f"{each.transfer} ({each.dataset})"
        yield f"| {where} | {each.instrument} | {WORDS[each.before]} | {WORDS[each.after]} | {why} |"
    yield ""
    yield f"{len(found.differences)} findings differ, {found.same} are the same."
    yield ""
    yield f"- {found.before}: {found.basis_before.sentence()}"
    yield f"- {found.after}: {found.basis_after.sentence()}"


def _turn(each: Difference) -> str:
    if each.before == each.after:
        return WORDS[each.before]
    return f"{WORDS[each.before]} -> {WORDS[each.after]}"


def _rule(rule: RuleDifference) -> str:
    read = "".join(f"; {name}: {one} -> {other}" for name, one, other in rule.facts)
    return f"{rule.rule}: {rule.before or 'absent'} -> {rule.after or 'absent'}{read} [{rule.cite}]"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
