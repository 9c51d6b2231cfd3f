"""The form at `/` as somebody fills it in, through Playwright."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, expect

JSON = "#arrangement"
DECIDE = "#form .bar [type=submit]"


def at(pointer: str) -> str:
    return f'[id="at{pointer}"]'


def place(pointer: str) -> str:
    return f'[data-at="{pointer}"]'


def described(page: Page) -> Any:
    return json.loads(page.locator(JSON).input_value())


def show(page: Page, example: str) -> None:
    """Fill the form in with an example."""
    page.locator("details:has(#example)").evaluate("(fold) => { fold.open = true; }")
    page.select_option("#example", example)


def write(page: Page, text: str) -> None:
    """Put a whole arrangement in as JSON, as pasting does."""
    page.locator("#json").evaluate("(fold) => { fold.open = true; }")
    page.fill(JSON, text)


def enter(page: Page, pointer: str, text: str) -> None:
    """Type over what stands in a field, and leave it."""
    page.fill(at(pointer), text)
    page.locator(at(pointer)).blur()


def focused(page: Page, pointer: str) -> None:
    expect(page.locator(at(pointer))).to_be_focused()


def outcome(page: Page) -> str:
    expect(page.locator("#outcome, #faults h2").first).to_be_attached()
    expect(page.locator("#faults")).to_be_empty()
    return page.locator(".outcome.big").inner_text()
