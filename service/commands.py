"""What an operator does at a terminal: `safeconduct db`, `safeconduct org`. The command line finds this by name."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from engine.errors import SafeconductError
from service.access import organisations
from service.settings import read_settings
from service.storage.database import Database
from service.storage.upgrading import check, upgrade


def add(subs: Any) -> None:
    """Add the commands to a parser."""
    db = subs.add_parser("db", help="prepare the database that SAFECONDUCT_DATABASE names, or the embedded default")
    steps = db.add_subparsers(required=True, metavar="STEP")
    up = steps.add_parser("upgrade", help="run the migrations that are missing")
    up.set_defaults(run=upgrade_database)
    org = subs.add_parser("org", help="organisations: whatever is stored belongs to one, and none sees another's")
    steps = org.add_subparsers(required=True, metavar="STEP")
    made = steps.add_parser("add", help="add one, and print a key for its first administrator")
    made.add_argument("name", metavar="NAME")
    made.set_defaults(run=add_organisation)


def upgrade_database(_options: argparse.Namespace) -> int:
    """Run the migrations that are missing."""
    database = opened()
    before, after = upgrade(database)
    database.close()
    _say(f"revision {after}" if before == after else f"revision {before or 'none'} -> {after}")
    return 0


def add_organisation(options: argparse.Namespace) -> int:
    """Add an organisation and print the key of its first administrator."""
    if not options.name.strip() or not options.name.isprintable():
        raise SafeconductError("a name is one line of text")
    database = opened()
    check(database)
    key = database.write(lambda connection: organisations.found(connection, options.name.strip()))
    database.close()
    sys.stderr.write("This key of the first administrator is shown this once:\n")
    _say(key.text)
    return 0


def opened() -> Database:
    """Return the database of the settings.

    Raises:
        SafeconductError: They name none.
    """
    settings = read_settings()
    if not settings.database_url:
        raise SafeconductError("SAFECONDUCT_DATABASE is `none`: there is no database")
    return Database(settings.database_url)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
