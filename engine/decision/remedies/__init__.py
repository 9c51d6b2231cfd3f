"""What would make a whole arrangement lawful, at least effort; and what rules it out where nothing would."""

from engine.decision.remedies.alternatives import Alternative
from engine.decision.remedies.model import Blocker, Remedies, Remedy, RemedyAct
from engine.decision.remedies.searching import Result, Searcher, remedies

__all__ = ["Alternative", "Blocker", "Remedies", "Remedy", "RemedyAct", "Result", "Searcher", "remedies"]
