"""The review desk with people at it, in a real browser: signed in, several at once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from playwright.sync_api import Locator, Page, expect

from service.reviews.doing import today
from tests.service.browser import People
from tests.service.door import Door
from tests.service.stored import small

ONE, TWO = "0000-0002-1825-0097", "0000-0001-5109-3700"
LAB = {"sub": "u-lab", "name": "Liisa Lab", "groups": ["lab"]}
OFFICE = {"sub": "u-office", "name": "Olli Office", "groups": ["office"]}
SECOND = {"sub": "u-second", "name": "Saara Second", "groups": ["office"]}
LATER = (today() + timedelta(days=30)).isoformat()
# Whatever runs it leaves a mark, and nothing may.
HOSTILE = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>\"'><b>bold</b>"


class Desk:
    """A door, and people at the desk behind it."""

    def __init__(self, door: Door, people: People) -> None:
        self.door, self.people = door, people

    def sit(self, person: dict[str, Any], width: int = 1280) -> Page:
        """Sign somebody in, and let them look at the list."""
        self.door.provider.person = person
        page = self.people.one(width)
        page.goto(f"{self.door.address}/auth/sign-in?next=/desk")
        sees(page, f"Signed in as {person['name']}", "All agreements")
        return page

    def begin(self, **more: Any) -> str:
        """Begin an agreement over HTTP, as the lab."""
        self.door.provider.person = LAB
        browser = self.door.browser()
        browser.sign_in()
        response = browser.change("POST", "/v1/agreements", json={"arrangement": small(**more)})
        return str(response.json()["id"])

    def read(self, name: str) -> dict[str, Any]:
        """Return an agreement."""
        return dict(self.door.ask("GET", f"/v1/agreements/{name}", self.door.administrators["ours"]).json())

    def do(self, name: str, path: str, body: dict[str, Any]) -> None:
        """Do something over HTTP, as the administrator with a key."""
        tag = {"If-Match": f'"{self.read(name)["version"]}"'}
        key = self.door.administrators["ours"]
        response = self.door.ask("POST", f"/v1/agreements/{name}/{path}", key, json=body, headers=tag)
        assert response.status_code == 200, response.text


OPEN = ".acts details[open] form"


def sees(page: Page, *texts: str) -> None:
    """Wait until the page says all this."""
    for text in texts:
        expect(page.locator("body")).to_contain_text(text, use_inner_text=True)


def text(page: Page, selector: str = "body") -> str:
    """Return what can be read now, in one line."""
    return " ".join(" ".join(page.locator(selector).all_inner_texts()).split())


def ready(page: Page, within: str) -> Locator:
    """Return a part of a page that is not about to be replaced: what is pressed or filled in there would be lost."""
    expect(page.locator("[aria-busy]")).to_have_count(0)
    return page.locator(within)


def press(page: Page, name: str, within: str = "body") -> None:
    """Press a button or follow a link."""
    part = ready(page, within)
    part.get_by_role("button", name=name, exact=True).or_(part.get_by_role("link", name=name, exact=True)).click()


def unfold(page: Page, title: str, within: str = ".acts") -> None:
    """Unfold what is folded away."""
    ready(page, within).locator("summary").get_by_text(title, exact=True).click()


def put(page: Page, name: str, value: str, within: str = "body") -> None:
    """Fill in a field, or choose from it."""
    # A label may say more in brackets: that the field may be left out.
    field = ready(page, within).get_by_label(re.compile(rf"^{re.escape(name)}( \(|$)"))
    if field.evaluate("(each) => each.type") == "select-one":
        field.select_option(value)
    else:
        field.fill(value)


def open_it(page: Page, title: str = "Survey data of Zedland") -> None:
    if text(page, "h1") != "Agreements":
        press(page, "Agreements", "nav")
    press(page, title)
    sees(page, "What you can do")


def fill(page: Page, **fields: str) -> None:
    """Fill in fields of the form that is open by what they are called, `_` for a blank."""
    for name, value in fields.items():
        put(page, name.replace("_", " "), value, OPEN)


def act(page: Page, title: str, button: str, **fields: str) -> None:
    """Unfold a form, fill it in, and send it."""
    unfold(page, title)
    fill(page, **fields)
    press(page, button, OPEN)
    sees(page, f"Done: {title}.")


def sign(page: Page, reviewer: str = ONE, reason: str = "All of it is shown.") -> None:
    said = {"You": "approve", "In_the_role_of": "data_protection_officer"}
    act(page, "Sign off, or object", "Sign", **said, Your_ORCID_iD=reviewer, Reason=reason)
