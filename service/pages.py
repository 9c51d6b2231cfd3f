"""Small pages for people: no script, nothing fetched from anywhere, forms that are sent to this service alone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from service.logs import request_id
from service.problems import Problem, answer

_STYLE = (
    "body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 38rem; margin: 0 auto; "
    "padding: 2rem 1rem; overflow-wrap: anywhere; } h1 { font-size: 1.6rem; line-height: 1.2; } a { color: #0b4f8a; } "
    "dt { font-weight: bold; } dd { margin: 0 0 .6rem; } button { font: inherit; padding: .4rem 1rem; } "
    "ul { list-style: none; padding: 0; }"
)
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_ENVIRONMENT = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_TEMPLATE = _ENVIRONMENT.from_string((files("service") / "templates" / "page.html.j2").read_text(encoding="utf-8"))


def page(
    title: str,
    says: Iterable[str] = (),
    facts: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    *,
    base: str = "",
    csrf: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    go_on: str = "",
) -> Response:
    """Return a page.

    Args:
        facts: Names and values that it shows.
        links: What they are called, and paths below `base`.
        csrf: The token of a session that can be ended on the page.
        go_on: The address that a browser goes on to by itself.
    """
    text = _TEMPLATE.render(
        title=title,
        says=list(says),
        facts=dict(facts or {}),
        links=dict(links or {}),
        base=base,
        csrf=csrf,
        go_on=go_on,
        style=Markup(_STYLE),
    )
    # With the service's usual `no-referrer`, a browser would send a form without saying from where: `Origin: null`.
    own = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "same-origin"}
    return Response(text, status, {**(headers or {}), **own}, "text/html")


def wants_page(request: Request) -> bool:
    """Whether a browser asks, for somebody to read the answer."""
    return "text/html" in request.headers.get("accept", "")


def answer_to(request: Request, found: Problem, base: str, links: Mapping[str, str]) -> Response:
    """Return the answer for a problem: a page for people, the one shape of errors for programs."""
    if not wants_page(request):
        return answer(found)
    says = [sentence(each) for fault in found.faults for each in (fault.message, fault.help) if each]
    title = sentence(found.faults[0].code.replace("-", " "))[:-1]
    facts = {"Request": request_id.get()}
    return page(title, says, facts, links, base=base, status=found.status, headers=found.headers)


def sentence(text: str) -> str:
    """Return a message as people write."""
    return text[:1].upper() + text[1:] + "."
