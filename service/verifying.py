"""Check a chain of audit entries without the service: from a database, or from an exported file.

What a chain proves: nothing in it was changed, removed or reordered. That its end was not cut off is proved by a head
that was written down elsewhere: an export signed earlier, which a later chain has to contain.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy import Connection, select, union

from engine.errors import Fault, FaultsError
from service.audit import BEGINNING, FIELDS, entry_hash
from service.storage.columns import canonical
from service.storage.raw import as_kept, meant
from service.storage.tables import audit_entries, audit_heads, organisations


class AuditError(FaultsError):
    """A log that is not what was written."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain."""

    organisation: str
    number: int
    sha256: str


def check_chain(entries: Iterable[Mapping[str, Any]], organisation: str) -> tuple[Head, list[Fault], dict[int, str]]:
    """Follow a chain from its beginning.

    Returns:
        Its head as computed, every place where it breaks, and the hash of each entry by its number.
    """
    faults: list[Fault] = []
    previous, number, hashes = BEGINNING, 0, {}
    for entry in entries:
        number += 1
        where = f"{organisation}:{entry['number']}"
        if entry["number"] != number:
            faults.append(Fault("entry-missing", f"entry {number} is not there, or not in its place", where))
            number = entry["number"] if isinstance(entry["number"], int) else number
        if entry["previous_sha256"] != previous:
            faults.append(Fault("chain-broken", "it does not follow the entry before it", where))
        if _hash(entry) != entry["sha256"]:
            faults.append(Fault("entry-changed", "it does not have the hash that it was written with", where))
        previous = entry["sha256"]
        hashes[number] = previous
    return Head(organisation, number, previous), faults, hashes


def _hash(entry: Mapping[str, Any]) -> str:
    """Return the hash of an entry, or nothing where it says what no entry says."""
    try:
        return entry_hash(entry)
    except Exception:  # noqa: BLE001 - whatever it is that cannot be hashed, it is not what was written
        return ""


def check_database(connection: Connection, earlier: Iterable[Head] = ()) -> list[Head]:
    """Check every chain of a database, against its own heads and those of earlier exports.

    Raises:
        AuditError: Every place where one breaks.
    """
    faults: list[Fault] = []
    heads, known = [], {}
    kept = {row.organisation: row for row in connection.execute(select(audit_heads))}
    for organisation in _with_a_chain(connection):
        head, found, known[organisation] = check_chain(_entries(connection, organisation), organisation)
        faults += found
        end = kept.get(organisation)
        if end is None:
            faults.append(Fault("end-missing", "nothing says where the chain should end", organisation))
        elif (head.number, head.sha256) != (end.number, end.sha256):
            where = f"{organisation}:{end.number}"
            faults.append(Fault("end-missing", f"the chain ends at {head.number} and should at {end.number}", where))
        heads.append(head)
    faults += _missing_heads(earlier, known)
    if faults:
        raise AuditError(faults)
    return heads


def _with_a_chain(connection: Connection) -> list[str]:
    """Return every organisation that has a chain, or should: whoever removes its head takes no chain from view."""
    named = union(select(organisations.c.id), select(audit_heads.c.organisation), select(audit_entries.c.organisation))
    return sorted(connection.execute(named).scalars())


def _missing_heads(earlier: Iterable[Head], known: Mapping[str, Mapping[int, str]]) -> Iterator[Fault]:
    for head in earlier:
        if head.number and known.get(head.organisation, {}).get(head.number) != head.sha256:
            where = f"{head.organisation}:{head.number}"
            yield Fault(
                "head-missing", "the head of the export is not in the chain: it was cut off or rewritten", where
            )


def _entries(connection: Connection, organisation: str) -> Iterator[dict[str, Any]]:
    mine = audit_entries.c.organisation == organisation
    query = select(*as_kept(audit_entries)).where(mine).order_by(audit_entries.c.number)
    for row in connection.execute(query.execution_options(yield_per=1000)).mappings():
        try:
            yield meant(audit_entries, row)
        except Exception:  # noqa: BLE001 - as it is kept it has another hash
            yield dict(row)


# -- exports ----------------------------------------------------------------------------------------------------------


def export(connection: Connection, organisation: str, key: Ed25519PrivateKey) -> Iterator[bytes]:
    """Yield the log of an organisation as lines of JSON; the last is the signed head."""
    kept = connection.execute(select(audit_heads).where(audit_heads.c.organisation == organisation)).mappings().one()
    for entry in _entries(connection, organisation):
        if entry["number"] <= kept["number"]:
            yield _line({**{name: entry[name] for name in FIELDS}, "at": _time(entry["at"]), "sha256": entry["sha256"]})
    head = {"organisation": organisation, "number": kept["number"], "sha256": kept["sha256"]}
    head["signed_at"] = _time(datetime.now(UTC))
    signature = key.sign(canonical(head).encode())
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    yield _line({"head": head, "signature": _text(signature), "public_key": _text(public)})


def check_export(lines: Iterable[bytes], public_key: str = "") -> Head:
    """Check an exported log, and return its head.

    Args:
        public_key: What the signature has to be made with; without it, the key that the head names.
    Raises:
        AuditError: Everything that is wrong with it.
    """
    entries = [_read(line, number) for number, line in enumerate(lines, 1) if line.strip()]
    last = entries.pop() if entries else {}
    try:
        signed, used = last["head"], last["public_key"]
        told = signed["organisation"], signed["number"], signed["sha256"]
        is_good = _is_signed(signed, last["signature"], used)
    except (KeyError, TypeError):
        raise AuditError([Fault("end-missing", "the export has no signed head", "end")]) from None
    try:
        head, faults, _ = check_chain(entries, told[0])
    except (KeyError, TypeError):
        raise AuditError([Fault("bad-export", "some line of it is no entry", "start")]) from None
    if (head.number, head.sha256) != told[1:]:
        faults.append(Fault("end-missing", "the entries do not end at the signed head", "end"))
    if public_key and public_key != used:
        faults.append(Fault("other-key", "the head is signed with another key", "end"))
    if not is_good:
        faults.append(Fault("bad-signature", "the head was not signed with the key that it names", "end"))
    if faults:
        raise AuditError(faults)
    return head


def _read(line: bytes, number: int) -> Any:
    """Return a line of an export; a time that is none is left as it is, and has another hash."""
    try:
        found = json.loads(line)
    except ValueError:
        raise AuditError([Fault("bad-export", "this is no export of ours: not JSON", f"line {number}")]) from None
    with suppress(KeyError, TypeError, ValueError):
        found["at"] = datetime.fromisoformat(found["at"])
    return found


def _is_signed(head: Mapping[str, Any], signature: str, public_key: str) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
        key.verify(base64.b64decode(signature), canonical(head).encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """Return the key that heads are signed with; made at its first use, readable by nobody else."""
    file = folder / "audit-key.pem"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        fresh = file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(text)
        fresh.rename(file)
    found = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(found, Ed25519PrivateKey):
        raise AuditError([Fault("bad-key", "this is no Ed25519 key", str(file))])
    return found


def _time(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _line(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode() + b"\n"
