"""Addresses: whose request it is, where proxies stand between."""

import ipaddress
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from starlette.types import Scope

Network = IPv4Network | IPv6Network
_FORWARDED_FOR = b"x-forwarded-for"


def client_address(scope: Scope, trusted: Sequence[Network]) -> str | None:
    """Return the address that the request came from, or None where the transport has none.

    X-Forwarded-For counts only where the peer is a trusted proxy. It is read from its end, which the nearest proxy
    wrote, up to the first address that is no trusted proxy: what stands before it anyone may have made up.
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


def networks(written: Sequence[str]) -> list[Network]:
    """Return the networks that are written in CIDR notation; raises ValueError for one that is none."""
    return [ipaddress.ip_network(text) for text in written]


def is_in(address: str, among: Sequence[Network]) -> bool:
    """Tell whether an address belongs to one of the networks."""
    parsed = _parsed(address)
    return parsed is not None and _is_among(parsed, among)


def _is_among(address: IPv4Address | IPv6Address, networks_: Sequence[Network]) -> bool:
    return any(address in network for network in networks_)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
