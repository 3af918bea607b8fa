"""What a handle, an e-mail address, a time zone and a link have to look like."""

import re
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from domain import text
from domain.errors import InvalidInputError

_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9_]{1,28})[a-z0-9]")
_EMAIL = re.compile(
    r"[^@\s\x00-\x1f\x7f\"(),:;<>\[\\\]]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)
_LONGEST_EMAIL = 254
_LONGEST_HANDLE = 30


def checked_handle(handle: str) -> str:
    """Return the handle in lower case when it is 3 to 30 letters a-z, digits and inner underscores."""
    handle = handle.lower() if len(handle) <= _LONGEST_HANDLE else ""
    if not _HANDLE.fullmatch(handle):
        raise InvalidInputError(
            "handle must be 3 to 30 letters a-z, digits or inner underscores.", field="handle"
        )
    return handle


def checked_email(email: str) -> str:
    """Return the address in lower case when it looks like one."""
    email = email.strip().lower() if len(email) <= _LONGEST_EMAIL else ""
    if not _EMAIL.fullmatch(email):
        raise InvalidInputError("email must be an address like name@example.org.", field="email")
    return email


def checked_time_zone(name: str) -> str:
    """Return the name when it is an IANA time zone that the tz database knows."""
    if name not in available_zones():
        raise InvalidInputError("timeZone must be an IANA name like Europe/Berlin.", field="timeZone")
    return name


def checked_url(url: str, *, field: str) -> str:
    """Return the address when it is an absolute https URL of at most 500 characters."""
    url = text.line(url, field=field, longest=500)
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or any(c.isspace() for c in url):
        raise InvalidInputError(f"{field} must be an https address.", field=field)
    return url


@cache
def available_zones() -> frozenset[str]:
    """Return the names of all IANA time zones."""
    return frozenset(available_timezones() - {"localtime", "Factory"})
