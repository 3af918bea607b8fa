"""Web addresses: links that open in a browser where a reader would expect it, in one spelling.

The WHATWG's URL standard lets a parser mend nearly everything: backslashes become slashes, tabs and line breaks vanish,
and what stands before an `@` is no host. Here an address is refused where a browser and a reader would differ about it,
and stored as the standard serialises it.
"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote

from domain import text
from domain.accounts.domain_names import HOST_LABEL, ascii_domain
from domain.errors import InvalidInputError

LONGEST_URL = 500
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[^/?#@:\[\]%]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?P<fragment>#.*)?",
    re.IGNORECASE,
)
_BACKSLASH = "\\"
_PORTS = {"https": 443, "http": 80}
"""The port of each scheme, which is left out of an address."""
_LAST_PORT = 65_535
_THIS_MACHINE = "localhost"
_DOT, _TWO_DOTS = {".", "%2e"}, {"..", ".%2e", "%2e.", "%2e%2e"}
_KEPT = "!$%&'()*+,-./:;=@_~|[]"
"""ASCII that a path keeps; the standard's sets of characters to encode are what is left out, for each part."""


def checked_url(url: str, *, field: str, allows_local: bool = False) -> str:
    """Return an absolute https URL of at most 500 characters as browsers write it; raises InvalidInputError.

    With `allows_local` it may also be http, and lead to `localhost`.
    """
    url = url.strip(" ")
    if len(url) > LONGEST_URL:
        raise InvalidInputError(f"{field} may hold at most {LONGEST_URL} characters.", field=field)
    if text.hides_something(url) or not url.isprintable() or " " in url or _BACKSLASH in url:
        raise InvalidInputError(
            f"{field} must not hold spaces, backslashes or hidden characters.", field=field
        )
    read = _URL.fullmatch(url)
    scheme = "" if read is None else read["scheme"].lower()
    host = None if read is None else _host(read["host"], allows_local=allows_local)
    port = int((read and read["port"]) or _PORTS.get(scheme, 0))
    if read is None or host is None or port > _LAST_PORT or (scheme == "http" and not allows_local):
        raise InvalidInputError(
            f"{field} must be an https address like https://example.org/path, without user name and password.",
            field=field,
        )
    spelled = f"{scheme}://{host}{'' if port == _PORTS[scheme] else f':{port}'}{_path(read['path'] or '/')}"
    spelled += quote(read["query"] or "", safe=f"{_KEPT.replace(chr(39), '')}?`{{}}^")
    spelled += quote(read["fragment"] or "", safe=f"{_KEPT}?#{{}}^")
    if len(spelled) > LONGEST_URL:
        raise InvalidInputError(
            f"{field} may hold at most {LONGEST_URL} characters when its letters are encoded.", field=field
        )
    return spelled


def _host(host: str, *, allows_local: bool) -> str | None:
    """Return a name in ASCII, or an IP address in its usual form; None for anything else."""
    if allows_local and host.lower() == _THIS_MACHINE:
        return _THIS_MACHINE
    try:
        if host.startswith("["):
            return f"[{IPv6Address(host[1:-1])}]"
        if host.replace(".", "").isdigit():
            return str(IPv4Address(host))
    except AddressValueError:
        return None
    return ascii_domain(host, HOST_LABEL)


def _path(path: str) -> str:
    """Return a path without dot segments, and with everything encoded that browsers encode in it."""
    kept: list[str] = []
    segments = path[1:].split("/")
    for place, segment in enumerate(segments):
        is_last = place == len(segments) - 1
        if segment.lower() in _TWO_DOTS:
            del kept[-1:]
        elif segment.lower() not in _DOT:
            kept.append(segment)
            continue
        if is_last:
            kept.append("")
    return quote("/" + "/".join(kept), safe=_KEPT)
