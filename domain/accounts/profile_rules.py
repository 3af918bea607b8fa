"""Profile rules: the form of handles and time zones."""

import re
from functools import cache
from zoneinfo import available_timezones

from domain.errors import InvalidInputError

_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9_]{1,28})[a-z0-9]")
_LONGEST_HANDLE = 30


def checked_handle(handle: str, *, field: str = "handle") -> str:
    """Return the handle in lower case if it has 3 to 30 letters a-z, digits and inner underscores."""
    handle = handle.lower() if len(handle) <= _LONGEST_HANDLE else ""
    if not _HANDLE.fullmatch(handle):
        raise InvalidInputError(
            f"{field} must be 3 to 30 letters a-z, digits or inner underscores.", field=field
        )
    return handle


def checked_time_zone(name: str) -> str:
    """Return the name if it is an IANA time zone of the tz database."""
    if name not in available_zones():
        raise InvalidInputError("timeZone must be an IANA name like Europe/Berlin.", field="timeZone")
    return name


@cache
def available_zones() -> frozenset[str]:
    """Return the names of all IANA time zones."""
    return frozenset(available_timezones() - {"localtime", "Factory"})
