"""Send what waits: claim a few deliveries, send them, write down how each went.

A delivery is claimed by moving its next attempt ahead, so that a process that dies with it in hand has it tried again.
So a receiver can get an event twice, never not at all; `webhook-id` tells it which it had.

Organisations take turns, webhooks are served side by side, each in the order of its events, and every attempt ends in
time whatever the receiver does: nobody's events wait for the receiver of somebody else.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import httpx2
from opentelemetry.trace import SpanKind, StatusCode, Tracer
from sqlalchemy import Connection, func, select, update

from service import audit
from service.access.permissions import itself
from service.storage.columns import now
from service.storage.database import Database
from service.storage.tables import deliveries, events, webhooks
from service.telling.addresses import AddressError, Network, read_target, resolve
from service.telling.events import cloud_event, state_of
from service.telling.signing import headers
from service.tracing import NO_TRACER

log = logging.getLogger("safeconduct.webhooks")
Row = dict[str, Any]
_Sent = tuple[int | None, str]  # the status of the answer, and what went wrong
# After each failure; ten attempts within three days, then the delivery is dead until somebody replays it.
BACKOFF = [5, 30, 120, 600, 1800, 3600, 4 * 3600, 12 * 3600, 24 * 3600]
ATTEMPTS = len(BACKOFF) + 1
_AT_A_TIME = 20
_LEASE = timedelta(minutes=2)
_SECONDS = httpx2.Timeout(10, connect=5)  # for each part that is read or written
_ATTEMPT_SECONDS = 20.0  # for the whole
_ROUND_SECONDS = 60.0  # then no other attempt begins; with the last one it ends within the lease
_GONE = 410  # Standard Webhooks: the receiver wants nothing more


def deliver(database: Database, allowed: Sequence[Network], tracer: Tracer = NO_TRACER) -> int:
    """Send what is due, and return how many were claimed."""
    claimed = database.write(_claim)
    if claimed:
        asyncio.run(_Round(database, allowed, tracer).send(claimed))
    return len(claimed)


@dataclass(frozen=True, slots=True)
class _Round:
    """What is sent at a time. What is not tried before the round ends is tried again once its lease has ended."""

    database: Database
    allowed: Sequence[Network]
    tracer: Tracer
    end: float = field(default_factory=lambda: time.monotonic() + _ROUND_SECONDS)

    async def send(self, rows: Sequence[Row]) -> None:
        hooks: dict[str, list[Row]] = {}
        for row in rows:
            hooks.setdefault(row["webhook"], []).append(row)
        # No proxy of the environment: it would resolve the name again, and not as we did.
        async with httpx2.AsyncClient(timeout=_SECONDS, trust_env=False, follow_redirects=False) as client:
            await asyncio.gather(*(self._to_one(client, mine) for mine in hooks.values()))

    async def _to_one(self, client: httpx2.AsyncClient, rows: Sequence[Row]) -> None:
        for row in rows:
            if time.monotonic() > self.end:
                return
            told = {"safeconduct.delivery": row["delivery"], "safeconduct.event": row["type"]}
            with self.tracer.start_as_current_span("deliver", kind=SpanKind.PRODUCER, attributes=told) as span:
                status, failure = await self._try(client, row)
                span.set_attributes({"safeconduct.attempt": row["attempts"] + 1, "safeconduct.answered": status or 0})
                span.set_status(StatusCode.ERROR if failure else StatusCode.OK)
                # In a thread: whoever waits for the database keeps nobody from being heard in time.
                await asyncio.to_thread(self.database.write, partial(_settle, row, status, failure))
            if status == _GONE:
                return  # whatever else waited for it was given up with it

    async def _try(self, client: httpx2.AsyncClient, row: Row) -> _Sent:
        try:
            async with asyncio.timeout(_ATTEMPT_SECONDS):
                return await _send(client, row, self.allowed)
        except TimeoutError:
            return None, "not received: too slow"
        except Exception as error:
            log.error("a webhook could not be sent", extra={"delivery": row["delivery"]}, exc_info=error)
            return None, "not sent: a failure of the service"


def _claim(connection: Connection) -> list[Row]:
    due = (deliveries.c.state == "waiting") & (deliveries.c.next_at <= now())
    turn = func.row_number().over(partition_by=webhooks.c.organisation, order_by=deliveries.c.next_at)
    ranked = select(deliveries.c.id, turn.label("turn")).join(webhooks).where(due).subquery()
    query = select(deliveries.c.id).join(ranked, ranked.c.id == deliveries.c.id).where(due)
    query = query.order_by(ranked.c.turn, deliveries.c.next_at).limit(_AT_A_TIME)
    names = connection.execute(query.with_for_update(skip_locked=True, of=deliveries)).scalars().all()
    if not names:
        return []
    mine = deliveries.c.id.in_(names)
    connection.execute(update(deliveries).where(mine).values(next_at=now() + _LEASE))
    whole = (
        select(
            deliveries.c.id.label("delivery"),
            deliveries.c.attempts,
            webhooks.c.id.label("webhook"),
            webhooks.c.url,
            webhooks.c.secret,
            webhooks.c.enabled,
            events,
        )
        .join(webhooks, deliveries.c.webhook == webhooks.c.id)
        .join(events, deliveries.c.event == events.c.id)
        .where(mine)
        .order_by(events.c.id)
    )
    return [dict(row) for row in connection.execute(whole).mappings()]


async def _send(client: httpx2.AsyncClient, row: Mapping[str, Any], allowed: Sequence[Network]) -> _Sent:
    """Send one, and return the status of the answer and what went wrong."""
    body = cloud_event(row)
    try:
        target = await asyncio.to_thread(resolve, read_target(row["url"], allowed), allowed)
        signed = headers(row["secret"], row["id"], int(time.time()), body)
        request = client.build_request(
            "POST",
            target.pinned,
            content=body,
            headers={**signed, "Content-Type": "application/cloudevents+json", "Host": target.url.netloc.decode()},
            extensions={"sni_hostname": target.url.host},  # the certificate is held against the name
        )
        answer = await client.send(request, stream=True)  # what it says is not read
        await answer.aclose()
    except AddressError as error:
        return None, f"not sent: {error}"
    except httpx2.HTTPError as error:
        return None, f"not received: {type(error).__name__}"
    return answer.status_code, "" if answer.is_success else f"answered {answer.status_code}"


def _settle(row: Mapping[str, Any], status: int | None, failure: str, connection: Connection) -> None:
    attempts = row["attempts"] + 1
    values: Row = {"attempts": attempts, "answered": status, "failure": failure or None}
    if not failure:
        values |= {"state": "delivered", "next_at": None, "done_at": now()}
    elif attempts >= ATTEMPTS or status == _GONE:
        values |= {"state": "dead", "next_at": None, "done_at": now()}
        log.warning("a webhook is dead", extra={"delivery": row["delivery"], "reason": failure})
    else:
        seconds = BACKOFF[attempts - 1] * random.uniform(
            0.9, 1.1
        )  # so that what failed together does not return together
        values |= {"next_at": now() + timedelta(seconds=seconds)}
    connection.execute(update(deliveries).where(deliveries.c.id == row["delivery"]).values(values))
    if status == _GONE:
        _switch_off(row, connection)


def _switch_off(row: Mapping[str, Any], connection: Connection) -> None:
    """Send nothing more to a webhook whose receiver said so, until somebody switches it on again."""
    waiting = (deliveries.c.webhook == row["webhook"]) & (deliveries.c.state == "waiting")
    given_up = {"state": "dead", "next_at": None, "done_at": now(), "failure": f"not sent: answered {_GONE} before"}
    connection.execute(update(deliveries).where(waiting).values(given_up))
    mine = (webhooks.c.id == row["webhook"]) & webhooks.c.enabled
    found = connection.execute(select(webhooks).where(mine).with_for_update()).mappings().first()
    if found is None:
        return
    hook = dict(found)
    connection.execute(update(webhooks).where(mine).values(enabled=False))
    log.warning("a webhook is off: its receiver wants nothing more", extra={"webhook": hook["id"]})
    before, after = state_of(hook), {**state_of(hook), "enabled": False}
    detail = {"reason": f"its receiver answered {_GONE}"}
    sender = itself("sender", hook["organisation"])
    audit.append(connection, sender, "webhook.disabled", hook["id"], before=before, after=after, detail=detail)


def depths(connection: Connection) -> dict[str, int]:
    """Return how many deliveries wait, and how many are dead."""
    query = (
        select(deliveries.c.state, func.count()).where(deliveries.c.state != "delivered").group_by(deliveries.c.state)
    )
    found = {row.state: int(row[1]) for row in connection.execute(query)}
    return {"waiting": found.get("waiting", 0), "dead": found.get("dead", 0)}
