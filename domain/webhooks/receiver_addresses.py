"""Receiver addresses: which URLs and which IP addresses webhooks may be sent to.

A URL is chosen by people and its name is resolved by servers of others, so neither may lead into the network of the
platform. The rule is applied to what is connected to, and to a literal address when a URL is stored.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from domain.accounts import web_addresses
from domain.entities import entity
from domain.errors import InvalidInputError

_NAT64 = IPv6Network("64:ff9b::/96")
_REFUSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # the metadata of Azure, under a public address
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
_ALLOWED_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")  # tunnels and examples
)


@entity
class ReceiverRules:
    """What a receiver may be: in production https on public addresses, in development http on this machine too."""

    allows_local: bool


def checked_url(url: str, rules: ReceiverRules, *, field: str) -> str:
    """Return the URL in one spelling; raises InvalidInputError for one to which webhooks are never sent."""
    spelled = web_addresses.checked_url(url, field=field, allows_local=rules.allows_local)
    parts = urlsplit(spelled)
    if parts.fragment:
        raise InvalidInputError(
            f"{field} must not have a fragment, which no server sees; leave out what begins with #.",
            field=field,
        )
    host = parts.hostname or ""
    if host[:1].isdigit() or ":" in host:
        try:
            address = ip_address(host)
        except ValueError:  # a name that begins with a digit
            return spelled
        if not may_receive(address, rules):
            raise InvalidInputError(
                f"{field} must lead to a public address; name a host that others can reach.", field=field
            )
    return spelled


def may_receive(address: IPv4Address | IPv6Address, rules: ReceiverRules) -> bool:
    """Tell whether webhooks may be sent to an address."""
    meant = _unwrapped(address)
    if meant.is_loopback:
        return rules.allows_local
    if isinstance(meant, IPv4Address):
        return not any(meant in network for network in _REFUSED_V4)
    return meant in _ALLOWED_V6 and not any(meant in network for network in _REFUSED_V6)


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 address stands for: a mapped one, or one behind NAT64 (RFC 6052)."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else address
