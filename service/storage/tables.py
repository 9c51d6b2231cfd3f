"""Every table. Ids sort by time, so a list in their order is a list in order of making."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
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
    # Somebody who changes the organisation is somebody new there: what they did stays where they did it.
    UniqueConstraint("organisation", "issuer", "subject"),
    Index(None, "organisation", "id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", _SHA, primary_key=True),
    Column("person", _ID, ForeignKey("people.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("id_token", Text),  # names the session to its provider, where that can be told of its end
    Index(None, "person"),
    Index(None, "expires_at"),
)

# Sign-ins under way: begun here, and not yet come back from the provider.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("state_sha256", _SHA, primary_key=True),
    Column("browser_sha256", _SHA, nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("next", Text, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index(None, "expires_at"),
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

# What was answered, once for each organisation that was: the same arrangement sent again has the same bytes.
decisions = Table(
    "decisions",
    metadata,
    Column("organisation", _ID, ForeignKey("organisations.id"), nullable=False),
    Column("sha256", _SHA, nullable=False),
    Column("content", Packed, nullable=False),
    PrimaryKeyConstraint("organisation", "sha256"),
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
    Column("decision_sha256", _SHA, nullable=False),  # of `decisions`
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

# -- reviews ----------------------------------------------------------------------------------------------------------

agreements = Table(
    "agreements",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("organisation", _ID, ForeignKey("organisations.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("state", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", _ID, nullable=False),
    Column("expires_on", Date),
    Column("watched_outcome", String(32)),  # by the law at the last look of the watch
    Column("watched_evaluation", _ID),
    Column("watched_library", _SHA),
    Column("watched_day", Date),
    Column("attention", String(32)),  # permission_lost | outcome_changed | override_expired | null
    Column("attention_at", UtcTime),
    Index(None, "organisation", "id"),
    Index(None, "organisation", "state", "id"),
)

revisions = Table(
    "agreement_revisions",
    metadata,
    Column("agreement", _ID, ForeignKey("agreements.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("evaluation", _ID, ForeignKey("evaluations.id"), nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", _ID, nullable=False),
    PrimaryKeyConstraint("agreement", "number"),
)

# What was said and done about an agreement, in order: steps between states, comments, answers, sign-offs, overrides.
acts = Table(
    "agreement_acts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("agreement", _ID, ForeignKey("agreements.id"), nullable=False),
    Column("version", Integer, nullable=False),  # of the agreement once it was done
    Column("revision", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", _ID, nullable=False),
    Column("body", Json, nullable=False),
    Index(None, "agreement", "id"),
)

# -- telling others ---------------------------------------------------------------------------------------------------

events = Table(
    "events",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("organisation", _ID, ForeignKey("organisations.id"), nullable=False),
    Column("type", String(64), nullable=False),
    Column("subject", _ID, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("data", Json, nullable=False),
    Index(None, "organisation", "id"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("organisation", _ID, ForeignKey("organisations.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("types", Json, nullable=False),  # event types; empty: all
    Column("secret", Text, nullable=False),  # signing needs it as it is
    Column("enabled", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", _ID, nullable=False),
    Index(None, "organisation", "id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("webhook", _ID, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("event", _ID, ForeignKey("events.id"), nullable=False),
    Column("state", String(16), nullable=False),  # waiting | delivered | dead
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcTime),
    Column("answered", Integer),  # HTTP status of the last attempt
    Column("failure", Text),
    Column("done_at", UtcTime),
    Index(None, "state", "next_at"),
    Index(None, "webhook", "id"),
)

# One row: what the watch looked at last, so that a restart goes on and does not begin anew.
watch_runs = Table(
    "watch_runs",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("library_sha256", _SHA, nullable=False),
    Column("day", Date, nullable=False),
    Column("cause", String(32), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("looked_at", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    UniqueConstraint("library_sha256", "day"),
)
