"""Events: written in the transaction of what they tell of, with a delivery for each webhook that wants them.

So an event is sent if and only if the thing happened, whatever crashes in between: the outbox pattern.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import Connection, insert, select

from service.storage.columns import now
from service.storage.ids import new_id
from service.storage.tables import deliveries, events, webhooks

SOURCE = "urn:safeconduct"
EventType = Literal[
    "agreement.made",
    "agreement.revised",
    "agreement.answered",
    "agreement.stepped",
    "agreement.commented",
    "agreement.signed",
    "agreement.override_proposed",
    "agreement.override_confirmed",
    "agreement.override_expired",
    "agreement.attended",
    "agreement.outcome_changed",
]


def emit(connection: Connection, organisation: str, type: str, subject: str, data: Mapping[str, Any]) -> str:  # noqa: A002
    """Write an event down, and whom it is to be sent to.

    Args:
        type: Such as `agreement.stepped`.
        data: Ids, words and numbers of ours; who wants more asks for it, with a key.
    """
    at = now()
    event = {"id": new_id("evt"), "organisation": organisation, "type": type, "subject": subject, "at": at}
    connection.execute(insert(events).values(**event, data=dict(data)))
    mine = (webhooks.c.organisation == organisation) & webhooks.c.enabled
    for hook in connection.execute(select(webhooks).where(mine)).mappings():
        if not hook["types"] or type in hook["types"]:
            row = {"id": new_id("dl"), "webhook": hook["id"], "event": event["id"], "state": "waiting"}
            connection.execute(insert(deliveries).values(**row, attempts=0, next_at=at))
    return str(event["id"])


def state_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the audit log hashes of a webhook."""
    return {name: row[name] for name in ("id", "url", "types", "enabled")}


def cloud_event(event: Mapping[str, Any]) -> bytes:
    """Return an event as CloudEvents 1.0 in JSON; the same bytes each time, since they are signed."""
    body = {
        "specversion": "1.0",
        "id": event["id"],
        "source": f"{SOURCE}:{event['organisation']}",
        "type": f"org.safeconduct.{event['type']}",
        "subject": event["subject"],
        "time": event["at"].isoformat(timespec="microseconds"),
        "datacontenttype": "application/json",
        "data": event["data"],
    }
    return json.dumps(body, separators=(",", ":")).encode()
