"""Store decisions as fast as one worker can, beside an endpoint that validates the same bodies and inserts one row.

python -m bench.load                    both databases; a small arrangement and the typical one; again and anew
python -m bench.load --minutes 10       the memory of a worker under load

`again` sends one arrangement over and over, which is decided once and stored each time; `anew` sends arrangements
that were never sent before. The two servers are hammered in turn, a few seconds each, by one client process. Beside the
rates stands what a request cost each server in processor time, which other work on the machine changes less.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from bench.workload import EXAMPLES, read, varied
from service.access import organisations
from service.storage.database import Database
from service.storage.upgrading import upgrade

ROOT = Path(__file__).parent.parent
POSTGRESQL = os.environ.get("SAFECONDUCT_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
ARRANGEMENTS = {"small": "eu-us-company", "typical": "three-party-genomics"}
_SERVE = "import sys; from engine.cli import main; sys.exit(main())"
_READY_SECONDS = 300
_NEW_BODIES = 20_000


@dataclass(slots=True)
class Server:
    """A server process, and what it did."""

    port: int
    process: subprocess.Popen[bytes]
    taken: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def processor_seconds(self) -> float:
        """Return the processor time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Return its resident memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE") / 1e6

    def hammered(self, file: Path, seconds: float, clients: int, *also: str) -> None:
        """Let the client send to it, and add up.

        Args:
            also: Other statuses that may come.
        Raises:
            RuntimeError: Something was not stored.
        """
        before = self.processor_seconds()
        command = [sys.executable, "-m", "bench.hammer", str(self.port), str(seconds), str(clients), str(file)]
        done = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
        if not set(done["statuses"]) <= {"201", *also}:
            raise RuntimeError(f"not everything was stored: {done['statuses']}")
        self.taken += done["taken"]
        self.rates.append(len(done["taken"]) / sum(done["taken"]) * clients)
        self.cpu.append((self.processor_seconds() - before) / len(done["taken"]))

    def told(self) -> str:
        """Return rate, processor time and times to answer, as cells of a table."""
        cuts = quantiles(self.taken, n=100)
        return (
            f"{median(self.rates):.0f} | {median(self.cpu) * 1000:.1f} | {cuts[49] * 1000:.0f} | {cuts[98] * 1000:.0f}"
        )


