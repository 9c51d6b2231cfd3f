"""A real browser to look at the pages with: Playwright, and the Chromium of the machine, so that nothing is fetched.

`SAFECONDUCT_TEST_BROWSER` names another, and `none` leaves it out on purpose.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PATIENCE_MS = 30_000
# What the browser itself says of every answer that is an error: those the tests ask for, and the page tells of them.
_FROM_THE_NETWORK = "Failed to load resource:"


def browser_here() -> str | None:
    """Return the browser to test with, or None."""
    named = os.environ.get("SAFECONDUCT_TEST_BROWSER", "")
    if named == "none":
        return None
    return named or next((found for found in map(shutil.which, NAMES) if found), None)


def why_none() -> str:
    """Return why no browser is tested with, where there is none."""
    if os.environ.get("SAFECONDUCT_TEST_BROWSER") == "none":
        return "SAFECONDUCT_TEST_BROWSER=none"
    return "there is no Chromium here; SAFECONDUCT_TEST_BROWSER names one"


@contextmanager
def running() -> Iterator[Browser]:
    """Run a browser; where there is none, the tests that need it are skipped."""
    path = browser_here()
    if path is None:
        pytest.skip(why_none())
    from playwright.sync_api import expect, sync_playwright  # every run of tests asks for `browser_here`

    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--no-proxy-server"])
        yield browser
        browser.close()


class People:
    """Those who look at pages, each with a browser's window of their own, and what goes wrong in any of them."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._faults: list[str] = []

    def one(self, width: int = 1280, *, is_mobile: bool = False) -> Page:
        """Return a page of somebody who shares nothing with the others; `page.context` opens more of theirs."""
        context = self._browser.new_context(viewport={"width": width, "height": 900}, is_mobile=is_mobile)
        context.set_default_timeout(_PATIENCE_MS)
        context.on("weberror", lambda thrown: self._faults.append(str(thrown.error)))
        context.on("console", self._hear)
        self._contexts.append(context)
        return context.new_page()

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not said.text.startswith(_FROM_THE_NETWORK):
            self._faults.append(said.text)

    def leave(self) -> list[str]:
        """Close all pages, and return what went wrong in them: exceptions, and what their policy kept away."""
        for page in [page for context in self._contexts for page in context.pages]:
            page.evaluate("0")  # what the page has said arrives before this answer
        for context in self._contexts:
            context.close()
        return self._faults


@contextmanager
def people_at(browser: Browser) -> Iterator[People]:
    """Let people look at pages, in which nothing may go wrong."""
    people = People(browser)
    try:
        yield people
    finally:
        faults = people.leave()
    assert faults == []
