"""What can be done to an agreement, each in one transaction, and what each asks for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from engine.decision.model import DECISION, Decision
from engine.errors import Fault
from service import audit
from service.access.authorising import forbidden
from service.access.permissions import Principal
from service.problems import Problem, problem
from service.records.keeping import store
from service.records.reading import RECORDS
from service.reviews import forms
from service.reviews.agreements import Row, acts_of, do, for_change, state_of
from service.reviews.steps import REVISABLE, STEPS, next_states
from service.storage.columns import now
from service.storage.tables import agreements, evaluations, revisions
from service.telling.events import emit

PERMITTED = frozenset({"permitted", "permitted_with_conditions"})
# Into these goes only what may start by the law of the day.
PERMITTING = frozenset({"approved", "active"})


def make(connection: Connection, by: Principal, name: str, record: Row, note: str) -> Row:
    """Begin an agreement of a new id with its first revision."""
    store(connection, by, record)
    row: Row = dict.fromkeys((column.name for column in agreements.c), None)
    row |= {"id": name, "organisation": by.organisation, "title": record["title"], "state": "draft"}
    row |= {"version": 1, "revision": 1, "outcome": record["outcome"], "created_at": now(), "created_by": by.id}
    connection.execute(insert(agreements).values(row))
    _revise(connection, by, row["id"], 1, record["id"], note)
    data = {"state": "draft", "version": 1, "outcome": row["outcome"]}
    emit(connection, by.organisation, "agreement.made", row["id"], data)
    audit.append(connection, by, "agreement.made", row["id"], after=state_of(row), detail={"evaluation": record["id"]})
    return row


def revise(
    connection: Connection, by: Principal, name: str, version: int, record: Row, note: str, answer: Row | None = None
) -> Row:
    """Add a revision; sign-offs and overrides of earlier ones no longer count."""
    row = for_change(connection, by, name, version)
    check_revisable(row)
    store(connection, by, record)
    number = row["revision"] + 1
    _revise(connection, by, name, number, record["id"], note)
    change = {"revision": number, "title": record["title"], "outcome": record["outcome"]}
    body = {"number": number, "evaluation": record["id"], "outcome": record["outcome"], "note": note}
    return do(connection, by, row, "answered" if answer else "revised", {**body, **(answer or {})}, change)


def check_revisable(row: Row) -> None:
    """Refuse a revision while somebody decides, or has decided, about the last.

    Raises:
        Problem: 409.
    """
    if row["state"] not in REVISABLE:
        message = f"what is `{row['state']}` is not revised"
        raise problem(409, "wrong-state", message, "", "a reviewer can request changes first")


def _revise(connection: Connection, by: Principal, name: str, number: int, evaluation: str, note: str) -> None:
    made = {"agreement": name, "number": number, "evaluation": evaluation, "note": note}
    connection.execute(insert(revisions).values(**made, created_at=now(), created_by=by.id))


@dataclass(frozen=True, slots=True)
class Standing:
    """The outcome of the current revision by the law of a day that is not before today."""

    outcome: str
    day: date


def check_step(row: Row, by: Principal, form: forms.StepForm) -> None:
    """Refuse a step that is not in the table, or not for whoever asks.

    Raises:
        Problem: 403 or 409.
    """
    needed = STEPS.get((row["state"], form.to))
    if needed is None:
        known = ", ".join(f"`{each}`" for each in next_states(row["state"])) or "nothing: it is at its end"
        raise problem(
            409, "wrong-state", f"a `{row['state']}` cannot become `{form.to}`", "/to", f"it can become {known}"
        )
    if needed not in by.permissions:
        raise forbidden(needed)


def step(
    connection: Connection, by: Principal, name: str, version: int, form: forms.StepForm, standing: Standing | None
) -> Row:
    """Take a step to another state.

    Args:
        standing: Needed for `PERMITTING` states: law that has changed since the revision, or was not that of today
            even then, lets nothing start.
    """
    row = for_change(connection, by, name, version)
    check_step(row, by, form)
    if standing is not None:
        _check_approved(connection, row, standing, needs_signoff=form.to == "approved")
    change: Row = {"state": form.to}
    if form.expires_on is not None:
        if form.to != "active" or form.expires_on < today():
            raise problem(422, "bad-value", "only what becomes `active` has a last day, today or later", "/expires_on")
        change["expires_on"] = form.expires_on
    if form.to == "active":
        change |= {"watched_outcome": row["outcome"], "watched_library": None, "watched_day": None}
    if form.to != "active":
        change |= {"attention": None, "attention_at": None}
    body = {"from": row["state"], "to": form.to, "reason": form.reason}
    return do(connection, by, row, "stepped", body, change)


def _check_approved(connection: Connection, row: Row, standing: Standing, needs_signoff: bool) -> None:
    """Refuse to approve what may not start, what nobody signed, or what somebody objects to."""
    done = acts_of(connection, row["id"])
    faults = []
    if not {row["outcome"], standing.outcome} <= PERMITTED and not standing_override(done, row, today()):
        faults.append(_not_permitted(row, standing))
    latest = {}
    for each in done:
        if each["kind"] == "signed" and each["revision"] == row["revision"]:
            latest[each["body"]["reviewer"], each["body"]["role"]] = each["body"]["verdict"]
    if needs_signoff and "approve" not in latest.values():
        faults.append(Fault("not-signed", "nobody signed this revision off", "", "a reviewer signs it off first"))
    if needs_signoff and "object" in latest.values():
        faults.append(
            Fault("objection", "a reviewer objects to this revision", "", "settle it; their next word counts")
        )
    if faults:
        raise Problem(409, faults)


def _not_permitted(row: Row, standing: Standing) -> Fault:
    if row["outcome"] in PERMITTED:
        message = f"its outcome is `{standing.outcome}` by the law of {standing.day}"
        return Fault("not-permitted", message, "", "request changes: a revision is decided by the law of its `as_of`")
    help = "change the arrangement, or override with reason, last day and a second person"
    return Fault("not-permitted", f"its outcome is `{row['outcome']}`", "", help)


def sign(connection: Connection, by: Principal, name: str, version: int, form: forms.SignoffForm) -> Row:
    """Sign the current revision off, or object to it."""
    _check_reviewer(by, form.reviewer)
    row = for_change(connection, by, name, version)
    _check_state(row, "in_review")
    author = connection.execute(
        select(revisions.c.created_by).where(revisions.c.agreement == name, revisions.c.number == row["revision"])
    ).scalar_one()
    if by.id in (author, row["created_by"]):
        raise problem(409, "own-work", "nobody signs off what they wrote themselves", "", "another reviewer does")
    return do(connection, by, row, "signed", form.model_dump(mode="json"))


def override(connection: Connection, by: Principal, name: str, version: int, form: forms.OverrideForm) -> Row:
    """Propose to proceed against the outcome of the current revision."""
    _check_reviewer(by, form.reviewer)
    row = for_change(connection, by, name, version)
    _check_state(row, "in_review", "approved", "active")
    if row["outcome"] in PERMITTED and (row["watched_outcome"] or row["outcome"]) in PERMITTED:
        raise problem(409, "nothing-to-override", f"its outcome is `{row['outcome']}`: it may start as it is")
    if form.expires_on <= today():
        raise problem(422, "bad-value", "an override ends on a day to come", "/expires_on")
    body = {**form.model_dump(mode="json"), "outcome": row["watched_outcome"] or row["outcome"]}
    return do(connection, by, row, "override_proposed", body)


def confirm(connection: Connection, by: Principal, name: str, version: int, form: forms.ConfirmationForm) -> Row:
    """Confirm an override, as a second person: another key or sign-in, and another reviewer."""
    _check_reviewer(by, form.reviewer)
    row = for_change(connection, by, name, version)
    _check_state(row, "in_review", "approved", "active")
    proposed = [
        each
        for each in acts_of(connection, name)
        if each["kind"] == "override_proposed" and each["id"] == form.override and each["revision"] == row["revision"]
    ]
    if not proposed:
        raise problem(422, "unknown-override", "the current revision has no such override", "/override")
    (first,) = proposed
    if first["by"] == by.id or first["body"]["reviewer"] == form.reviewer:
        raise problem(409, "own-work", "a second person confirms an override, not the one who proposed it")
    return do(connection, by, row, "override_confirmed", form.model_dump(mode="json"))


def standing_override(done: Sequence[Row], row: Row, day: date) -> Row | None:
    """Return the confirmed override of the current revision that counts on a day, or None."""
    confirmed = {each["body"]["override"] for each in done if each["kind"] == "override_confirmed"}
    for each in reversed(done):
        mine = each["kind"] == "override_proposed" and each["revision"] == row["revision"]
        if mine and each["id"] in confirmed and day <= date.fromisoformat(each["body"]["expires_on"]):
            return each
    return None


def comment(connection: Connection, by: Principal, name: str, version: int, form: forms.CommentForm) -> Row:
    """Comment on the agreement, on a finding of its decision, or on a fact of its arrangement."""
    if not {"agreements:write", "agreements:review"} & by.permissions:
        raise forbidden("agreements:write")
    row = for_change(connection, by, name, version)
    record = current_record(connection, row)
    if form.finding and not any(_is_about(form.finding, each) for each in _findings(record["decision"])):
        raise problem(422, "unknown-finding", "the decision on this revision has no such finding", "/finding")
    if form.fact is not None and not _has_place(json.loads(record["arrangement"].decode("utf-8-sig")), form.fact):
        raise problem(422, "unknown-place", "the arrangement has no such place", "/fact")
    return do(connection, by, row, "commented", form.model_dump(mode="json"))


def seen(connection: Connection, by: Principal, name: str, version: int, form: forms.AttentionForm) -> Row:
    """Say that attention was given."""
    row = for_change(connection, by, name, version)
    if row["attention"] is None:
        raise problem(409, "wrong-state", "nothing asks for attention here")
    body = {"attention": row["attention"], "reason": form.reason}
    return do(connection, by, row, "attended", body, {"attention": None, "attention_at": None})


def current_record(connection: Connection, row: Row) -> Row:
    """Return the record of the current revision's decision."""
    query = RECORDS.join(revisions, revisions.c.evaluation == evaluations.c.id)
    mine = (revisions.c.agreement == row["id"]) & (revisions.c.number == row["revision"])
    return dict(connection.execute(query.where(mine)).mappings().one())


