"""A client that keeps a server busy and costs little: raw sockets kept open, requests written beforehand.

`python -m bench.hammer PORT SECONDS CLIENTS FILE` sends the requests of FILE, a pickle-free list of JSON strings
(authorisation, then bodies), each client its own in turn, and prints the seconds that each took and the statuses.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time
from collections import Counter
from pathlib import Path

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def request(body: bytes, key: str) -> bytes:
    """Return a request as bytes."""
    head = (
        "POST /v1/evaluations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def exchange(connection: socket.socket, sent: bytes) -> int:
    """Send a request, read the answer to its end, and return its status."""
    connection.sendall(sent)
    got = bytearray()
    while (end := got.find(b"\r\n\r\n")) < 0:
        part = connection.recv(1 << 18)
        if not part:
            raise ConnectionError("closed")
        got += part
    found = _LENGTH.search(got, 0, end)
    assert found
    left = end + 4 + int(found[1]) - len(got)
    while left > 0:
        left -= len(connection.recv(1 << 18)) or left
    return int(got[9:12])


def hammer(port: int, seconds: float, clients: int, requests: list[bytes]) -> tuple[list[float], Counter[int]]:
    """Let clients send for some time; return how long each answer took, and the statuses."""
    taken: list[float] = []
    statuses: Counter[int] = Counter()
    lock = threading.Lock()
    end = time.perf_counter() + seconds

    def run(first: int) -> None:
        mine: list[float] = []
        mine_statuses: Counter[int] = Counter()
        with socket.create_connection(("127.0.0.1", port)) as connection:
            number, before = first, time.perf_counter()
            while before < end:
                mine_statuses[exchange(connection, requests[number % len(requests)])] += 1
                number, after = number + clients, time.perf_counter()
                mine.append(after - before)
                before = after
        with lock:
            taken.extend(mine)
            statuses.update(mine_statuses)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken, statuses


def main(port: int, seconds: float, clients: int, file: Path) -> None:
    """Hammer and print."""
    given = json.loads(file.read_text(encoding="utf-8"))
    requests = [request(body.encode(), given["key"]) for body in given["bodies"]]
    taken, statuses = hammer(port, seconds, clients, requests)
    json.dump({"taken": taken, "statuses": statuses}, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
