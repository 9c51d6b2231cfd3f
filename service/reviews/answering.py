"""Put the answer to a question into an arrangement."""

from __future__ import annotations

import json
from typing import Any

from engine.decision.model import Question
from service.problems import Problem, problem
from service.reviews.doing import decision_of
from service.reviews.forms import AnswerForm

Row = dict[str, Any]


def answered(record: Row, form: AnswerForm) -> tuple[bytes, Row]:
    """Return the arrangement with an answer in it, and what to write down about the question.

    Raises:
        Problem: 422, the decision does not ask that, or the answer has no place.
    """
    questions = [each for each in decision_of(record).questions if each.pointer == form.pointer]
    asked = [each for each in questions if form.fact in (None, each.fact)]
    if not asked:
        raise problem(422, "unknown-question", "the decision on this revision does not ask that", "/pointer")
    data = json.loads(record["arrangement"].decode("utf-8-sig"))
    try:
        put(data, form.pointer, form.value)
    except (KeyError, IndexError, ValueError, TypeError):
        raise _no_place(asked[0]) from None
    told = [{"fact": each.fact, "ask": each.ask} for each in asked]
    return json.dumps(data).encode(), {"pointer": form.pointer, "questions": told, "source": form.source}


def _no_place(question: Question) -> Problem:
    help = "send a revision in which it stands"
    return problem(422, "unknown-place", f"`{question.pointer}` is no place for one value", "/pointer", help)


def put(data: Any, pointer: str, value: Any) -> None:
    """Set the value at a JSON pointer; mappings on the way are made, items of lists are not."""
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for part in way:
        data = data[int(part)] if isinstance(data, list) else data.setdefault(part, {})
    if isinstance(data, list):
        data[int(last)] = value
    else:
        data[last] = value
