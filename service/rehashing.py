"""Hold what is stored against the audit log: what was changed behind its back has another hash than it last wrote down.

A chain that is whole proves that the log says what was written. This proves that the objects still are what the log
says. What an object is hashed over stands where it is made, in its `state_of`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Subquery, Table, Text, and_, cast, exists, func, or_, select

from engine.errors import Fault
from service.access import keys, organisations, people
from service.audit import digest
from service.records import keeping
from service.records.law import files_of
from service.reviews import agreements
from service.storage import tables
from service.storage.raw import as_kept, meant
from service.telling import events
from service.verifying import AuditError

_entries = tables.audit_entries
_CHANGED = "it is not what the log says it is"
_ADDED = "it is there, and the log does not know of it"
_AT_A_TIME = 50  # decisions are large
# From the making of a row to its entry, in the same transaction: waiting for others, and trying again.
_A_WHILE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Kind:
    table: Table
    state: Callable[[Any], Mapping[str, Any]]
    organisation: str = "organisation"


# By the prefix of their ids. Whatever the log gives a hash of has to be here; a test walks them.
KINDS: Mapping[str, _Kind] = {
    "ag": _Kind(tables.agreements, agreements.state_of),
    "ev": _Kind(tables.evaluations, keeping.state_of),
    "org": _Kind(tables.organisations, organisations.state_of, "id"),
    "per": _Kind(tables.people, people.state_of),
    "sck": _Kind(tables.api_keys, keys.state_of),
    "wh": _Kind(tables.webhooks, events.state_of),
}


def check_objects(connection: Connection) -> int:
    """Hash every object anew, and return how many there are.

    Args:
        connection: One that sees a single moment (`Database.snapshot`): what is written meanwhile would look wrong.
    Raises:
        AuditError: Each object that was changed, removed or added behind the log's back, by organisation and id.
    """
    faults: list[Fault] = []
    newest, made = _newest(), _made()
    count = 0
    for prefix, kind in KINDS.items():
        for row in connection.execute(_held_against(kind, newest, made), execution_options={"yield_per": _AT_A_TIME}):
            count += 1
            faults += _compare(kind, row._mapping)
        faults += _removed(connection, prefix, kind, newest)
    faults += _unknown(connection, newest)
    faults += _History().check(connection)
    faults += _decisions(connection)
    faults += _law(connection)
    if faults:
        raise AuditError(faults)
    return count


def _newest() -> Subquery:
    """Return the newest entry about each object that says what it is: a hash after, or that it is gone."""
    says = or_(_entries.c.after_sha256.is_not(None), _entries.c.before_sha256.is_not(None))
    columns = (_entries.c.organisation, _entries.c.object)
    last = select(*columns, func.max(_entries.c.number).label("number")).where(says).group_by(*columns).subquery()
    same = and_(*(_entries.c[name] == last.c[name] for name in ("organisation", "object", "number")))
    told = (*columns, _entries.c.number.label("entry"), _entries.c.after_sha256.label("logged"))
    return select(*told).join(last, same).subquery()


def _made() -> Subquery:
    """Return the entry that tells of the making of each object: the first about it that has a hash after."""
    columns = (_entries.c.organisation, _entries.c.object)
    is_there = _entries.c.after_sha256.is_not(None)
    first = select(*columns, func.min(_entries.c.number).label("number")).where(is_there).group_by(*columns).subquery()
    same = and_(*(_entries.c[name] == first.c[name] for name in ("organisation", "object", "number")))
    told = (*columns, _entries.c.actor.label("made_by"), cast(_entries.c.at, Text).label("made_at"))
    return select(*told).join(first, same).subquery()


def _held_against(kind: _Kind, newest: Subquery, made: Subquery) -> Any:
    told = (newest.c.entry, newest.c.logged, made.c.made_by, made.c.made_at)
    whole = select(*as_kept(kind.table), *told).outerjoin_from(kind.table, newest, _is_of(kind, newest))
    return whole.outerjoin(made, _is_of(kind, made)).order_by(kind.table.c.id)


def _hash(table: Table, row: Mapping[Any, Any], hashed: Callable[[Any], str]) -> str:
    """Return the hash of a row as it is now, or nothing where it cannot even be read."""
    try:
        return hashed(meant(table, row))
    except Exception:  # noqa: BLE001 - whatever it is that cannot be read, it is not what was written
        return ""


def _of_content(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(row["content"]).hexdigest()


def _is_of(kind: _Kind, newest: Subquery) -> Any:
    return and_(newest.c.object == kind.table.c.id, newest.c.organisation == kind.table.c[kind.organisation])


def _compare(kind: _Kind, row: Mapping[Any, Any]) -> Iterator[Fault]:
    where = f"{row[kind.organisation]}:{row['id']}"
    if row["logged"] is None:
        yield Fault("object-not-logged", _ADDED, where)
    elif _hash(kind.table, row, lambda each: digest(kind.state(each))) != row["logged"]:
        help = f"entry {row['entry']} is the last that wrote it down"
        yield Fault("object-changed", _CHANGED, where, help)
    elif not _is_made_so(row, row["made_by"], row["made_at"]):
        yield Fault("object-changed", "it was not made by whom it says, or not when", where)


def _is_made_so(row: Mapping[Any, Any], actor: str, at: str) -> bool:
    """Whether what a row says of its making, which has no part in its hash, is what the log says of it."""
    try:
        apart = abs(_time(row["created_at"]) - _time(at))
    except ValueError:
        return False
    return apart < _A_WHILE and row.get("created_by", actor) == actor


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)  # both in UTC


def _removed(connection: Connection, prefix: str, kind: _Kind, newest: Subquery) -> Iterator[Fault]:
    there = exists(select(kind.table.c.id).where(_is_of(kind, newest)))
    query = select(newest).where(
        newest.c.logged.is_not(None), newest.c.object.startswith(f"{prefix}_", autoescape=True)
    )
    for row in connection.execute(query.where(~there)):
        yield Fault("object-missing", "the log knows of it, and it is not there", f"{row.organisation}:{row.object}")


def _unknown(connection: Connection, newest: Subquery) -> Iterator[Fault]:
    known = or_(*(newest.c.object.startswith(f"{prefix}_", autoescape=True) for prefix in KINDS))
    for row in connection.execute(select(newest).where(newest.c.logged.is_not(None), ~known)):
        message = "nothing is known of objects of its kind, so it was not checked"
        yield Fault("object-unknown", message, f"{row.organisation}:{row.object}")


@dataclass(frozen=True, slots=True)
class _Revision:
    """What the log says of a revision."""

    organisation: str
    evaluation: str
    actor: str
    at: str


@dataclass(slots=True)
class _History:
    """What was done to agreements: acts, and the decision behind each revision. Neither ever changes."""

    acts: dict[str, tuple[str, str]] = field(default_factory=dict)
    revisions: dict[tuple[str, int], _Revision] = field(default_factory=dict)

    def check(self, connection: Connection) -> Iterator[Fault]:
        """Yield every act and revision that is not what the log says."""
        self._read(connection)
        yield from self._check_acts(connection)
        yield from self._check_revisions(connection)

    def _read(self, connection: Connection) -> None:
        query = select(*as_kept(_entries)).where(_entries.c.object.startswith("ag_", autoescape=True))
        for entry in connection.execute(query, execution_options={"yield_per": 1000}):
            try:
                detail = json.loads(entry.detail)
            except ValueError:  # the chain of entries is checked elsewhere
                continue
            if "act" in detail:
                self.acts[detail["act"]] = (entry.organisation, detail.get("act_sha256", ""))
            elif "evaluation" in detail:
                made = _Revision(entry.organisation, detail["evaluation"], entry.actor, entry.at)
                self.revisions[entry.object, 1] = made

    def _check_acts(self, connection: Connection) -> Iterator[Fault]:
        left = dict(self.acts)
        query = select(*as_kept(tables.acts))
        for act in connection.execute(query, execution_options={"yield_per": 1000}):
            organisation, logged = left.pop(act.id, ("", ""))
            if not logged:
                yield Fault("object-not-logged", _ADDED, f"{act.agreement}:{act.id}")
            elif _hash(tables.acts, act._mapping, agreements.act_hash) != logged:
                yield Fault("object-changed", _CHANGED, f"{organisation}:{act.id}", f"it is about `{act.agreement}`")
            else:
                body = json.loads(act.body)
                if "evaluation" in body and "number" in body:
                    made = _Revision(organisation, body["evaluation"], act.by, act.at)
                    self.revisions[act.agreement, body["number"]] = made
        for name, (organisation, _) in left.items():
            yield Fault("object-missing", "the log knows of it, and it is not there", f"{organisation}:{name}")

    def _check_revisions(self, connection: Connection) -> Iterator[Fault]:
        for row in connection.execute(select(*as_kept(tables.revisions))):
            logged = self.revisions.pop((row.agreement, row.number), _Revision("", "", "", ""))
            where = f"{logged.organisation}:{row.agreement}"
            if row.evaluation != logged.evaluation:
                yield Fault("object-changed", f"revision {row.number} has another decision than the log says", where)
            elif not _is_made_so(row._mapping, logged.actor, logged.at):
                yield Fault("object-changed", f"revision {row.number} was not made by whom it says, or not when", where)
        for (agreement, number), logged in self.revisions.items():
            yield Fault("object-missing", f"revision {number} is not there", f"{logged.organisation}:{agreement}")


def _decisions(connection: Connection) -> Iterator[Fault]:
    """Yield every record whose decision is gone, or is not the one that was answered."""
    sound = set[tuple[str, str]]()
    query = select(*as_kept(tables.decisions))
    for row in connection.execute(query, execution_options={"yield_per": _AT_A_TIME}):
        if _hash(tables.decisions, row._mapping, _of_content) == row.sha256:
            sound.add((row.organisation, row.sha256))
    records = tables.evaluations.c
    for record in connection.execute(select(records.id, records.organisation, records.decision_sha256)):
        if (record.organisation, record.decision_sha256) not in sound:
            message = "what was answered is not there, or is not what the log says it was"
            yield Fault("object-changed", message, f"{record.organisation}:{record.id}")


def _law(connection: Connection) -> Iterator[Fault]:
    spoilt: set[str] = set()
    query = select(*as_kept(tables.law_files))
    for row in connection.execute(query, execution_options={"yield_per": _AT_A_TIME}):
        if _hash(tables.law_files, row._mapping, _of_content) != row.sha256:
            spoilt.add(row.sha256)
            yield Fault("object-changed", "this file of law is not the one that decided", f"law:{row.sha256}")

    def whole(each: Mapping[str, Any]) -> str:
        # Where one of its files was changed, that is told already.
        return (
            str(each["sha256"])
            if spoilt & set(each["files"].values())
            else files_of(connection, each["files"]).digest()
        )

    for row in connection.execute(select(*as_kept(tables.law_libraries))):
        if _hash(tables.law_libraries, row._mapping, whole) != row.sha256:
            yield Fault("object-changed", "this law is not the one that decided", f"law:{row.sha256}")
