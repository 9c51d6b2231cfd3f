"""A real browser, Chromium without a window, spoken to over its own two pipes: nothing else has to be installed.

`SAFECONDUCT_TEST_BROWSER` names another, and `none` leaves it out on purpose.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import select
import shutil
import signal
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--remote-debugging-pipe",
)
_PATIENCE = 30.0
# What can be pressed or filled in is found as people find it: by what it is called.
_FIND = """
(kind, name, within) => {
  const labels = (each) => [...(each.labels || [])].map((one) => one.innerText).join(" ");
  const words = (text) => (text || "").replace(/\\s+/g, " ").trim();
  const called = (each) => words(each.getAttribute("aria-label") || labels(each) || each.innerText);
  const seen = [...document.querySelectorAll(kind)].filter((each) => each.closest(within) && each.checkVisibility());
  return seen.find((each) => called(each) === name || called(each).startsWith(`${name} (`)) || null;
}
"""
PRESSED = "button, a, summary"
FILLED = "input, textarea, select"


def browser_here() -> str | None:
    """Return the browser to test with, or None."""
    named = os.environ.get("SAFECONDUCT_TEST_BROWSER", "")
    if named == "none":
        return None
    return named or next((found for found in map(shutil.which, NAMES) if found), None)


class Chromium:
    """A running browser."""

    def __init__(self, into: int, out: int) -> None:
        self._into, self._out, self._buffer = into, out, b""
        self._numbers = itertools.count(1)
        self.events: list[dict[str, Any]] = []

    def do(self, method: str, session: str = "", **given: Any) -> dict[str, Any]:
        """Have the browser do something, and return what it answers."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": given, **({"sessionId": session} if session else {})}
        os.write(self._into, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + _PATIENCE
        while True:
            found = self._read(end)
            if found.get("id") == number:
                assert "error" not in found, found
                return dict(found["result"])
            self.events.append(found)

    def _read(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._out], [], [], max(0, end - time.monotonic()))
            assert ready, "the browser does not answer"
            read = os.read(self._out, 1 << 16)
            assert read, "the browser is gone"
            self._buffer += read
        message, _, self._buffer = self._buffer.partition(b"\0")
        return dict(json.loads(message))

    def person(self, width: int = 1280, height: int = 900) -> Page:
        """Return a page of somebody who shares nothing with the others."""
        page = self.tab(self.do("Target.createBrowserContext")["browserContextId"])
        page.resize(width, height)
        return page

    def tab(self, context: str) -> Page:
        """Return a page of somebody who has one already."""
        target = self.do("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session, context)
        for domain in ("Page", "Runtime", "Log"):
            page.do(f"{domain}.enable")
        return page


class Page:
    """A page, and somebody who looks at it, presses and types."""

    def __init__(self, browser: Chromium, session: str, context: str) -> None:
        self._browser, self._session, self._context = browser, session, context

    def do(self, method: str, **given: Any) -> dict[str, Any]:
        """Have the browser do something in this page."""
        return self._browser.do(method, self._session, **given)

    def tab(self) -> Page:
        """Return another page of the same person."""
        return self._browser.tab(self._context)

    def resize(self, width: int, height: int = 900) -> None:
        """Look at it on a screen of another size."""
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def go(self, address: str) -> None:
        """Go to an address."""
        assert "errorText" not in self.do("Page.navigate", url=address)

    def ask(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript."""
        found = self.do("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, expression: str) -> Any:
        """Wait until an expression holds, and return its value."""
        end = time.monotonic() + _PATIENCE
        while True:
            # Between two documents there is nothing to ask.
            with contextlib.suppress(AssertionError):
                if found := self.ask(expression):
                    return found
            assert time.monotonic() < end, f"{expression} never held; the page says:\n{self.text()}"
            time.sleep(0.05)

    def sees(self, *texts: str) -> None:
        """Wait until the page says all this."""
        for text in texts:
            self.until(f"document.body?.innerText.replace(/\\s+/g, ' ').includes({json.dumps(text)})")

    def text(self, selector: str = "body") -> str:
        """Return what can be read."""
        return " ".join(str(self.ask(f"document.querySelector({json.dumps(selector)})?.innerText || ''")).split())

    def press(self, name: str, within: str = "body") -> None:
        """Press a button, a link or what unfolds, with the mouse, where it is."""
        found = f"({_FIND})({json.dumps(PRESSED)}, {json.dumps(name)}, {json.dumps(within)})"
        # What is pressed while it is about to be replaced does nothing.
        self.until(f"!document.querySelector('[aria-busy]') && {found} !== null")
        place = self.ask(
            f"(() => {{ const each = {found}; each.scrollIntoView({{block: 'center'}});"
            "const {x, y, width, height} = each.getClientRects()[0]; return {x: x + width / 2, y: y + height / 2}; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.do("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)

    def put(self, name: str, value: str, within: str = "body") -> None:
        """Fill in one field: typed letter by letter, except choices and dates."""
        found = f"({_FIND})({json.dumps(FILLED)}, {json.dumps(name)}, {json.dumps(within)})"
        self.until(f"{found} !== null")
        kind = self.ask(f"(() => {{ const each = {found}; each.focus(); each.select?.(); return each.type; }})()")
        if kind in ("select-one", "date"):
            self.ask(
                f"(() => {{ const each = {found}; each.value = {json.dumps(value)};"
                "for (const kind of ['input', 'change']) each.dispatchEvent(new Event(kind, {bubbles: true})); })()"
            )
            assert self.ask(f"{found}.value") == value, f"{name} cannot be {value}"
        else:
            self.do("Input.insertText", text=value)

    def picture(self, file: Path) -> None:
        """Keep a picture of the whole page."""
        shot = self.do("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        file.write_bytes(b64decode(shot["data"]))

    def faults(self) -> list[str]:
        """Return what went wrong in the page: exceptions, and what its policy kept from happening."""
        self.ask("0")
        mine = [each for each in self._browser.events if each.get("sessionId") == self._session]
        thrown = [str(each["params"]) for each in mine if each["method"] == "Runtime.exceptionThrown"]
        logged = [each["params"]["entry"] for each in mine if each["method"] == "Log.entryAdded"]
        return thrown + [str(each) for each in logged if each["level"] == "error" and each["source"] != "network"]


@contextmanager
def chromium(path: str, folder: Path) -> Iterator[Chromium]:
    """Run a browser that keeps what it keeps in a folder."""
    (from_us, into), (out, to_us) = os.pipe(), os.pipe()
    for each in (from_us, to_us):
        os.set_inheritable(each, True)
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, each) for each in (0, 1, 2)]
    # What it reads is its third file and what it writes its fourth; past them first, so that neither is overwritten.
    actions += [(os.POSIX_SPAWN_DUP2, from_us, 100), (os.POSIX_SPAWN_DUP2, to_us, 101)]
    actions += [(os.POSIX_SPAWN_DUP2, 100, 3), (os.POSIX_SPAWN_DUP2, 101, 4)]
    arguments = [path, *_SWITCHES, f"--user-data-dir={folder}", "about:blank"]
    environment = {**os.environ, "HOME": str(folder)}
    process = os.posix_spawn(path, arguments, environment, file_actions=actions, setpgroup=0)
    for each in (from_us, to_us, null):
        os.close(each)
    try:
        yield Chromium(into, out)
    finally:
        os.close(into)
        os.close(out)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
        os.waitpid(process, 0)
