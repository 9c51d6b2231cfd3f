"""A real browser, driven over its debugging pipe: no driver, no package, only Chromium itself.

Where there is none, the tests that need it are left out, and the run says so; `SAFECONDUCT_TEST_BROWSER` names another.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SECONDS = 60.0
# The browser reads orders from 3 and writes to 4; both ends are moved out of the way first.
_CONNECT = (
    "import fcntl, os, sys; ends = [fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3]]; "
    "os.dup2(ends[0], 3); os.dup2(ends[1], 4); os.execv(sys.argv[3], sys.argv[3:])"
)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found() -> str:
    """Return the path of a browser, or nothing."""
    named = os.environ.get("SAFECONDUCT_TEST_BROWSER")
    return named or next((path for path in map(shutil.which, _NAMES) if path), "")


class Page:
    """One page of a browser: what is typed, clicked and seen goes through the browser's own events."""

    def __init__(self, send: int, receive: int) -> None:
        self._send, self._receive = send, receive
        self._rest = b""
        self._number = 0
        self._session = ""
        self.errors: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "DOM", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser for something; it may tell of other things meanwhile."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == number:
                if "error" in heard:
                    raise AssertionError(f"{method}: {heard['error']['message']}")
                answer: dict[str, Any] = heard["result"]
                return answer

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._receive, 1 << 20)
            if not part:
                raise AssertionError("the browser has gone")
            self._rest += part
        text, _, self._rest = self._rest.partition(b"\0")
        heard: dict[str, Any] = json.loads(text)
        method, told = heard.get("method"), heard.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = told["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and told["entry"]["level"] == "error" and told["entry"]["source"] != "network":
            self.errors.append(told["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            accept = {"id": 0, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}
            os.write(self._send, json.dumps({**accept, "sessionId": self._session}).encode() + b"\0")
        return heard

    def run(self, script: str) -> Any:
        """Return what a script gives."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"].get("exception", {}).get("description", script))
        return answer["result"].get("value")

    def wait(self, script: str) -> None:
        """Wait until a script gives something true."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            if self.run(f"Boolean({script})"):
                return
            time.sleep(0.05)
        raise AssertionError(f"never so: {script}; {self.errors}")

    def open(self, address: str, width: int = 1200, height: int = 900) -> None:
        """Go to an address, in a window of this size."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        self.call("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")

    def box(self, selector: str) -> tuple[float, float]:
        """Return the middle of an element that can be seen."""
        script = (
            f"(() => {{ const found = document.querySelector({json.dumps(selector)}); if (!found) return null;"
            "found.scrollIntoView({block: 'center'}); const box = found.getBoundingClientRect();"
            "return [box.x + box.width / 2, box.y + box.height / 2, box.width]; })()"
        )
        x, y, width = self.run(script) or (0, 0, 0)
        assert width, f"not there to be seen: {selector}"
        return x, y

    def click(self, selector: str) -> None:
        """Click with the mouse."""
        x, y = self.box(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, selector: str, text: str) -> None:
        """Put text where other text stood, and leave the line."""
        self.click(selector)
        self.run(f"document.querySelector({json.dumps(selector)}).select?.()")
        self.call("Input.insertText", text=text)
        self.run("document.activeElement.blur()")

    def put(self, selector: str, text: str) -> None:
        """Put a whole text in, as pasting does."""
        script = (
            f"(() => {{ const box = document.querySelector({json.dumps(selector)}); box.value = {json.dumps(text)};"
            "box.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )
        self.run(script)

    def choose(self, selector: str, value: str) -> None:
        """Choose from a list, as its own menu would."""
        script = (
            f"(() => {{ const list = document.querySelector({json.dumps(selector)}); list.value = {json.dumps(value)};"
            "list.dispatchEvent(new Event('input', {bubbles: true}));"
            "list.dispatchEvent(new Event('change', {bubbles: true})); return list.value; })()"
        )
        assert self.run(script) == value, f"{selector} does not offer {value}"

    def put_file(self, selector: str, path: Path) -> None:
        """Choose a file."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(path)])

    def picture(self, path: Path, whole: bool = True) -> None:
        """Keep what is to be seen."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def browsing(folder: Path) -> Iterator[Page]:
    """Run a browser with nothing of anybody's, until it is no longer needed."""
    to_read, send = os.pipe()
    receive, to_write = os.pipe()
    command = [found(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    command += [f"--user-data-dir={folder}", "--remote-debugging-pipe", "about:blank"]

    quiet = subprocess.DEVNULL
    pipes = (to_read, to_write)
    starting = [sys.executable, "-c", _CONNECT, *map(str, pipes), *command]
    with subprocess.Popen(starting, pass_fds=pipes, stdout=quiet, stderr=quiet) as process:
        os.close(to_read)
        os.close(to_write)
        try:
            page = Page(send, receive)
            yield page
        finally:
            os.close(send)
            os.close(receive)
            process.terminate()
            process.wait(20)
