"""Safeconduct's engine: may this research data cross that border, as this arrangement proposes, and why?"""

from engine.decision.model import Decision
from engine.decision.statute import Law
from engine.errors import ArrangementError, EvaluationError, RulesetError, SafeconductError
from engine.facade import evaluate, explain, load_rulesets
from engine.facts.arrangement import Arrangement

__all__ = [
    "Arrangement",
    "ArrangementError",
    "Decision",
    "EvaluationError",
    "Law",
    "RulesetError",
    "SafeconductError",
    "evaluate",
    "explain",
    "load_rulesets",
]
