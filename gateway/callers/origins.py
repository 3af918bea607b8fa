"""Origins: whose pages may send requests, read responses and use the cookie; each refused one is logged."""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable

import structlog

SETTING = "QUESTPATH_ORIGINS"
"""The setting that allows an origin."""
LOGGED_EVERY_S = 60.0
"""How often the refusal of one origin is logged; a page that is refused tries again and again."""
_MOST_LOGGED = 100
_LONGEST = 200
_ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?P<port>:[1-9][0-9]{0,4})?")
_LOOPBACK = re.compile(rb"https?://(?:localhost|127\.0\.0\.1)(?::[1-9][0-9]{0,4})?")
_log = structlog.get_logger("gateway.callers.origins")

Headers = dict[bytes, bytes]


def origin(text: str) -> str:
    """Return an origin that is written as browsers write it; raises ValueError for others, which would never match."""
    found = _ORIGIN.fullmatch(text)
    default = ":443" if text.startswith("https:") else ":80"
    if found is None or found["port"] == default:
        raise ValueError(
            "an origin is a scheme and a host in lower case, and a port only if it is not the default"
        )
    return text


def readable(headers: Headers) -> str | None:
    """Return the page's origin for a message; None if there is none, or if it is not written as browsers write it."""
    text = headers.get(b"origin", b"").decode("latin-1")
    return text if len(text) <= _LONGEST and _ORIGIN.fullmatch(text) else None


class Origins:
    """The gateway's own origin and the allowed others: those of the setting, and in development those of the machine.

    They are compared exactly, without patterns, and `null` is never one. With `loopback`, localhost and 127.0.0.1 are
    allowed on every port.
    """

    def __init__(
        self,
        named: Iterable[str] = (),
        *,
        loopback: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._named = frozenset(name.encode() for name in named)
        self._loopback = loopback
        self._clock = clock
        self._logged: OrderedDict[tuple[str, str], float] = OrderedDict()

    def allows(self, origin: bytes) -> bool:
        """Return whether pages of another origin may do what pages of our own may."""
        return origin in self._named or (self._loopback and _LOOPBACK.fullmatch(origin) is not None)

    def is_own(self, headers: Headers) -> bool:
        """Return whether the page is one of the host that it asks."""
        return headers.get(b"origin", b"").partition(b"://")[2] == headers.get(b"host", b"-")

    def log_refusal(self, headers: Headers, *, what: str) -> None:
        """Log that a page was refused, with its origin and the setting; once a minute for each."""
        name = readable(headers) or "unreadable"
        now = self._clock()
        last = self._logged.get((name, what))
        if last is not None and now - last < LOGGED_EVERY_S:
            return
        self._logged[name, what] = now
        self._logged.move_to_end((name, what))
        if len(self._logged) > _MOST_LOGGED:
            self._logged.popitem(last=False)
        _log.warning("origin_refused", origin=name, refused=what, setting=SETTING)
