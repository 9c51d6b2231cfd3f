"""Decisions by their hash, each once for an organisation, however often it was answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    """Move from 0004 to 0005."""
    op.create_table(
        "decisions",
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_decisions_organisation")),
        sa.PrimaryKeyConstraint("organisation", "sha256", name=op.f("pk_decisions")),
    )
    # Of those that are alike the first is taken, as it is: `audit verify` would tell if they were not.
    op.execute(
        "INSERT INTO decisions (organisation, sha256, content) "
        "SELECT organisation, decision_sha256, decision FROM evaluations WHERE id IN "
        "(SELECT min(id) FROM evaluations GROUP BY organisation, decision_sha256)"
    )
    # No foreign key: SQLite would have to make the table anew, to which others refer. `audit verify` looks instead.
    op.drop_column("evaluations", "decision")