def decision_of(record: Row) -> Decision:
    """Return the decision in a record."""
    return DECISION.validate_json(record["decision"])


def _findings(decision: bytes) -> list[tuple[str, str, str]]:
    found = DECISION.validate_json(decision)
    return [(transfer.id, each.dataset, each.instrument) for transfer in found.transfers for each in transfer.findings]


def _is_about(wanted: forms.FindingAnchor, found: tuple[str, str, str]) -> bool:
    transfer, dataset, instrument = found
    return (wanted.transfer, wanted.instrument) == (transfer, instrument) and wanted.dataset in (None, dataset)


def _has_place(data: Any, pointer: str) -> bool:
    """Whether all but the last step of a pointer exist: a comment may be on a fact that is not there yet."""
    steps = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for part in steps[:-1]:
        if isinstance(data, list) and part.isascii() and part.isdecimal() and int(part[:9]) < len(data):
            data = data[int(part)]
        elif isinstance(data, dict) and part in data:
            data = data[part]
        else:
            return False
    return not steps or isinstance(data, dict | list)


def _check_reviewer(by: Principal, reviewer: str) -> None:
    """Refuse to let somebody sign in the name of another, where the identity provider knows them by an ORCID iD."""
    if by.orcid is not None and reviewer != by.orcid:
        help = f"you signed in as `{by.orcid}`"
        raise problem(422, "another-reviewer", "this is not how you are known", "/reviewer", help)


def _check_state(row: Row, *states: str) -> None:
    if row["state"] not in states:
        known = ", ".join(f"`{each}`" for each in states)
        raise problem(409, "wrong-state", f"it is `{row['state']}`", "", f"this is done to what is {known}")


def today() -> date:
    """Return the day, in UTC."""
    return datetime.now(UTC).date()
