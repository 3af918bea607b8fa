"""Printout links: the address of one file, signed and for an hour."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.entities import entity
from domain.printouts.printouts import Printout

LINK_LIFETIME = timedelta(hours=1)
_LONGEST_NUMBER = 12


@entity
class PrintoutLink:
    """An address, and until when it works."""

    url: str
    expires_at: datetime


def link_of(printout: Printout, *, api_url: str, secret: bytes, now: datetime) -> PrintoutLink:
    """Return a link to the file for an hour, or until the file goes: its id, its expiry, and a signature over both.

    The id is that of one user's printout, so that the link leads to no file of another user's.
    """
    expires_at = min(now + LINK_LIFETIME, printout.expires_at)
    expires = int(expires_at.timestamp())
    path = f"/printouts/{printout.id}?expires={expires}&signature={_signature(printout.id, expires, secret)}"
    return PrintoutLink(url=f"{api_url.rstrip('/')}{path}", expires_at=expires_at)


def is_signed(
    printout_id: str, expires: str, signature: str, *, secrets: Sequence[bytes], now: datetime
) -> bool:
    """Tell whether a link was signed with any of the secrets and has not expired."""
    if not (expires.isascii() and expires.isdigit() and len(expires) <= _LONGEST_NUMBER):
        return False
    expected = [_signature(printout_id, int(expires), secret) for secret in secrets]
    return now.timestamp() < int(expires) and any(
        hmac.compare_digest(one.encode(), signature.encode()) for one in expected
    )


def _signature(printout_id: str, expires: int, secret: bytes) -> str:
    return hmac.new(secret, f"printout\0{printout_id}\0{expires}".encode(), hashlib.sha256).hexdigest()
