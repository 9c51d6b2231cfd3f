"""Every table. Ids sort by time, so a list in their order is a list in order of making."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from service.storage.columns import Json, Packed, UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_ID = String(40)
_SHA = String(64)

# -- who --------------------------------------------------------------------------------------------------------------

organisations = Table(
    "organisations",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("organisation", _ID, ForeignKey("organisations.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("secret_sha256", _SHA, nullable=False),
    Column("roles", Json, nullable=False),
    Column("scopes", Json),  # null: everything that the roles allow
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", _ID),
    Column("expires_at", UtcTime),
    Column("last_used_at", UtcTime),
    Column("revoked_at", UtcTime),
    Column("rotated_from", _ID),
    Index(None, "organisation", "id"),
)

people = Table(
    "people",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("organisation", _ID, ForeignKey("organisations.id"), nullable=False),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("orcid", String(19)),
    Column("roles", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime),
    Column("disabled_at", UtcTime),
    UniqueConstraint("issuer", "subject"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", _SHA, primary_key=True),
    Column("person", _ID, ForeignKey("people.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

# -- decisions --------------------------------------------------------------------------------------------------------

law_files = Table(
    "law_files",
    metadata,
    Column("sha256", _SHA, primary_key=True),
    Column("content", Packed, nullable=False),
)

law_libraries = Table(
    "law_libraries",
    metadata,
    Column("sha256", _SHA, primary_key=True),
    Column("files", Json, nullable=False),  # path to SHA-256
    Column("first_used_at", UtcTime, nullable=False),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("organisation", _ID, ForeignKey("organisations.id"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", _ID, nullable=False),
    Column("title", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("asked_as_of", Date),  # what the query said; null: nothing
    Column("asked_readings", Json, nullable=False),
    Column("arrangement", Packed, nullable=False),
    Column("decision", Packed, nullable=False),
    Column("decision_sha256", _SHA, nullable=False),
    Column("input_sha256", _SHA, nullable=False),
    Column("library_sha256", _SHA, ForeignKey("law_libraries.sha256"), nullable=False),
    Column("engine", String(40), nullable=False),
    Index(None, "organisation", "id"),
    Index(None, "organisation", "outcome", "id"),
    Index(None, "organisation", "input_sha256"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("organisation", _ID, ForeignKey("organisations.id"), nullable=False),
    Column("actor", _ID, nullable=False),
    Column("key", String(255), nullable=False),
    Column("request_sha256", _SHA, nullable=False),
    Column("made", _ID, nullable=False),  # id of what the first request made
    Column("created_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("organisation", "actor", "key"),
    Index(None, "created_at"),
)

# -- audit ------------------------------------------------------------------------------------------------------------

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("organisation", _ID, ForeignKey("organisations.id"), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("sha256", _SHA, nullable=False),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("organisation", _ID, ForeignKey("organisations.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", _ID, nullable=False),
    Column("action", String(64), nullable=False),
    Column("object", _ID, nullable=False),
    Column("before_sha256", _SHA),
    Column("after_sha256", _SHA),
    Column("request", String(64), nullable=False),
    Column("detail", Json, nullable=False),
    Column("previous_sha256", _SHA, nullable=False),
    Column("sha256", _SHA, nullable=False),
    PrimaryKeyConstraint("organisation", "number"),
    Index(None, "organisation", "object", "number"),
)
