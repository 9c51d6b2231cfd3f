"""The law behind kept decisions: every file of every library that decided one, once, under its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.errors import EvaluationError
from engine.law.files import RulesetFiles
from service.published import Published
from service.storage.columns import now
from service.storage.tables import law_files, law_libraries


def keep_law(connection: Connection, published: Published) -> None:
    """Keep the files of a law, unless they are there."""
    digest = published.law.library.digest
    if published.files.digest() != digest:
        raise EvaluationError("the files at hand are not those of the law that decides")
    if connection.execute(select(law_libraries.c.sha256).where(law_libraries.c.sha256 == digest)).first():
        return
    texts = {name: text.encode() for name, text in published.files.named()}
    hashes = {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()}
    known = set(connection.execute(select(law_files.c.sha256)).scalars())
    rows = [{"sha256": hashes[name], "content": text} for name, text in texts.items() if hashes[name] not in known]
    insert_new(connection, law_files, sorted(rows, key=lambda row: str(row["sha256"])))
    insert_new(connection, law_libraries, [{"sha256": digest, "files": hashes, "first_used_at": now()}])


def kept_files(connection: Connection, library_sha256: str) -> RulesetFiles:
    """Return the files of a library that decided something."""
    hashes = connection.execute(
        select(law_libraries.c.files).where(law_libraries.c.sha256 == library_sha256)
    ).scalar_one()
    return files_of(connection, hashes)


def files_of(connection: Connection, hashes: Mapping[str, str]) -> RulesetFiles:
    """Return the files of a law by their hashes, which stand by their paths."""
    found = connection.execute(select(law_files).where(law_files.c.sha256.in_(set(hashes.values())))).all()
    texts = {row.sha256: row.content.decode() for row in found}
    parts: tuple[dict[str, str], dict[str, str], dict[str, str]] = ({}, {}, {})
    for name, sha256 in hashes.items():
        if name.startswith("tables/"):
            parts[2][name.removeprefix("tables/").removesuffix(".csv")] = texts[sha256]
        else:
            parts[0 if "/" in name else 1][name] = texts[sha256]
    return RulesetFiles(*parts)


def insert_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, and leave those alone that are there."""
    if rows:
        connection.execute(_new_in(table, connection.dialect.name), rows)


@cache
def _new_in(table: Table, dialect: str) -> Executable:
    """Return the statement, made once: to make it anew costs more than to run it."""
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(table).on_conflict_do_nothing()
