"""The two cookies: of a session, and of a sign-in under way. No script reads them, no other site's form sends them.

Over HTTPS their names begin with `__Host-`, so that no neighbour under the same domain can set them (with `__Secure-`
below a path).
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from service.settings import Settings

Kind = Literal["session", "sign_in"]
_NAMES: dict[Kind, str] = {"session": "safeconduct", "sign_in": "safeconduct_sign_in"}


def cookie_name(settings: Settings, kind: Kind) -> str:
    """Return the name of a cookie."""
    if not _is_secure(settings):
        return _NAMES[kind]
    return ("__Host-" if _path(settings) == "/" else "__Secure-") + _NAMES[kind]


def given(request: Request, settings: Settings, kind: Kind) -> str | None:
    """Return the cookie that came with a request."""
    return request.cookies.get(cookie_name(settings, kind))


def put(response: Response, settings: Settings, kind: Kind, value: str, seconds: int) -> None:
    """Have a browser keep a cookie."""
    response.set_cookie(
        cookie_name(settings, kind),
        value,
        max_age=seconds,
        path=_path(settings),
        secure=_is_secure(settings),
        httponly=True,
        samesite="lax",  # not strict: the browser comes back from the provider with it
    )


def drop(response: Response, settings: Settings, kind: Kind) -> None:
    """Have a browser forget a cookie."""
    put(response, settings, kind, "", 0)


def dropping(settings: Settings, kind: Kind) -> dict[str, str]:
    """Return the header that has a browser forget a cookie."""
    response = Response()
    drop(response, settings, kind)
    return {"Set-Cookie": response.headers["set-cookie"]}


def _path(settings: Settings) -> str:
    return urlsplit(settings.public_url).path or "/"


def _is_secure(settings: Settings) -> bool:
    return urlsplit(settings.public_url).scheme == "https"
