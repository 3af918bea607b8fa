"""Request info: where a request comes from, whether its page may use cookies, and the refresh token's cookie."""

import math
import re
from collections.abc import Sequence
from datetime import datetime

from starlette.types import Scope

from gateway.callers.client_addresses import Network, client_address
from gateway.callers.origins import Headers, Origins, readable
from gateway.callers.user_agents import device_name
from resolvers.request_info import RequestInfo

COOKIE = "__Host-questpath-refresh"
"""The prefix binds the cookie to this host and to TLS: no subdomain can set it (RFC 6265bis, section 4.1.3.2)."""
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"
_TOKEN = re.compile(r"[0-9a-f]{64}")
_COOKIE_BYTES = COOKIE.encode()
_PLAIN = re.compile(rb"http://(?!(?:(?:[a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$)")
"""An origin without TLS that is not this machine's own."""
_OTHER_SITE = (
    "The browser would drop the cookie, because this page is of another site than the gateway (localhost and "
    "127.0.0.1 are two sites): open both under one site, or take the token by PAYLOAD."
)
_NOT_SECURE = (
    "The browser would drop the cookie, because this page is not served by https: serve page and gateway by https "
    "(localhost needs none), or take the token by PAYLOAD."
)


class RequestInfoReader:
    """Reads requests; knows the trusted proxies and the other origins whose pages may use cookies."""

    def __init__(self, origins: Origins | None = None, proxies: Sequence[Network] = ()) -> None:
        self.origins = origins or Origins()
        self._proxies = proxies

    def of_request(self, scope: Scope, headers: Headers) -> RequestInfo:
        """Describe an HTTP request."""
        return RequestInfo(
            address=client_address(scope, self._proxies),
            device=_device(headers),
            takes_cookies=True,
            same_origin=self.is_same_origin(headers),
            origin=readable(headers),
            cookie_obstacle=cookie_obstacle(headers),
            refresh_cookie=refresh_cookie(headers.get(b"cookie", b"").decode("latin-1")),
        )

    def of_websocket(self, scope: Scope, headers: Headers) -> RequestInfo:
        """Describe an operation over a websocket, which neither reads nor sets a cookie."""
        address = client_address(scope, self._proxies)
        return RequestInfo(address=address, device=_device(headers), transport="websocket")

    def is_same_origin(self, headers: Headers) -> bool:
        """Return whether no page of another origin sent the request.

        A browser sends the page's origin with every POST, or at least its relation to ours (Sec-Fetch-Site). A client
        that sends neither is not a browser, so no page can make it send cookies.
        """
        origin = headers.get(b"origin")
        if origin is None:
            return headers.get(b"sec-fetch-site", b"none") in {b"same-origin", b"none"}
        return self.origins.allows(origin) or self.origins.is_own(headers)

    def is_cross_site(self, headers: Headers) -> bool:
        """Return whether a page of another origin sent the request and the browser added the cookie."""
        cookies = headers.get(b"cookie")
        return cookies is not None and _COOKIE_BYTES in cookies and not self.is_same_origin(headers)


def cookie_obstacle(headers: Headers) -> str | None:
    """Return why the browser would drop a cookie that the response sets, and what to change; None if it keeps it."""
    if headers.get(b"sec-fetch-site") == b"cross-site":
        return _OTHER_SITE
    return _NOT_SECURE if _PLAIN.match(headers.get(b"origin", b"")) else None


def refresh_cookie(header: str) -> str | None:
    """Return the refresh token of a Cookie header, or None if it is missing, doubled or malformed."""
    found = [
        value
        for name, _, value in (pair.strip(" ").partition("=") for pair in header.split(";"))
        if name == COOKIE
    ]
    return found[0] if len(found) == 1 and _TOKEN.fullmatch(found[0]) else None


def cookie_headers(request: RequestInfo | None, *, now: datetime) -> list[tuple[bytes, bytes]]:
    """Return the header that sets or clears the cookie, if the operation asked for it."""
    if request is None or request.new_cookie is None:
        return []
    left = 0 if request.cookie_ends_at is None else math.ceil((request.cookie_ends_at - now).total_seconds())
    value = f"{COOKIE}={request.new_cookie}; Max-Age={max(0, left)}; {_ATTRIBUTES}"
    return [(b"set-cookie", value.encode())]


def _device(headers: Headers) -> str | None:
    return device_name(headers.get(b"user-agent", b"").decode("latin-1"))
