"""Signing out at the provider as well: the ID token of a session, which names it there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    """Move from 0003 to 0004."""
    op.add_column("sessions", sa.Column("id_token", sa.Text(), nullable=True))
