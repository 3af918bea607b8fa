"""The door an operation came through: from where, by which transport, and whether a cookie may go back."""

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
class Door:
    """What the gateway knows of the request, and the cookie that its answer sets.

    `device` is a readable name like "Firefox on Linux". `own_origin` is False for a page of an origin that may not
    use cookies here. `new_cookie` is the refresh token to set until `cookie_ends_at`, empty to clear it.
    """

    address: str | None = None
    device: str | None = None
    transport: str = "http"
    takes_cookies: bool = False
    own_origin: bool = True
    refresh_cookie: str | None = None
    new_cookie: str | None = None
    cookie_ends_at: datetime | None = None

    def set_cookie(self, token: str, *, until: datetime) -> None:
        """Answer with the refresh token as a cookie."""
        self.new_cookie, self.cookie_ends_at = token, until

    def clear_cookie(self) -> None:
        """Remove the cookie with the refresh token, where the request carried it."""
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
