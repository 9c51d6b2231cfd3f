"""The small public face of the engine, for programs that embed it.

from engine import load_rulesets, evaluate, explain

law = load_rulesets()
decision = evaluate({"title": ..., "parties": [...], ...}, law)
print(decision.outcome, explain(decision))
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from engine.decision.deciding import decide
from engine.decision.model import Decision
from engine.decision.rendering import render
from engine.decision.statute import Law, load_law
from engine.facts.arrangement import Arrangement
from engine.law.files import default_rulesets
from engine.law.intake import parse_json, read_arrangement


def load_rulesets(root: Path | str | None = None, *, reform: str | None = None) -> Law:
    """Load and check the law below `root`, or the law shipped with the engine.

    Args:
        reform: Name of a reform to lay over it, such as `digital-omnibus`.

    Loading takes a second or so; a `Law` is immutable, can be shared among threads, and should be kept.

    Raises:
        RulesetError: Every fault of every file, each with file, line and column.
    """
    return load_law(Path(root) if root is not None else default_rulesets(), reform)


def evaluate(
    arrangement: Arrangement | Mapping[str, Any] | str | bytes,
    law: Law,
    *,
    as_of: date | None = None,
    readings: Mapping[str, str] | None = None,
    thorough: bool = False,
) -> Decision:
    """Decide an arrangement by both evaluators, with reasons.

    Args:
        arrangement: A checked arrangement, plain data, or JSON text.
        as_of: The law of this day; the arrangement's own day, or today, where left out.
        readings: Options chosen where authorities differ, by reading id.
        thorough: Explain in full why law does not reach a transfer, also where places alone keep it away.
    Returns:
        The decision. `undetermined` means that facts or law are missing; it is never a permission.
    Raises:
        ArrangementError: Every fault of the input, each with its JSON pointer.
    """
    if isinstance(arrangement, str | bytes):
        arrangement = parse_json(arrangement)
    if not isinstance(arrangement, Arrangement):
        arrangement = read_arrangement(arrangement, law.library)
    return decide(arrangement, law, as_of=as_of, readings=readings, thorough=thorough)


def explain(decision: Decision, form: Literal["text", "summary", "markdown"] = "text") -> str:
    """Return a decision and its reasons as text or Markdown; the summary leaves the rules behind it out."""
    return render(decision, form)
