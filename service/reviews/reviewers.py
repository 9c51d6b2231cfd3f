"""Identifiers of those who sign: an ORCID iD, or for who has none, such as a data protection officer, another.

An e-mail address, or a web address that stands for a person. What looks like an ORCID iD has to be one.
"""

from __future__ import annotations

import re

from service.reviews.orcid import read_orcid

_LIKE_ORCID = re.compile(r"(https?://)?(www\.)?orcid\.org\b.*|[\dXx -]+", re.IGNORECASE | re.ASCII)
_EMAIL = re.compile(r"[a-z0-9._%+'-]+@[a-z0-9-]+(\.[a-z0-9-]+)+")
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?/[A-Za-z0-9._~/?=&%@:+-]+", re.ASCII)


def read_reviewer(text: str) -> str:
    """Return an identifier in its one form, so that the same person cannot look like two.

    Raises:
        ValueError: It is none, or an ORCID iD that is wrong.
    """
    text = text.strip()
    if _LIKE_ORCID.fullmatch(text):
        return read_orcid(text)
    if _EMAIL.fullmatch(text.lower()):
        return text.lower()
    if _ADDRESS.fullmatch(text):
        return text
    raise ValueError("a reviewer is an ORCID iD (`0000-0002-1825-0097`), an e-mail address or an `https` address")