@contextmanager
def served(command: list[str], port: int, **environment: str) -> Iterator[Server]:
    """Yield a server that is ready."""
    variables = {**os.environ, "SAFECONDUCT_LOG_LEVEL": "error", **environment}
    with subprocess.Popen(command, cwd=ROOT, env=variables) as process:
        try:
            _await(port, process)
            yield Server(port, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server does not start")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def database_of(kind: str, folder: Path) -> Iterator[str]:
    """Yield the address of a database with all tables."""
    if kind == "sqlite":
        url = str(folder / "load.sqlite3")
        _upgraded(url)
        yield url
        return
    name = f"safeconduct_load_{secrets.token_hex(4)}"
    with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            url = POSTGRESQL.rpartition("/")[0] + f"/{name}"
            _upgraded(url)
            yield url
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _has_postgresql() -> bool:
    try:
        with psycopg.connect(POSTGRESQL, connect_timeout=5):
            return True
    except psycopg.Error:
        return False


def _upgraded(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


@contextmanager
def both(kind: str, folder: Path) -> Iterator[tuple[Server, Server, str]]:
    """Yield the floor and the service on databases of one kind, and a key that may store."""
    with ExitStack() as stack:
        url = stack.enter_context(database_of(kind, folder))
        # SQLite lets one write at a time, so the floor has a file of its own.
        beside = str(folder / "floor.sqlite3") if kind == "sqlite" else url
        database = Database(url)
        key = database.write(lambda connection: organisations.found(connection, "load")).text
        database.close()
        ports = _free_port(), _free_port()
        floor = [sys.executable, "-m", "bench.floor", beside, str(ports[0])]
        service = [sys.executable, "-c", _SERVE, "serve", "--port", str(ports[1])]
        environment = {"SAFECONDUCT_DATABASE": url, "SAFECONDUCT_DATA": str(folder)}
        yield (
            stack.enter_context(served(floor, ports[0])),
            stack.enter_context(served(service, ports[1], **environment)),
            key,
        )


def bodies(name: str, chance: random.Random, how: str) -> list[str]:
    """Return the bodies to send: one, or many that differ in title and facts."""
    path = next(each for each in EXAMPLES if each.stem == ARRANGEMENTS[name])
    if how == "again":
        return [json.dumps(read(path))]
    made = []
    for number in range(_NEW_BODIES):
        data = varied(path, chance)
        made.append(json.dumps({**data, "title": f"{data['title']} {number} {chance.random()}"}))
    return made


def compare(kind: str, folder: Path, options: argparse.Namespace) -> None:
    """Print a line for each arrangement, sent again and anew."""
    with both(kind, folder) as (floor, service, key):
        for name in options.arrangements:
            for how in options.how:
                sent = bodies(name, random.Random(f"{kind} {name} {how}"), how)
                for server in (floor, service):
                    server.taken, server.rates, server.cpu = [], [], []
                for turn in range(options.rounds + 1):
                    file = folder / "requests.json"
                    part = sent if how == "again" else sent[turn :: options.rounds + 1]
                    file.write_text(json.dumps({"key": key, "bodies": part}), encoding="utf-8")
                    for server in (floor, service):
                        server.hammered(file, options.seconds, options.clients)
                        if not turn:  # the first round warms up
                            server.taken, server.rates, server.cpu = [], [], []
                rate = median(service.rates) / median(floor.rates)
                cpu = median(floor.cpu) / median(service.cpu)
                print(
                    f"| {kind}, {name}, {how} | {floor.told()} | {service.told()} | {rate:.2f} | {cpu:.2f} |",
                    flush=True,
                )


def _one_of_all(chance: random.Random, is_varied: bool) -> dict[str, Any]:
    """Return one of the examples that was never sent before: with facts changed, or with another title alone."""
    path = chance.choice(EXAMPLES)
    data = varied(path, chance) if is_varied else read(path)
    return {**data, "title": f"{data['title']} {chance.random()}"}


def watch(kind: str, folder: Path, options: argparse.Namespace) -> None:
    """Print the memory of a worker under load, and its slope after the first third."""
    with both(kind, folder) as (_, service, key):
        readings: list[tuple[float, float]] = []
        start = time.monotonic()
        chance = random.Random(1)
        file = folder / "requests.json"
        while (minutes := (time.monotonic() - start) / 60) < options.minutes:
            sent = [json.dumps(_one_of_all(chance, options.vary)) for _ in range(500)]
            file.write_text(json.dumps({"key": key, "bodies": sent}), encoding="utf-8")
            # A variant may be no arrangement that can be decided.
            service.hammered(file, options.seconds, options.clients, "422")
            readings.append((minutes, service.megabytes()))
            print(f"{minutes:5.1f} min, {len(service.taken)} sent, {readings[-1][1]:.0f} MB", flush=True)
        later = readings[len(readings) // 3 :]
        slope, _ = linear_regression([at for at, _ in later], [memory for _, memory in later])
        print(f"{kind}: {later[0][1]:.0f} to {later[-1][1]:.0f} MB, slope {slope:+.2f} MB a minute")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each round and server")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=0.0, help="watch memory for so long instead")
    parser.add_argument("--vary", action="store_true", help="with --minutes: change facts too, and not titles alone")
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--arrangements", nargs="+", default=list(ARRANGEMENTS), choices=ARRANGEMENTS)
    parser.add_argument("--how", nargs="+", default=["again", "anew"], choices=["again", "anew"])
    options = parser.parse_args()
    if not options.minutes:
        titles = "per second | ms of processor | p50 ms | p99 ms"
        print(f"| what | floor: {titles} | service: {titles} | of the rate | of the processor time |")
        print("|" + "---|" * 11)
    for kind in options.databases:
        if kind == "postgresql" and not _has_postgresql():
            print("no PostgreSQL answers: name one in SAFECONDUCT_TEST_POSTGRESQL")
            continue
        with TemporaryDirectory(prefix="safeconduct-load-") as name:
            (watch if options.minutes else compare)(kind, Path(name), options)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
