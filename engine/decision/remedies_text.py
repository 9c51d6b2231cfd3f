"""Remedies as text."""

from __future__ import annotations

from collections.abc import Iterator

from engine.decision.remedies import Remedies, Remedy
from engine.decision.rendering import WORDS

_STATUS = {
    "lawful": "Nothing more is wanted: it is lawful as proposed.",
    "remedies": "These sets of acts make the whole arrangement lawful, least effort first.",
    "facts_missing": "Facts are missing (`safeconduct ask` asks for them). As far as facts are known, these acts help.",
    "none": "No set of acts makes it lawful. These together rule it out:",
}


def remedies_text(found: Remedies) -> str:
    """Return remedies as text."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Remedies) -> Iterator[str]:
    yield f"{found.title}: {WORDS[found.outcome]} (law of {found.as_of})"
    yield ""
    yield _STATUS[found.status]
    for number, remedy in enumerate(found.remedies, start=1):
        yield ""
        yield f"{number}. effort {remedy.effort}{_lead(remedy)}; then {WORDS[remedy.outcome]}"
        yield from _acts(remedy)
    for blocker in found.blockers:
        yield ""
        yield f"  {blocker.instrument} for {blocker.transfer}: {WORDS[blocker.outcome]} ({blocker.title})"
        for ground in blocker.rules:
            yield f"    {ground.rule}: {ground.says} [{ground.cite}]"
    for text in found.undetermined:
        yield f"  undetermined: {text}"
    if found.alternatives:
        yield ""
        yield "Other shapes, in the order in which people try them"
    for other in found.alternatives:
        yield f"  {other.kind}: {other.says}"
        if other.status == "lawful":
            yield f"    {WORDS[other.outcome]}, nothing more is wanted"
        elif other.remedy is not None:
            wanted = ", ".join(act.measure for act in other.remedy.acts)
            yield f"    {WORDS[other.outcome]}; effort {other.remedy.effort}: {wanted}"
        else:
            yield f"    {WORDS[other.outcome]}; " + (
                "facts are missing" if other.status == "facts_missing" else "no way"
            )
    yield ""
    yield found.basis.sentence()


def _lead(remedy: Remedy) -> str:
    return f", about {remedy.days} days" if remedy.days is not None else ""


def _acts(remedy: Remedy) -> Iterator[str]:
    for act in remedy.acts:
        shows = ", ".join(f"{key} = {value}" for key, value in act.evidence.items())
        lead = f", about {act.days} days" if act.days is not None else ""
        yield f"   - {act.measure}{f' ({shows})' if shows else ''}: {act.ask}"
        yield f"     by {act.by} ({', '.join(act.parties)}), effort {act.effort}{lead}; for {', '.join(act.transfers)}"
        for ground in act.grounds:
            yield f"     {ground.rule} [{ground.cite}]"
