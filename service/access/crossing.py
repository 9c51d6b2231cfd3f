"""What comes with a cookie may come from another site: such a request changes nothing here.

A browser sends the cookie by itself, so a request that changes something has to show that a page of ours sent it: by
where the browser says that it comes from, and by a token that only such a page can read. No browser sends a key by
itself, so requests with keys need neither.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from service.problems import problem
from service.settings import Settings

TOKEN_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def check(headers: Headers, token: str, csrf: str, settings: Settings) -> None:
    """Refuse a request with a cookie that no page of ours sent.

    Args:
        token: What came with it; `csrf` is what should have.
    Raises:
        Problem: 403.
    """
    if not _is_from_here(headers, settings):
        message = "the request comes from another site, or does not say from where"
        help = "send it from a page of this service, or with a key"
        raise problem(403, "cross-site", message, "header:Origin", help)
    if not hmac.compare_digest(token.encode(), csrf.encode()):
        message = "the request does not show that a page of this service sent it"
        help = f"send `{TOKEN_HEADER}`: `csrf_token` of `GET /auth/me`"
        raise problem(403, "csrf-token-needed", message, f"header:{TOKEN_HEADER}", help)


def _is_from_here(headers: Headers, settings: Settings) -> bool:
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is None and site is None:
        return False
    return origin in (None, _origin(settings)) and site in (None, "same-origin")


def _origin(settings: Settings) -> str:
    parts = urlsplit(settings.public_url)
    port = parts.port if parts.port != {"https": 443, "http": 80}[parts.scheme] else None
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")
