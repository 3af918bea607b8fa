"""Heads: whether the head of a request is one that everybody between client and gateway reads alike (RFC 9112)."""

import httptools

from gateway.connections.refusals import Refusal, RefusedError
from gateway.settings.bounds import HEADER_BYTES, MOST_HEADERS, QUERY_BYTES, TARGET_BYTES

RARE = frozenset({b"expect", b"transfer-encoding", b"upgrade"})
"""Headers for which a head is looked at closely."""
_PER_LINE = len(": \r\n")
_ORIGIN, _HEALTH = b"/", b"/health/"
_VERSIONS = {"1.1", "1.0"}

Headers = list[tuple[bytes, bytes]]


def inspect(version: str, method: bytes, target: bytes, headers: Headers, *, hosts: frozenset[bytes]) -> bool:
    """Refuse what is too large, ambiguous, or not for us; raises RefusedError. No `hosts` are any.

    Return whether the next head with this Host needs no closer look: the paths of health are served under any.
    """
    if version not in _VERSIONS:
        raise RefusedError(Refusal.VERSION)
    if method == b"CONNECT":
        raise RefusedError(Refusal.NO_TUNNEL)
    _measure(method, target, headers)
    named = dict(headers)
    if named.get(b"expect", b"100-continue").lower() != b"100-continue":
        raise RefusedError(Refusal.EXPECTATION)
    coding = named.get(b"transfer-encoding")
    if coding is not None and (coding.lower() != b"chunked" or version == "1.0"):
        raise RefusedError(Refusal.CODING)
    if b"upgrade" in named and (coding is not None or named.get(b"content-length", b"0") != b"0"):
        raise RefusedError(Refusal.UPGRADE)
    host = _host(version, headers)
    path = _path(target, host)
    is_served = not hosts or _name(host) in hosts
    if not is_served and not path.startswith(_HEALTH):
        raise RefusedError(Refusal.MISDIRECTED)
    return is_served


def _measure(method: bytes, target: bytes, headers: Headers) -> None:
    path, _, query = target.partition(b"?") if method == b"GET" else (target, b"", b"")
    if len(path) > TARGET_BYTES or len(query) > QUERY_BYTES:
        raise RefusedError(Refusal.TARGET)
    size = sum(len(name) + len(value) + _PER_LINE for name, value in headers)
    if len(headers) > MOST_HEADERS or size > HEADER_BYTES:
        raise RefusedError(Refusal.HEADERS)


def _host(version: str, headers: Headers) -> bytes:
    """Return the one Host; HTTP/1.0 knows none."""
    found = [value for name, value in headers if name == b"host"]
    if not found and version == "1.0":
        return b""
    if len(found) != 1 or not found[0] or b"," in found[0] or b"/" in found[0] or b"@" in found[0]:
        raise RefusedError(Refusal.NO_HOST)
    return found[0]


def _path(target: bytes, host: bytes) -> bytes:
    """Return the path of a target; an absolute one has to name the same host."""
    if target.startswith(_ORIGIN) or target == b"*":
        return target
    try:
        url = httptools.parse_url(target)
    except httptools.HttpParserInvalidURLError:
        raise RefusedError(Refusal.MALFORMED) from None
    path: bytes | None = url.path
    userinfo: bytes | None = url.userinfo
    if url.schema not in {b"http", b"https"} or not path:
        raise RefusedError(Refusal.MALFORMED)
    authority = url.host + (b":%d" % url.port if url.port is not None else b"")
    if userinfo is not None or (host and authority.lower() != host.lower()):
        raise RefusedError(Refusal.OTHER_TARGET)
    return path


def _name(host: bytes) -> bytes:
    """Return a Host without its port, an IPv6 address without its brackets."""
    if host.startswith(b"["):
        return host[1:].partition(b"]")[0].lower()
    return host.partition(b":")[0].lower()
