"""Client addresses: the address a request came from, behind trusted proxies."""

import ipaddress
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from starlette.types import Scope

Network = IPv4Network | IPv6Network
_FORWARDED_FOR = b"x-forwarded-for"


def client_address(scope: Scope, trusted: Sequence[Network]) -> str | None:
    """Return the address that the request came from, or None if the transport has none.

    X-Forwarded-For counts only if the peer is a trusted proxy. It is read from its end, which the nearest proxy wrote,
    up to the first address that is not a trusted proxy: the client may have forged everything before it.
    """
    peer = _parsed((scope.get("client") or ("",))[0])
    if peer is None or not _is_among(peer, trusted):
        return str(peer) if peer else None
    lines = [value for name, value in scope["headers"] if name == _FORWARDED_FOR]
    for hop in reversed(b",".join(lines).decode("latin-1").split(",")):
        address = _parsed(hop.strip())
        if address is None:
            break
        peer = address
        if not _is_among(address, trusted):
            break
    return str(peer)


def networks(texts: Sequence[str]) -> list[Network]:
    """Parse networks in CIDR notation; raises ValueError, which quotes none of them."""
    try:
        return [ipaddress.ip_network(text) for text in texts]
    except ValueError:
        raise ValueError("a network is an address, a slash, and the bits of the network") from None


def is_in(address: str, allowed: Sequence[Network]) -> bool:
    """Return whether an address belongs to one of the networks."""
    parsed = _parsed(address)
    return parsed is not None and _is_among(parsed, allowed)


def _is_among(address: IPv4Address | IPv6Address, networks_: Sequence[Network]) -> bool:
    return any(address in network for network in networks_)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
