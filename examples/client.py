"""A small client of the service. It needs httpx and nothing else; copy it and change it.

    export SAFECONDUCT_KEY=sck_...
    python examples/client.py decide arrangement.json --store    # exit code: 0 permitted, 3, 4, 5, 2 wrong input
    python examples/client.py list --outcome prohibited
    python examples/client.py report ev_01k... --format pdf -o decision.pdf

A request that is not answered, or answered 429, 502, 503 or 504, is sent again with the same `Idempotency-Key`: what an
earlier one stored is found again and never stored twice.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

EXIT = {"prohibited": 3, "not_yet_permitted": 4, "undetermined": 5}
# A proxy answers 502 and 504 while the service behind it restarts.
_PASSING = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Fault:
    """One mistake: `where` is a JSON pointer into what was sent (or `query:NAME` and so on), `help` the remedy."""

    code: str
    where: str
    message: str
    help: str


class ServiceError(Exception):
    """The service said no; every fault that it found is in `faults`."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.request_id = response.headers.get("X-Request-ID", "")
        self.type = ""
        self.faults: tuple[Fault, ...] = ()
        if response.headers.get("Content-Type", "").startswith("application/problem+json"):
            problem = response.json()
            self.type = str(response.url.join(problem["type"]))  # a page that explains it
            self.faults = tuple(Fault(**fault) for fault in problem["errors"])
        super().__init__("\n".join(self._lines()))

    def _lines(self) -> Iterator[str]:
        for fault in self.faults:
            yield f"{fault.where or 'the request'}: {fault.message} [{fault.code}]"
            if fault.help:
                yield f"  remedy: {fault.help}"
        yield f"status {self.status}, request {self.request_id}{f', see {self.type}' if self.type else ''}"


@dataclass(frozen=True)
class Decided:
    """A decision, and the id of its record where it was stored."""

    decision: dict[str, Any]
    id: str | None
    was_known: bool


class Client:
    """Speaks to one service.

    Attributes:
        patience: Seconds after which a request that is not answered is given up; each attempt has its own `timeout`.
    """

    def __init__(self, address: str, key: str = "", *, timeout: float = 30.0, patience: float = 120.0) -> None:
        headers = {"User-Agent": "safeconduct-example-client", **({"Authorization": f"Bearer {key}"} if key else {})}
        limits = httpx.Timeout(timeout, connect=min(timeout, 5.0))
        self._http = httpx.Client(base_url=address, headers=headers, timeout=limits)
        self.patience = patience

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def decide(self, arrangement: dict[str, Any], *, store: bool = False, **query: str) -> Decided:
        """Have an arrangement decided; `query` may hold `as_of` and `reading`.

        Raises:
            ServiceError: It cannot be read, or the key does not allow it.
            httpx.TransportError: Nobody answered for as long as our patience lasts.
        """
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        params = {**query, "store": str(store).lower()}
        response = self._ask("POST", "/v1/evaluations", json=arrangement, params=params, headers=headers)
        name = response.headers.get("Location", "").rpartition("/")[2] or None
        return Decided(response.json(), name, "Idempotency-Replayed" in response.headers)

    def stored(self, **filters: str) -> Iterator[dict[str, Any]]:
        """Yield stored decisions, newest first, page after page."""
        cursor: str | None = None
        while True:
            params = {**filters, **({"cursor": cursor} if cursor else {})}
            page = self._ask("GET", "/v1/evaluations", params=params).json()
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def report(self, name: str, form: str = "pdf") -> bytes:
        """Return the document of a stored decision: pdf, docx, html, markdown or jsonld."""
        return self._ask("GET", f"/v1/evaluations/{name}/report", params={"format": form}).content

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send until there is an answer. Only for what may be sent twice: a GET, or what has an `Idempotency-Key`."""
        deadline = time.monotonic() + self.patience
        attempt = 0
        while True:
            answer: httpx.Response | httpx.TransportError
            try:
                answer = self._http.request(method, path, **request)
            except httpx.TransportError as error:
                answer = error
            wait = _pause(answer, attempt)
            is_passing = isinstance(answer, httpx.TransportError) or answer.status_code in _PASSING
            if is_passing and time.monotonic() + wait <= deadline:
                time.sleep(wait)
                attempt += 1
            elif isinstance(answer, httpx.TransportError):
                raise answer
            elif answer.is_error:
                raise ServiceError(answer)
            else:
                return answer


def _pause(answer: httpx.Response | httpx.TransportError, attempt: int) -> float:
    """Return for how many seconds to wait: as the service says, else longer each time, and not as all others do."""
    said = answer.headers.get("Retry-After", "") if isinstance(answer, httpx.Response) else ""
    return float(said) if said.isdecimal() else min(30.0, 0.5 * 2**attempt) * random.uniform(0.5, 1.0)


def main(arguments: list[str]) -> int:
    """Run one command and return the exit code."""
    parser = argparse.ArgumentParser(description="Ask a Safeconduct service.")
    parser.add_argument("--address", default=os.environ.get("SAFECONDUCT_ADDRESS", "http://127.0.0.1:8000"))
    commands = parser.add_subparsers(dest="command", required=True)
    decide = commands.add_parser("decide")
    decide.add_argument("file", type=Path, help="an arrangement as JSON")
    decide.add_argument("--store", action="store_true", help="keep the decision; needs a key")
    commands.add_parser("list").add_argument("--outcome")
    report = commands.add_parser("report")
    report.add_argument("id")
    report.add_argument("--format", default="pdf", choices=("pdf", "docx", "html", "markdown", "jsonld"))
    report.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        with Client(options.address, os.environ.get("SAFECONDUCT_KEY", "")) as client:
            return _run(client, options)
    except (ServiceError, httpx.TransportError) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, ServiceError) and error.status == 422 else 1


def _run(client: Client, options: argparse.Namespace) -> int:
    if options.command == "list":
        for line in client.stored(**({"outcome": options.outcome} if options.outcome else {})):
            print(f"{line['id']}  {line['as_of']}  {line['outcome']:<26}{line['title']}")
        return 0
    if options.command == "report":
        options.output.write_bytes(client.report(options.id, options.format))
        return 0
    found = client.decide(json.loads(options.file.read_text(encoding="utf-8")), store=options.store)
    decision = found.decision
    print(
        f"{decision['title']}: {decision['outcome']} (law of {decision['as_of']}){f', {found.id}' if found.id else ''}"
    )
    for question in decision["questions"]:
        print(f"  missing: {question['ask']} ({question['pointer']})")
    for condition in decision["conditions"]:
        print(f"  condition: {condition['says']} [{condition['cite']}]")
    return EXIT.get(decision["outcome"], 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
