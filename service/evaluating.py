"""From the bytes of a request to the bytes of a decision. Runs in a thread: nothing here waits or touches the loop."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from engine.decision.deciding import decide
from engine.decision.model import DECISION, Decision
from engine.decision.rendering import render
from engine.errors import ArrangementError, Fault, did_you_mean, one_of, shown
from engine.facts.arrangement import Arrangement
from engine.law.intake import parse_json, read_arrangement
from engine.law.model import Library
from service.negotiation import Form
from service.published import Published, Shelf


@dataclass(frozen=True, slots=True)
class Asked:
    """What the query and the headers of an evaluation ask for."""

    as_of: date | None = None
    readings: tuple[str, ...] = ()
    form: Form = "json"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with what it was made from.

    Attributes:
        body: The arrangement as it was sent.
        written: The decision as JSON: the bytes of record.
    """

    body: bytes
    asked: Asked
    published: Published
    decision: Decision
    written: bytes


def evaluate(body: bytes, asked: Asked, shelf: Shelf, where: str = "") -> Decided:
    """Decide an arrangement.

    Args:
        where: JSON pointer of the arrangement in the body of the request.

    Raises:
        ArrangementError: It cannot be read, is too large to decide in one go, or a reading is not known.
    """
    published = shelf.published
    law = published.law
    limit = shelf.settings.leg_limit
    span = shelf.tracing.tracer.start_as_current_span
    with span("intake"):
        arrangement, readings = arrangement_and_readings(body, asked.readings, law.library, limit, where)
    start = time.perf_counter()
    with span("decide") as deciding:
        noted = shelf.metrics.difference
        decision = decide(arrangement, law, as_of=asked.as_of, readings=readings, on_difference=noted)
        deciding.set_attributes(_told(decision))
    shelf.metrics.decision_seconds.observe(time.perf_counter() - start)
    shelf.metrics.decisions.labels(decision.outcome).inc()
    return Decided(body, asked, published, decision, DECISION.dump_json(decision))


def _told(decision: Decision) -> dict[str, str | int]:
    """Return what a trace tells of a decision: words of ours and counts."""
    return {
        "safeconduct.outcome": decision.outcome,
        "safeconduct.day": decision.as_of.isoformat(),
        "safeconduct.transfers": len(decision.transfers),
        "safeconduct.findings": sum(len(transfer.findings) for transfer in decision.transfers),
        "safeconduct.library_sha256": decision.receipt.library_sha256,
    }


def arrangement_and_readings(
    body: bytes, chosen: Iterable[str], library: Library, leg_limit: int, where: str = ""
) -> tuple[Arrangement, Mapping[str, str]]:
    """Return the arrangement of a body and the readings of a query.

    Raises:
        ArrangementError: Every fault of both, or too large to decide in one go.
    """
    readings, faults = _readings(chosen, library)
    try:
        arrangement = read_arrangement(_parse(body), library)
    except ArrangementError as error:
        raise ArrangementError(
            [*(replace(each, where=f"{where}{each.where}") for each in error.faults), *faults]
        ) from None
    faults += _too_large(arrangement, leg_limit)
    if faults:
        raise ArrangementError(faults)
    return arrangement, readings


def in_form(decided: Decided, form: Form) -> bytes:
    """Return a decision in the form that was asked for."""
    return decided.written if form == "json" else render(decided.decision, form).encode()


def _parse(body: bytes) -> object:
    if not body.strip():
        raise ArrangementError([Fault("bad-json", "the body is empty", "", "send an arrangement")])
    try:
        # JSON on the wire is UTF-8; the parser would also guess UTF-16 and UTF-32.
        return parse_json(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ArrangementError([Fault("bad-json", "the text is not UTF-8", "", "send UTF-8")]) from None


def _too_large(arrangement: Arrangement, limit: int) -> list[Fault]:
    legs = sum(len(transfer.datasets) for transfer in arrangement.transfers)
    if legs <= limit:
        return []
    message = f"the transfers carry {legs} data sets in all, {limit} can be decided at a time"
    return [Fault("too-many-legs", message, "/transfers", "send fewer transfers at a time")]


def _readings(given: Iterable[str], library: Library) -> tuple[Mapping[str, str], list[Fault]]:
    """Return the readings of a query, and what is wrong with them."""
    chosen: dict[str, str] = {}
    faults: list[Fault] = []
    for text in given:
        name, colon, option = text.partition(":")
        known = library.readings.get(name)
        said = shown(name)
        if not colon:
            faults.append(Fault("bad-value", f"`{said}` is not ID:OPTION", "query:reading", "such as `x.y:option`"))
        elif name in chosen:
            faults.append(Fault("repeated-parameter", f"two options for `{said}`", "query:reading", "choose one"))
        elif known is None:
            hint = did_you_mean(name[:100], library.readings)
            faults.append(Fault("unknown-reading", f"no ruleset declares a reading `{said}`", "query:reading", hint))
        elif option not in known.options:
            hint = f"known are {one_of(tuple(known.options))}"
            faults.append(Fault("unknown-word", f"`{said}` has no such option", "query:reading", hint))
        else:
            chosen[name] = option
    return chosen, faults
