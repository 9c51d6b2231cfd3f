"""Signatures after the Standard Webhooks specification, version 1: HMAC-SHA256 over id, time and body.

The package of that name brings an HTTP client and five more packages for what is these few lines; a test holds them
against it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

_PREFIX = "whsec_"


def new_secret() -> str:
    """Return a new secret: 256 random bits in the form that libraries for verification read."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(secret: str, name: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers that let a receiver see who sent a body, and when.

    Args:
        name: Of the event: the same at each attempt, so that a receiver knows one that it had before.
        timestamp: Seconds since 1970, of this attempt.
    """
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signature = hmac.new(key, f"{name}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }
