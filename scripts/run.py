"""Start the service, decide one example through it, and keep it in the foreground.

`make run` ends here. The service is an ordinary `safeconduct serve`; this script waits until it is ready,
posts the example as a client would, and prints the answer with its reasons. Ctrl-C stops both.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

import yaml

READY_SECONDS = 60
ANSWER_SECONDS = 60
# A proxy that the environment names is not asked for an address on this machine.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
SAFECONDUCT = Path(sys.executable).with_name("safeconduct")


def main() -> int:
    """Return the exit code of the service, or 1 where it or the first decision failed."""
    args = _arguments()
    if _is_taken(args.host, args.port):
        _say(f"error: {args.host}:{args.port} is in use\n  help: choose another port: make run PORT=8001")
        return 1
    signal.signal(signal.SIGTERM, _interrupt)
    address = f"http://{args.host}:{args.port}"
    print(f"Loading the law; then {args.example} is decided on {address}.", flush=True)
    # One log line per request would hide the decision; the environment's own level wins.
    environment = {"SAFECONDUCT_LOG_LEVEL": "warning", **os.environ}
    command = [SAFECONDUCT, "serve", "--host", args.host, "--port", str(args.port)]
    with subprocess.Popen(command, env=environment) as server:
        try:
            _wait_until_ready(address, server)
            print(_first_decision(address, args.example), flush=True)
            print(f"\nServing on {address} (documentation: {address}/docs). Ctrl-C stops it.", flush=True)
            return server.wait()
        except KeyboardInterrupt:
            return 0
        except (OSError, RuntimeError, yaml.YAMLError) as error:
            _say(f"error: {error}")
            return 1
        finally:
            _stop(server)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Start the service and print a first decision.")
    parser.add_argument("example", type=Path, help="the arrangement to decide, in YAML")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    return parser.parse_args()


def _is_taken(host: str, port: int) -> bool:
    # Without this, another service on the port would answer in our place.
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def _wait_until_ready(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the service stopped while starting (exit code {server.returncode})")
        with contextlib.suppress(OSError), OPENER.open(f"{address}/readyz", timeout=2):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the service was not ready after {READY_SECONDS} s")


def _first_decision(address: str, example: Path) -> str:
    arrangement = yaml.safe_load(example.read_text(encoding="utf-8"))
    request = urllib.request.Request(
        f"{address}/v1/evaluations",
        data=json.dumps(arrangement).encode(),
        headers={"Content-Type": "application/json", "Accept": "application/json"},
    )
    try:
        with OPENER.open(request, timeout=ANSWER_SECONDS) as response:
            decision = response.read()
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{error.url} answered {error.code}: {error.read().decode()}") from error
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder, "decision.json")
        saved.write_bytes(decision)
        # Its exit code is the outcome, which is not a failure of ours.
        explained = subprocess.run([SAFECONDUCT, "explain", saved], capture_output=True, text=True, check=False)
    if not explained.stdout:
        raise RuntimeError(f"the decision could not be explained: {explained.stderr}")
    return f"\nPOST {request.full_url} < {example}\n\n{explained.stdout.rstrip()}"


def _stop(server: subprocess.Popen[bytes]) -> None:
    # A second Ctrl-C while the service says goodbye must not leave it behind.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
