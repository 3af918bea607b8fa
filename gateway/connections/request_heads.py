"""Request heads: rejects those that proxies could parse differently (request smuggling, RFC 9112) or are too large."""

import httptools

from gateway.connections.refusals import RefusedError, RequestRefusal
from gateway.settings.connection_bounds import HEADER_BYTES, MOST_HEADERS, QUERY_BYTES, TARGET_BYTES

RARE = frozenset({b"expect", b"transfer-encoding", b"upgrade"})
"""Headers that make `inspect` necessary."""
_PER_LINE = len(": \r\n")
_ORIGIN, _HEALTH = b"/", (b"/health/", b"/health?")
_VERSIONS = {"1.1", "1.0"}

Headers = list[tuple[bytes, bytes]]


def inspect(version: str, method: bytes, target: bytes, headers: Headers, *, hosts: frozenset[bytes]) -> bool:
    """Refuse a head that is too large, ambiguous, or for another host; raises RefusedError. Empty `hosts` allow any.

    Return whether later heads with this Host need no inspection: `/health` and paths under it are served for any host.
    """
    if version not in _VERSIONS:
        raise RefusedError(RequestRefusal.VERSION)
    if method == b"CONNECT":
        raise RefusedError(RequestRefusal.NO_TUNNEL)
    _check_sizes(method, target, headers)
    named = dict(headers)
    if named.get(b"expect", b"100-continue").lower() != b"100-continue":
        raise RefusedError(RequestRefusal.EXPECTATION)
    coding = named.get(b"transfer-encoding")
    if coding is not None and (coding.lower() != b"chunked" or version == "1.0"):
        raise RefusedError(RequestRefusal.CODING)
    if b"upgrade" in named and (coding is not None or named.get(b"content-length", b"0") != b"0"):
        raise RefusedError(RequestRefusal.UPGRADE)
    host = _host(version, headers)
    path = _path(target, host)
    is_served = not hosts or _name(host) in hosts
    if not is_served and path != b"/health" and not path.startswith(_HEALTH):
        raise RefusedError(RequestRefusal.MISDIRECTED)
    return is_served


def _check_sizes(method: bytes, target: bytes, headers: Headers) -> None:
    path, _, query = target.partition(b"?") if method == b"GET" else (target, b"", b"")
    if len(path) > TARGET_BYTES or len(query) > QUERY_BYTES:
        raise RefusedError(RequestRefusal.TARGET)
    size = sum(len(name) + len(value) + _PER_LINE for name, value in headers)
    if len(headers) > MOST_HEADERS or size > HEADER_BYTES:
        raise RefusedError(RequestRefusal.HEADERS)


def _host(version: str, headers: Headers) -> bytes:
    """Return the only Host; HTTP/1.0 may have none."""
    found = [value for name, value in headers if name == b"host"]
    if not found and version == "1.0":
        return b""
    if len(found) != 1 or not found[0] or b"," in found[0] or b"/" in found[0] or b"@" in found[0]:
        raise RefusedError(RequestRefusal.NO_HOST)
    return found[0]


def _path(target: bytes, host: bytes) -> bytes:
    """Return the path of a target; an absolute target has to name the same host."""
    if target.startswith(_ORIGIN) or target == b"*":
        return target
    try:
        url = httptools.parse_url(target)
    except httptools.HttpParserInvalidURLError:
        raise RefusedError(RequestRefusal.MALFORMED) from None
    path: bytes | None = url.path
    userinfo: bytes | None = url.userinfo
    if url.schema not in {b"http", b"https"} or not path:
        raise RefusedError(RequestRefusal.MALFORMED)
    authority = url.host + (b":%d" % url.port if url.port is not None else b"")
    if userinfo is not None or (host and authority.lower() != host.lower()):
        raise RefusedError(RequestRefusal.OTHER_TARGET)
    return path


def _name(host: bytes) -> bytes:
    """Return a Host without its port, an IPv6 address without its brackets."""
    if host.startswith(b"["):
        return host[1:].partition(b"]")[0].lower()
    return host.partition(b":")[0].lower()
