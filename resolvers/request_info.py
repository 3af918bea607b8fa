"""Request info: the client address, device, transport and cookies of a request."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

_V4_SHOWN = 24
_V6_SHOWN = 48


class RefreshDelivery(Enum):
    """How a client gets its refresh token."""

    PAYLOAD = "PAYLOAD"
    COOKIE = "COOKIE"


@dataclass(slots=True)
class RequestInfo:
    """What the gateway knows of the request, and the cookie that its response sets.

    `device` is a readable name like "Firefox on Linux". `same_origin` is False for a page of an `origin` that may not
    use cookies here. `cookie_obstacle` is why the browser would drop a cookie, if it would. `new_cookie` is the refresh
    token to set until `cookie_ends_at`, or empty to clear the cookie.
    """

    address: str | None = None
    device: str | None = None
    transport: str = "http"
    takes_cookies: bool = False
    same_origin: bool = True
    origin: str | None = None
    cookie_obstacle: str | None = None
    refresh_cookie: str | None = None
    new_cookie: str | None = None
    cookie_ends_at: datetime | None = None

    def set_cookie(self, token: str, *, until: datetime) -> None:
        """Set the refresh token as a cookie of the response."""
        self.new_cookie, self.cookie_ends_at = token, until

    def clear_cookie(self) -> None:
        """Clear the cookie with the refresh token, if the request carried it."""
        if self.refresh_cookie is not None:
            self.new_cookie, self.cookie_ends_at = "", None

    @property
    def masked_address(self) -> str | None:
        """The network of the caller's address: the first 24 bits of IPv4, the first 48 of IPv6."""
        if self.address is None:
            return None
        address = ipaddress.ip_address(self.address)
        shown = _V4_SHOWN if address.version == 4 else _V6_SHOWN  # noqa: PLR2004 - the version of the protocol
        return str(ipaddress.ip_network((address, shown), strict=False))


def foreign_origin(origin: str | None) -> str:
    """Return that a page of another origin may not use the cookie, and what to change."""
    return (
        f"Pages of {origin or 'this origin'} may not use the session's cookie: add the origin to the setting "
        "QUESTPATH_ORIGINS, and let a proxy in between pass Host unchanged."
    )
