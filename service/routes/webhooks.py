"""Webhooks of the caller's own organisation, and what became of the deliveries."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from sqlalchemy import Connection, delete, insert, select, update
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from engine.errors import shown
from service import audit
from service import shapes_records as shapes
from service.access.authorising import Asking
from service.access.permissions import Principal
from service.forms import Form, read_form
from service.problems import problem
from service.records.pages import Cursor, Limit, page
from service.routes.common import as_json, body_of, errors, line_of, only, shelf_of
from service.shapes import Shape
from service.storage.columns import now
from service.storage.ids import is_id, new_id
from service.storage.tables import deliveries, events, webhooks
from service.telling.addresses import AddressError, read_target, resolve
from service.telling.events import EventType, state_of
from service.telling.signing import new_secret

router = APIRouter(prefix="/v1", tags=["webhooks"])
DeliveryState = Literal["waiting", "delivered", "dead"]
Id = Annotated[str, Path(alias="id")]


class WebhookForm(Form):
    """A webhook."""

    url: Annotated[str, Field(max_length=2000, description="Where events are sent; `https`, and a public address.")]
    types: Annotated[list[EventType], Field(max_length=50, description="What is sent; empty: all.")] = Field(
        default_factory=list
    )


class WebhookLine(Shape):
    """A webhook, without its secret."""

    id: str
    url: str
    types: list[str]
    enabled: Annotated[bool, Field(description="False once its receiver answered 410: nothing is sent until enabled.")]
    created_at: shapes.TimeText
    created_by: str


class MadeWebhook(WebhookLine):
    """A webhook just made."""

    secret: Annotated[str, Field(description="To verify signatures with: shown this once.")]


class WebhookPage(Shape):
    """A page of webhooks, newest first."""

    items: list[WebhookLine]
    next: shapes.Next


class DeliveryLine(Shape):
    """An event on its way to a webhook."""

    id: str
    webhook: str
    event: str
    type: str
    subject: str
    state: DeliveryState
    attempts: int
    next_at: shapes.TimeText | None
    answered: Annotated[int | None, Field(description="HTTP status of the last attempt.")]
    failure: str | None
    done_at: shapes.TimeText | None


class DeliveryPage(Shape):
    """A page of deliveries, newest first."""

    items: list[DeliveryLine]
    next: shapes.Next


@router.post(
    "/webhooks",
    operation_id="makeWebhook",
    summary="Have events sent to an address",
    description="Bodies are CloudEvents, signed after Standard Webhooks. An event may come twice: `webhook-id` tells.",
    dependencies=[only()],
    status_code=201,
    response_model=MadeWebhook,
    responses=errors(401, 403, 404, 413, 415, 422, 503),
    openapi_extra=body_of(WebhookForm),
)
async def post_webhook(request: Request, by: Asking) -> Response:
    """Make a webhook."""
    form = await read_form(request, WebhookForm)
    return await run_in_threadpool(_make, request, by, form)


def _make(request: Request, by: Principal, form: WebhookForm) -> Response:
    allowed = shelf_of(request).settings.webhook_networks
    try:
        resolve(read_target(form.url, allowed), allowed)
    except AddressError as error:
        raise problem(
            422, "bad-address", f"nothing is sent there: {error}", "/url", "name a public `https` address"
        ) from None
    row: dict[str, Any] = {"id": new_id("wh"), "organisation": by.organisation, "url": form.url, "enabled": True}
    row |= {"types": sorted(set(form.types)), "secret": new_secret(), "created_at": now(), "created_by": by.id}

    def work(connection: Connection) -> None:
        connection.execute(insert(webhooks).values(row))
        audit.append(connection, by, "webhook.made", row["id"], after=state_of(row))

    shelf_of(request).database.write(work)
    return as_json({**line_of(WebhookLine, row), "secret": row["secret"]}, 201)


@router.get(
    "/webhooks",
    operation_id="listWebhooks",
    summary="List webhooks, newest first",
    dependencies=[only("limit", "cursor")],
    response_model=WebhookPage,
    responses=errors(401, 403, 404, 422, 503),
)
def get_webhooks(request: Request, by: Asking, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """List webhooks."""
    query = select(webhooks).where(webhooks.c.organisation == by.organisation)
    with shelf_of(request).database.reading() as connection:
        found = page(connection, query, webhooks.c.id, limit, cursor, partial(line_of, WebhookLine), "wh")
    return as_json(found)


@router.get(
    "/webhooks/{id}",
    operation_id="getWebhook",
    summary="Read a webhook",
    dependencies=[only()],
    response_model=WebhookLine,
    responses=errors(401, 403, 404, 422, 503),
)
def get_webhook(request: Request, by: Asking, name: Id) -> Response:
    """Read a webhook."""
    with shelf_of(request).database.reading() as connection:
        return as_json(line_of(WebhookLine, _find(connection, by, name)))


@router.post(
    "/webhooks/{id}/enable",
    operation_id="enableWebhook",
    summary="Send events again to a webhook that its receiver ended",
    description="A receiver that answers 410 ends its webhook. What was given up is sent again by its replay.",
    dependencies=[only()],
    response_model=WebhookLine,
    responses=errors(401, 403, 404, 422, 503),
)
def post_enabling(request: Request, by: Asking, name: Id) -> Response:
    """Enable a webhook."""

    def work(connection: Connection) -> dict[str, Any]:
        row = _find(connection, by, name)
        after = {**row, "enabled": True}
        if not row["enabled"]:
            connection.execute(update(webhooks).where(webhooks.c.id == name).values(enabled=True))
            audit.append(connection, by, "webhook.enabled", name, before=state_of(row), after=state_of(after))
        return line_of(WebhookLine, after)

    return as_json(shelf_of(request).database.write(work))


@router.delete(
    "/webhooks/{id}",
    operation_id="deleteWebhook",
    summary="Send nothing more to an address",
    dependencies=[only()],
    status_code=204,
    response_class=Response,
    responses=errors(401, 403, 404, 422, 503),
)
def delete_webhook(request: Request, by: Asking, name: Id) -> Response:
    """Remove a webhook with its deliveries."""

    def work(connection: Connection) -> None:
        row = _find(connection, by, name)
        connection.execute(delete(deliveries).where(deliveries.c.webhook == name))
        connection.execute(delete(webhooks).where(webhooks.c.id == name))
        audit.append(connection, by, "webhook.removed", name, before=state_of(row))

    shelf_of(request).database.write(work)
    return Response(status_code=204)


def _find(connection: Connection, by: Principal, name: str) -> dict[str, Any]:
    mine = (webhooks.c.id == name) & (webhooks.c.organisation == by.organisation)
    row = connection.execute(select(webhooks).where(mine)).mappings().first() if is_id(name, "wh") else None
    if row is None:
        raise problem(404, "unknown-webhook", f"there is no webhook `{shown(name)}`", "path:id")
    return dict(row)


@router.get(
    "/deliveries",
    operation_id="listDeliveries",
    summary="List deliveries, newest first; dead ones are those that were given up",
    dependencies=[only("state", "webhook", "limit", "cursor")],
    response_model=DeliveryPage,
    responses=errors(401, 403, 404, 422, 503),
)
def get_deliveries(
    request: Request,
    by: Asking,
    state: DeliveryState | None = None,
    webhook: Annotated[str | None, Query(max_length=40)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List deliveries."""
    query = _deliveries(by)
    if state is not None:
        query = query.where(deliveries.c.state == state)
    if webhook is not None:
        query = query.where(deliveries.c.webhook == webhook.replace("\x00", ""))
    with shelf_of(request).database.reading() as connection:
        found = page(connection, query, deliveries.c.id, limit, cursor, partial(line_of, DeliveryLine), "dl")
    return as_json(found)


@router.post(
    "/deliveries/{id}/replay",
    operation_id="replayDelivery",
    summary="Send an event again",
    dependencies=[only()],
    response_model=DeliveryLine,
    responses=errors(401, 403, 404, 422, 503),
)
def post_replay(request: Request, by: Asking, name: Id) -> Response:
    """Replay a delivery: it begins anew."""

    def work(connection: Connection) -> dict[str, Any]:
        query = _deliveries(by).where(deliveries.c.id == name)
        if not is_id(name, "dl") or connection.execute(query).first() is None:
            raise problem(404, "unknown-delivery", f"there is no delivery `{shown(name)}`", "path:id")
        anew = {"state": "waiting", "attempts": 0, "next_at": now(), "done_at": None}
        connection.execute(update(deliveries).where(deliveries.c.id == name).values(anew))
        audit.append(connection, by, "delivery.replayed", name)
        return line_of(DeliveryLine, connection.execute(query).mappings().one())

    return as_json(shelf_of(request).database.write(work))


def _deliveries(by: Principal) -> Any:
    query = select(deliveries, events.c.type, events.c.subject).join(events, deliveries.c.event == events.c.id)
    return query.where(events.c.organisation == by.organisation)
