"""Where webhooks may go: to public addresses, so that nobody reaches through us what they cannot reach themselves.

A name is resolved once, all of its addresses are checked, and the connection goes to the one that was checked: a name
that changes its mind in between changes nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx2

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_MOST_URL = 2000
# They carry another address inside, which may be a private one.
_WRAPPING = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("2002::/16"), ip_network("2001::/32"))


class AddressError(Exception):
    """An address to which nothing is sent."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: what was asked for, and the very machine."""

    url: httpx2.URL
    address: Address

    @property
    def pinned(self) -> httpx2.URL:
        """The address with the machine in place of the name."""
        return self.url.copy_with(host=str(self.address))


def read_target(text: str, allowed: Sequence[Network]) -> httpx2.URL:
    """Return an address that could be sent to.

    Raises:
        AddressError: Not HTTPS (HTTP within allowed networks only), with user or fragment, or no address at all.
    """
    if len(text) > _MOST_URL:
        raise AddressError("it is too long")
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError):
        raise AddressError("it cannot be read") from None
    if url.scheme != "https" and not (url.scheme == "http" and allowed):
        raise AddressError("it has to begin with `https://`")
    if not url.host or url.userinfo or url.fragment:
        raise AddressError("it needs a host, and neither user nor fragment")
    return url


def resolve(url: httpx2.URL, allowed: Sequence[Network]) -> Target:
    """Resolve and check where an address leads.

    Raises:
        AddressError: Nowhere, or to a place that is not public.
    """
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressError("its host is not known") from None
    addresses = [ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    for address in addresses:
        inside = any(address in network for network in allowed)
        if not inside and not is_public(address):
            raise AddressError("it leads to an address that is not public")
        if url.scheme == "http" and not inside:
            raise AddressError("it has to begin with `https://`")
    if not addresses:
        raise AddressError("its host has no address")
    return Target(url, addresses[0])


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _WRAPPING):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved
