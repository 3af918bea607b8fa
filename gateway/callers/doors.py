"""Doors: from where a request comes, whether its page may use cookies, and the one cookie there is."""

import math
import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from starlette.types import Scope

from gateway.callers.addresses import Network, client_address
from gateway.callers.devices import device_name
from resolvers.door import Door

COOKIE = "__Host-questpath-refresh"
"""The prefix binds the cookie to this host and to TLS: no subdomain can plant one (RFC 6265bis, section 4.1.3.2)."""
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"
_TOKEN = re.compile(r"[0-9a-f]{64}")
_NAMED = COOKIE.encode()

Headers = dict[bytes, bytes]


class Doorway:
    """Knows the origins whose pages may use cookies, beside the gateway's own, and the proxies it trusts."""

    def __init__(self, origins: frozenset[str] = frozenset(), proxies: Sequence[Network] = ()) -> None:
        self._origins = origins
        self._proxies = proxies

    def of_request(self, scope: Scope, headers: Headers) -> Door:
        """Describe the door of an HTTP request."""
        return Door(
            address=client_address(scope, self._proxies),
            device=_device(headers),
            takes_cookies=True,
            own_origin=self.is_own(headers),
            refresh_cookie=refresh_cookie(headers.get(b"cookie", b"").decode("latin-1")),
        )

    def of_socket(self, scope: Scope, headers: Headers) -> Door:
        """Describe the door of an operation over a websocket, which neither reads nor sets a cookie."""
        address = client_address(scope, self._proxies)
        return Door(address=address, device=_device(headers), transport="websocket")

    def is_own(self, headers: Headers) -> bool:
        """Tell whether no foreign page sent the request.

        A browser names the page's origin with every POST, or at least how far it is from ours; a client that names
        neither is no browser, and nobody's page makes it send cookies.
        """
        origin = headers.get(b"origin")
        if origin is None:
            return headers.get(b"sec-fetch-site", b"none") in {b"same-origin", b"none"}
        text = origin.decode("latin-1")
        return text in self._origins or _host(text) == headers.get(b"host", b"-").decode("latin-1")

    def is_trap(self, headers: Headers) -> bool:
        """Tell whether a foreign page sent the request and the browser added the cookie."""
        cookies = headers.get(b"cookie")
        return cookies is not None and _NAMED in cookies and not self.is_own(headers)


def refresh_cookie(header: str) -> str | None:
    """Return the refresh token of a Cookie header; None where it is missing, doubled or malformed."""
    found = [
        value
        for name, _, value in (pair.strip(" ").partition("=") for pair in header.split(";"))
        if name == COOKIE
    ]
    return found[0] if len(found) == 1 and _TOKEN.fullmatch(found[0]) else None


def answered_cookie(door: Door | None, *, now: datetime) -> list[tuple[bytes, bytes]]:
    """Return the header that sets or clears the cookie, where the operation wants it."""
    if door is None or door.new_cookie is None:
        return []
    left = 0 if door.cookie_ends_at is None else math.ceil((door.cookie_ends_at - now).total_seconds())
    value = f"{COOKIE}={door.new_cookie}; Max-Age={max(0, left)}; {_ATTRIBUTES}"
    return [(b"set-cookie", value.encode())]


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _device(headers: Headers) -> str | None:
    return device_name(headers.get(b"user-agent", b"").decode("latin-1"))
