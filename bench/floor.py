"""The least that a service which keeps arrangements can do: validate the body, insert one row, answer 201.

The yardstick of `bench.load`. Same framework, same models, same driver and pool, same durability; no credentials, no
decision, no audit log. `python -m bench.floor DATABASE PORT`.
"""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI, Request
from sqlalchemy import Column, LargeBinary, MetaData, String, Table, Text, insert
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from engine.facts.arrangement import Arrangement
from engine.law.intake import parse_json
from service.storage.database import Database
from service.storage.ids import new_id

metadata = MetaData()
kept = Table(
    "floor",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("title", Text, nullable=False),
    Column("arrangement", LargeBinary, nullable=False),
)


def app_on(database: Database) -> FastAPI:
    """Return the application."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    def keep(body: bytes) -> str:
        arrangement = Arrangement.model_validate(parse_json(body.decode()))
        name = new_id("ev")
        with database.writing() as connection:
            connection.execute(insert(kept).values(id=name, title=arrangement.title, arrangement=body))
        return name

    @app.post("/v1/evaluations", response_class=Response)
    async def post(request: Request) -> Response:
        name = await run_in_threadpool(keep, await request.body())
        return Response(b"{}", 201, {"Location": f"/v1/evaluations/{name}"}, "application/json")

    @app.get("/readyz")
    def ready() -> dict[str, str]:
        return {}

    return app


def main(url: str, port: int) -> None:
    """Serve until stopped."""
    database = Database(url)
    metadata.create_all(database.engine)
    uvicorn.run(app_on(database), host="127.0.0.1", port=port, log_level="error", access_log=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
