"""Names of stored things: a prefix that says what it is, and 26 characters that sort by the time they were made."""

from __future__ import annotations

import re
import secrets
import time

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: none is mistaken for another
_FORM = re.compile(r"[a-z]{2,4}_[0-9a-hjkmnp-tv-z]{26}\Z")


def new_id(prefix: str) -> str:
    """Return a new id such as `ev_01k...`: 48 bits of milliseconds and 80 random bits."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return f"{prefix}_" + "".join(_LETTERS[number >> shift & 31] for shift in range(125, -1, -5))


def is_id(text: str, prefix: str) -> bool:
    """Whether a text has the form of an id; what has not is not worth a query."""
    return text.startswith(f"{prefix}_") and bool(_FORM.match(text))
