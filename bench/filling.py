"""Fill what a worker remembers, and watch its memory: `python -m bench.filling [DECISIONS]`, else 10,000.

Every shipped example in turn with facts changed, under the whole statute book, decided and stored in SQLite by eight
threads as the service does it, without HTTP: in some minutes what ten minutes of load do not get to.
"""

from __future__ import annotations

import argparse
import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.load import database_of
from bench.soak import resident, told
from bench.workload import EXAMPLES, shipped, varied
from engine import ArrangementError
from service.access import keys, organisations
from service.access.permissions import Principal
from service.evaluating import Asked
from service.metrics import Metrics
from service.published import Shelf
from service.records.answering import decide_and_keep
from service.settings import Settings
from service.storage.database import Database

_THREADS = 8
_READINGS = 20


class _Filling:
    def __init__(self, database: Database, by: Principal, every: int) -> None:
        self.shelf = Shelf(Settings(database="none"), Metrics(), shipped())
        self.database = database
        self.by = by
        self.every = every
        self.done = 0
        self.readings: list[tuple[int, float]] = []
        self._lock = threading.Lock()

    def store(self, number: int) -> None:
        data = varied(EXAMPLES[number % len(EXAMPLES)], random.Random(number))
        body = json.dumps({**data, "title": f"{data['title']} {number}"}).encode()
        try:
            decide_and_keep(body, Asked(), self.shelf, self.database, self.by, None)
        except ArrangementError:
            return  # a variant may be no arrangement that can be decided
        with self._lock:
            self.done += 1
            if self.done % self.every == 0:
                self.readings.append((self.done, resident()))
                print(f"{self.done:>8} stored, {self.readings[-1][1]:.0f} MB", flush=True)


def main() -> int:
    """Print the memory in use along the way; fail where it still grows after the first half."""
    parser = argparse.ArgumentParser()
    parser.add_argument("decisions", type=int, nargs="?", default=10_000)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="safeconduct-filling-") as name, database_of("sqlite", Path(name)) as url:
        database = Database(url)
        key = database.write(lambda connection: organisations.found(connection, "filling"))
        with database.reading() as connection:
            by, _ = keys.identify(connection, key.text)
        assert by
        filling = _Filling(database, by, max(options.decisions // _READINGS, 1))
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(filling.store, range(options.decisions)))
        database.close()
    return told(filling.readings)


if __name__ == "__main__":
    raise SystemExit(main())
