"""Answers to questions: which there can be, and where they go in an arrangement as plain data."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from engine.decision.model import Question
from engine.facts.places import country_of

_UNITS = ("persons", "records", "devices", "samples")
# More people than there are: a count beyond every number of the law.
_EVERYBODY = 10**11
_MOST_WORDS = 16
# Beside the countries of the arrangement itself, countries that many laws treat otherwise than most.
_FAR = ("CN", "RU", "US", "FI", "SG")


def possible_answers(question: Question, data: Mapping[str, Any]) -> list[Any]:
    """Return answers that are worth trying: all there are where they can be listed, else some that differ."""
    kind = question.type
    if question.fact in _UNITS or kind == "count":
        return [0, _EVERYBODY]
    if kind == "bool":
        return [True, False]
    if kind == "party":
        return [party["id"] for party in data["parties"]] + ["none"]
    if kind == "owners":
        return ["none", *([{"country": place, "percent": 100}] for place in _countries(data))]
    if kind == "set":
        words = list(question.values) or _countries(data)
        return [[], *([word] for word in words[:_MOST_WORDS])]
    if kind == "country":
        return _countries(data)
    if kind == "enum":
        return list(question.values[:_MOST_WORDS])
    if kind == "int":
        return [0, 1, 5, 100, 10**9]
    if kind == "date":
        return ["1990-01-01", "2018-05-25", "2024-01-01", "2100-01-01"]
    return []


def _countries(data: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*(country_of(party["country"]) for party in data["parties"]), *_FAR]))


def with_answer(data: Mapping[str, Any], question: Question, value: Any) -> dict[str, Any]:
    """Return a copy of an arrangement in which a question is answered.

    A count goes to every country of a data set for which it is not stated; of people, the countries are told.
    """
    changed: dict[str, Any] = copy.deepcopy(dict(data))
    *path, last = [step.replace("~1", "/").replace("~0", "~") for step in question.pointer[1:].split("/")]
    owner: Any = changed
    for step in path:
        owner = _inside(owner, step)
    if last == "subjects" and question.fact in _UNITS and isinstance(value, int):
        subjects = owner.get("subjects")
        for each in subjects if isinstance(subjects, list) else ():
            each.setdefault(question.fact, value)
        return changed
    if question.fact == "subject_countries" and isinstance(value, list):
        value = [{"country": place} for place in value] or "none"
    if isinstance(owner, list):
        owner[int(last)] = value
    else:
        owner[last] = value
    return changed


def _inside(owner: Any, step: str) -> Any:
    if isinstance(owner, list):
        return owner[int(step)]
    if not isinstance(owner.get(step), dict | list):
        owner[step] = {}  # what is shown without evidence gets some
    return owner[step]
