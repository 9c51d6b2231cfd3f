"""Which form a caller wants the answer in, and whether the body is in the one that is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from starlette.datastructures import Headers

from service.problems import problem

Form = Literal["json", "markdown", "text"]
FORMS: dict[str, Form] = {"application/json": "json", "text/markdown": "markdown", "text/plain": "text"}
_JSON = re.compile(r"application/.*\+json\Z", re.DOTALL)
MEDIA_TYPES: dict[Form, str] = {form: media for media, form in FORMS.items()}


def accepted(headers: Headers) -> Form:
    """Return the form that `Accept` prefers; JSON where it does not say.

    Raises:
        Problem: 406, none of the forms is acceptable.
    """
    return FORMS[preferred(headers, tuple(FORMS))]


def preferred(headers: Headers, known: Sequence[str]) -> str:
    """Return the media type that `Accept` prefers; the first where it does not say, and of equals.

    Raises:
        Problem: 406, none of them is acceptable.
    """
    text = ",".join(headers.getlist("accept")).strip()
    if not text:
        return known[0]
    ranges = [_range(part) for part in text.split(",") if part.strip()]
    best = max(known, key=lambda media: _quality(media, ranges))
    if _quality(best, ranges) <= 0:
        help = "ask for " + ", ".join(f"`{media}`" for media in known)
        raise problem(406, "not-acceptable", "no form of the answer is acceptable", "header:Accept", help)
    return best


def _range(part: str) -> tuple[str, float]:
    media, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = min(max(float(value), 0.0), 1.0)
            except ValueError:
                quality = 0.0
    return media, quality if quality == quality else 0.0  # not a number


def _quality(media: str, ranges: list[tuple[str, float]]) -> float:
    """Return the quality of a media type: the most specific range that matches counts."""
    for pattern in (media, media.partition("/")[0] + "/*", "*/*"):
        found = [quality for text, quality in ranges if text == pattern]
        if found:
            return max(found)
    return 0.0


def check_json(headers: Headers) -> None:
    """Refuse a body that is not announced as plain JSON.

    Raises:
        Problem: 415, with what to send.
    """
    check_media(headers, ("application/json",))


def check_media(headers: Headers, known: Sequence[str]) -> None:
    """Refuse a body that is announced as none of the media types known, in UTF-8 and not compressed.

    Args:
        known: Media types; with `application/json`, every `application/...+json` is known as well.
    Raises:
        Problem: 415, with what to send.
    """
    text = headers.get("content-type", "")
    media, *parameters = (piece.strip().lower() for piece in text.split(";"))
    help = f"send `Content-Type: {known[0]}`, in UTF-8"
    if media not in known and not (known[0] == "application/json" and _JSON.match(media)):
        what = "JSON" if known[0] == "application/json" else "JSON, one object per line"
        shown = f"`{media[:60]}` is not {what}" if media else "the request does not say what its body is"
        raise problem(415, "unsupported-content-type", shown, "header:Content-Type", help)
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "charset" and value.strip('"') not in ("utf-8", "utf8"):
            message = f"the charset `{value[:20]}` is not read"
            raise problem(415, "unsupported-content-type", message, "header:Content-Type", help)
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        message = f"the encoding `{encoding[:20]}` is not read"
        where, help = "header:Content-Encoding", "send the body as it is"
        raise problem(415, "unsupported-content-encoding", message, where, help, {"Accept-Encoding": "identity"})
