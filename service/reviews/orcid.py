"""Identifiers of researchers: ORCID iDs, with their check digit (ISO 7064, MOD 11-2)."""

from __future__ import annotations

import re

_FORM = re.compile(r"(?:https://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])", re.ASCII)


def read_orcid(text: str) -> str:
    """Return an ORCID iD in its short form.

    Raises:
        ValueError: It has not the form of one, or its check digit is wrong.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError("an ORCID iD is written `0000-0002-1825-0097`")
    digits = found[1].replace("-", "")
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    if digits[-1] != ("X" if check == 10 else str(check)):
        raise ValueError("the check digit of this ORCID iD is wrong")
    return found[1]
