"""How each kind of setting is read: a text, and what it means or what it should have been."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from service.storage.database import DatabaseUrlError, read_url

_LEVELS = ("debug", "info", "warning", "error")


def is_loopback(host: str) -> bool:
    """Whether other machines cannot reach an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def positive(text: str) -> int:
    """Return a whole number above zero."""
    if not text.isascii() or not text.isdecimal() or not int(text):
        raise ValueError("a whole number above zero")
    return int(text)


def count(text: str) -> int:
    """Return a whole number."""
    if not text.isascii() or not text.isdecimal():
        raise ValueError("a whole number")
    return int(text)


def switch(text: str) -> bool:
    """Return whether something is on."""
    if text.lower() not in ("on", "off"):
        raise ValueError("`on` or `off`")
    return text.lower() == "on"


def level(text: str) -> str:
    """Return a level of the log."""
    if text.lower() not in _LEVELS:
        raise ValueError(f"one of {', '.join(_LEVELS)}")
    return text.lower()


def folder(text: str) -> Path:
    """Return a folder."""
    if not text:
        raise ValueError("a folder")
    return Path(text)


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return networks, given with commas between them."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("networks such as `10.1.0.0/16, fd00::/8`") from None


def line(text: str) -> str:
    """Return a line of plain text."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("one line of plain text")
    return text


def address(text: str) -> str:
    """Return an address of a service, without a slash at its end."""
    return issuer(text).rstrip("/")


def issuer(text: str) -> str:
    """Return the address of a provider as it is: its tokens name it to the letter."""
    if text and not is_address(text):
        raise ValueError("an address such as `https://id.example`")
    return text


def is_address(text: str) -> bool:
    """Whether a text is an address of HTTPS, or of HTTP on this machine, without query and name of a user."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    is_plain = text.isascii() and text.isprintable() and not any(mark in text for mark in " ?#@\\")
    return bool(parts.hostname) and is_safe and is_plain


def scopes(text: str) -> str:
    """Return scopes of OpenID Connect."""
    if "openid" not in line(text).split():
        raise ValueError("scopes such as `openid profile email`, `openid` among them")
    return " ".join(text.split())


def database(text: str) -> str:
    """Return the address of a database."""
    if text in ("", "none"):
        return text
    try:
        read_url(text)
    except DatabaseUrlError:
        raise ValueError("`none`, a file, or an address such as `postgresql://user@host/name`") from None
    return text


def endpoint(text: str) -> str:
    """Return an address without a password."""
    url = urlsplit(text)
    if text and (url.scheme not in ("http", "https") or not url.hostname or "@" in url.netloc):
        raise ValueError("an address such as `http://127.0.0.1:4318/v1/traces`, with no password in it")
    return text


def name(text: str) -> str:
    """Return a name."""
    if not text.strip() or not text.isprintable():
        raise ValueError("a name")
    return text


def ratio(text: str) -> float:
    """Return a share of a whole."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise ValueError("a number from 0 to 1")
    return found
