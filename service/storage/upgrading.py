"""Bring a database to the form that this version needs, and refuse one that a newer version has changed."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from engine.errors import SafeconductError
from service.storage.database import Database

_FOLDER = Path(__file__).parent / "migrations"
# Two processes that start at the same moment migrate one after the other.
_LOCK = 7_230_451


class SchemaError(SafeconductError):
    """A database whose tables are not those of this version."""


def revisions() -> list[str]:
    """Return every revision, oldest first."""
    found = ScriptDirectory(str(_FOLDER)).walk_revisions()
    return [each.revision for each in found][::-1]


def revision_of(database: Database) -> str | None:
    """Return the revision that a database has, or None where it is empty."""
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database, revision: str = "head") -> tuple[str | None, str | None]:
    """Run the migrations that are missing, in one transaction, and return the revisions before and after.

    Raises:
        SchemaError: A newer version of the service has been here.
    """
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = MigrationContext.configure(connection).get_current_revision()
        if before not in (None, *revisions()):
            raise SchemaError(
                f"the database has revision `{before}`, which this version does not know; use a newer one"
            )
        command.upgrade(_config(connection), revision)
        after = MigrationContext.configure(connection).get_current_revision()
    return before, after


def check(database: Database) -> None:
    """Make sure that the tables are those of this version.

    Raises:
        SchemaError: They are not, with what to do.
    """
    found = revision_of(database)
    if found != revisions()[-1]:
        raise SchemaError(
            f"the database has revision `{found or 'none'}`, this version needs `{revisions()[-1]}`; "
            "run `safeconduct db upgrade`"
        )


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config
