"""What the service adds to the command line, which finds this by name: `report`, `db`, `org`, `audit`."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from engine.errors import Fault, SafeconductError, shown
from service.access import organisations
from service.documents import command as documents
from service.rehashing import check_objects
from service.settings import read_settings, shown_settings
from service.storage.database import Database
from service.storage.tables import organisations as table
from service.storage.upgrading import SchemaError, check, revision_of, upgrade
from service.verifying import AuditError, Head, check_database, check_export, export, signing_key


def add(subs: Any) -> None:
    """Add the commands to a parser."""
    documents.add(subs)
    db = subs.add_parser("db", help="prepare the database that SAFECONDUCT_DATABASE names, or the embedded default")
    steps = db.add_subparsers(required=True, metavar="STEP")
    up = steps.add_parser("upgrade", help="run the migrations that are missing")
    up.set_defaults(run=upgrade_database)
    copy = steps.add_parser("backup", help="copy a database of SQLite, also while it is in use")
    copy.add_argument("file", type=Path, metavar="FILE", help="a new file")
    copy.set_defaults(run=backup_database)
    org = subs.add_parser("org", help="organisations: whatever is stored belongs to one, and none sees another's")
    steps = org.add_subparsers(required=True, metavar="STEP")
    made = steps.add_parser("add", help="add one, and print a key for its first administrator")
    made.add_argument("name", metavar="NAME")
    made.set_defaults(run=add_organisation)
    listed = steps.add_parser("list", help="show the id and the name of each")
    listed.set_defaults(run=list_organisations)

    log = subs.add_parser("audit", help="the log of who did what: check it, or write it out with its head signed")
    steps = log.add_subparsers(required=True, metavar="STEP")
    check_ = steps.add_parser("verify", help="find every change, removal or reordering, of the log and behind its back")
    check_.add_argument("file", nargs="?", type=Path, metavar="FILE", help="an export; the database where left out")
    check_.add_argument("--against", action="append", default=[], type=Path, metavar="FILE", help="an earlier export")
    check_.add_argument("--key", default="", metavar="KEY", help="public key, in base64, that heads are signed with")
    check_.set_defaults(run=verify_audit)
    out = steps.add_parser("export", help="write the log of an organisation, its head signed")
    out.add_argument("organisation", metavar="ID")
    out.set_defaults(run=export_audit)

    settings = subs.add_parser("settings", help="show what the environment and its file set; passwords are hidden")
    settings.set_defaults(run=show_settings)


def show_settings(_options: argparse.Namespace) -> int:
    """Print the settings that a service would have."""
    _say(json.dumps(shown_settings(read_settings()), indent=2))
    return 0


def backup_database(options: argparse.Namespace) -> int:
    """Copy a database of SQLite, also while it is in use."""
    with opened(of_any_version=True) as database:  # it is copied before an upgrade
        if not database.is_sqlite:
            raise SafeconductError("this copies SQLite; use `pg_dump --format custom` for PostgreSQL")
        if revision_of(database) is None:
            raise SafeconductError(f"there is nothing in `{database.shown}`")
        if options.file.exists():
            raise SafeconductError(f"`{options.file}` exists; name a new file")
        options.file.touch(mode=0o600, exist_ok=False)
        with database.engine.connect() as connection, closing(sqlite3.connect(options.file)) as copy:
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            source.backup(copy)
    return 0


def verify_audit(options: argparse.Namespace) -> int:
    """Check the audit log of the database, or an export."""
    count = None
    if options.file is not None:
        heads = [_checked(options.file, options.key)]
    else:
        earlier = [_checked(file, options.key) for file in options.against]
        with opened() as database, database.snapshot() as connection:
            heads, count = _check_all(connection, earlier)
    for head in heads:
        _say(f"{head.organisation}: {head.number} entries, head {head.sha256}: whole")
    if count is not None:
        _say(f"{count} objects are what the log says")
    return 0


def _check_all(connection: Connection, earlier: list[Head]) -> tuple[list[Head], int]:
    """Check the log and the objects; what is wrong with either is all told."""
    faults: list[Fault] = []
    heads: list[Head] = []
    count = 0
    try:
        heads = check_database(connection, earlier)
    except AuditError as error:
        faults += error.faults
    try:
        count = check_objects(connection)
    except AuditError as error:
        faults += error.faults
    if faults:
        raise AuditError(faults)
    return heads, count


def _checked(file: Path, key: str) -> Head:
    with file.open("rb") as lines:
        return check_export(lines, key)


def export_audit(options: argparse.Namespace) -> int:
    """Write the log of an organisation."""
    with opened() as database, database.reading() as connection:
        if connection.execute(select(table.c.id).where(table.c.id == options.organisation)).first() is None:
            raise SafeconductError(
                f"there is no organisation `{shown(options.organisation)}`; `safeconduct org list` shows them"
            )
        for line in export(connection, options.organisation, signing_key(read_settings().data)):
            sys.stdout.buffer.write(line)
    return 0


def upgrade_database(_options: argparse.Namespace) -> int:
    """Run the migrations that are missing."""
    with opened(of_any_version=True) as database:
        before, after = upgrade(database)
    _say(f"revision {after}" if before == after else f"revision {before or 'none'} -> {after}")
    return 0


def add_organisation(options: argparse.Namespace) -> int:
    """Add an organisation and print the key of its first administrator."""
    if not options.name.strip() or not options.name.isprintable():
        raise SafeconductError("a name is one line of text")
    with opened() as database:
        key = database.write(lambda connection: organisations.found(connection, options.name.strip()))
    sys.stderr.write("This key of the first administrator is shown this once:\n")
    _say(key.text)
    return 0


def list_organisations(_options: argparse.Namespace) -> int:
    """Show every organisation, oldest first."""
    with opened() as database, database.reading() as connection:
        rows = connection.execute(select(table.c.id, table.c.name).order_by(table.c.id)).all()
    for name, title in rows:
        _say(f"{name}  {title}")
    return 0


@contextmanager
def opened(*, of_any_version: bool = False) -> Iterator[Database]:
    """Yield the database of the settings.

    Args:
        of_any_version: Its tables need not be those of this version.
    Raises:
        SafeconductError: They name none, or one that cannot be used.
    """
    settings = read_settings()
    if not settings.database_url:
        raise SafeconductError("SAFECONDUCT_DATABASE is `none`: there is no database")
    database = Database(settings.database_url)
    try:
        if not of_any_version:
            check(database)
        yield database
    except (DBAPIError, sqlite3.Error) as error:
        said = (str(getattr(error, "orig", error)).strip() or type(error).__name__).splitlines()[0]
        raise SafeconductError(f"the database `{database.shown}` cannot be used: {said}") from None
    except SchemaError as error:
        raise SafeconductError(f"{error} (it is `{database.shown}`)") from None
    finally:
        database.close()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
