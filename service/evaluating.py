"""From the bytes of a request to the bytes of a decision. Runs in a thread: nothing here waits or touches the loop."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from engine.decision.deciding import decide
from engine.decision.model import DECISION, Decision, Receipt
from engine.decision.rendering import render
from engine.errors import ArrangementError, Fault, did_you_mean, one_of, shown
from engine.facts.arrangement import Arrangement
from engine.inference.outcomes import Outcome
from engine.law.intake import parse_json, read_arrangement
from engine.law.model import Library
from service.negotiation import Form
from service.published import Published, Shelf
from service.storage.columns import Blob


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
    written: Blob
    title: str
    as_of: date
    outcome: Outcome
    receipt: Receipt

    def decision(self) -> Decision:
        """Return the decision, read from its bytes: the tree takes many times their memory."""
        return DECISION.validate_json(self.written)


def evaluate(body: bytes, asked: Asked, shelf: Shelf, where: str = "", whose: str = "") -> Decided:
    """Decide an arrangement, unless it was decided a moment ago.

    Args:
        where: JSON pointer of the arrangement in the body of the request.
        whose: Organisation of the caller: nobody can find out by the time to answer what another has asked.

    Raises:
        ArrangementError: As `evaluate_anew`.
    """
    today = date.today()  # noqa: DTZ011 - the day of the caller's own calendar
    remembered = shelf.published.remembered
    key = whose, hashlib.sha256(body).digest(), asked.as_of, asked.readings, today
    found: Decided | None = remembered.recall(key)
    if found is not None:
        shelf.metrics.remembered.inc()
        shelf.metrics.decisions.labels(found.outcome).inc()
        return replace(found, asked=asked)
    made, has_difference = _decided(body, asked, shelf, where)
    if not has_difference:  # it is told of each time
        remembered.remember(key, made, len(body) + 2 * len(made.written))  # it may be kept compressed as well
    return made


def evaluate_anew(body: bytes, asked: Asked, shelf: Shelf) -> Decided:
    """Decide an arrangement, whatever was decided before.

    Raises:
        ArrangementError: It cannot be read, is too large to decide in one go, or a reading is not known.
    """
    return _decided(body, asked, shelf, "")[0]


def _decided(body: bytes, asked: Asked, shelf: Shelf, where: str) -> tuple[Decided, bool]:
    """Decide, and say whether the evaluators differed."""
    published = shelf.published
    law = published.law
    limit = shelf.settings.leg_limit
    span = shelf.tracing.tracer.start_as_current_span
    with span("intake"):
        arrangement, readings = arrangement_and_readings(body, asked.readings, law.library, limit, where)
    differences: list[str] = []

    def note(instrument: str, transfer: str, difference: str) -> None:
        differences.append(difference)
        shelf.metrics.difference(instrument, transfer, difference)

    start = time.perf_counter()
    with span("decide") as deciding:
        decision = decide(arrangement, law, as_of=asked.as_of, readings=readings, on_difference=note)
        deciding.set_attributes(_told(decision))
    shelf.metrics.decision_seconds.observe(time.perf_counter() - start)
    shelf.metrics.decisions.labels(decision.outcome).inc()
    written = Blob(DECISION.dump_json(decision))
    head = decision.title, decision.as_of, decision.outcome, decision.receipt
    return Decided(body, asked, published, written, *head), bool(differences)


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
    readings, faults = readings_of(chosen, library)
    try:
        arrangement = read_arrangement(parsed(body), library)
    except ArrangementError as error:
        raise ArrangementError(
            [*(replace(each, where=f"{where}{each.where}") for each in error.faults), *faults]
        ) from None
    faults += too_large(arrangement, leg_limit)
    if faults:
        raise ArrangementError(faults)
    return arrangement, readings


def in_form(decided: Decided, form: Form) -> bytes:
    """Return a decision in the form that was asked for."""
    return decided.written if form == "json" else render(decided.decision(), form).encode()


def parsed(body: bytes) -> object:
    """Return a body as plain data.

    Raises:
        ArrangementError: It is no JSON in UTF-8.
    """
    if not body.strip():
        raise ArrangementError([Fault("bad-json", "the body is empty", "", "send an arrangement")])
    try:
        # JSON on the wire is UTF-8; the parser would also guess UTF-16 and UTF-32.
        return parse_json(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ArrangementError([Fault("bad-json", "the text is not UTF-8", "", "send UTF-8")]) from None


def too_large(arrangement: Arrangement, limit: int) -> list[Fault]:
    legs = sum(len(transfer.datasets) for transfer in arrangement.transfers)
    if legs <= limit:
        return []
    message = f"the transfers carry {legs} data sets in all, {limit} can be decided at a time"
    return [Fault("too-many-legs", message, "/transfers", "send fewer transfers at a time")]


def readings_of(
    given: Iterable[str], library: Library, where: str = "query:reading"
) -> tuple[Mapping[str, str], list[Fault]]:
    """Return the readings of a query, and what is wrong with them."""
    chosen: dict[str, str] = {}
    faults: list[Fault] = []
    for text in given:
        name, colon, option = text.partition(":")
        known = library.readings.get(name)
        said = shown(name)
        if not colon:
            faults.append(Fault("bad-value", f"`{said}` is not ID:OPTION", where, "such as `x.y:option`"))
        elif name in chosen:
            faults.append(Fault("repeated-parameter", f"two options for `{said}`", where, "choose one"))
        elif known is None:
            hint = did_you_mean(name[:100], library.readings)
            faults.append(Fault("unknown-reading", f"no ruleset declares a reading `{said}`", where, hint))
        elif option not in known.options:
            hint = f"known are {one_of(tuple(known.options))}"
            faults.append(Fault("unknown-word", f"`{said}` has no such option", where, hint))
        else:
            chosen[name] = option
    return chosen, faults
