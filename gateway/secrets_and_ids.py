"""Secrets, identifiers and the clock, which the layers below get as arguments."""

import hashlib
import os
import time
from datetime import UTC, datetime

from domain import ids


def derived(secret: str, purpose: str) -> bytes:
    """Derive a key for one purpose from a secret of the settings."""
    return hashlib.blake2b(secret.encode(), person=purpose.encode()[:16], digest_size=32).digest()


def mint(prefix: str) -> str:
    """Return a new identifier, made from the clock and the system's randomness."""
    return ids.compose(prefix, milliseconds=time.time_ns() // 1_000_000, randomness=os.urandom(10))


def now() -> datetime:
    """Return the current moment in UTC."""
    return datetime.now(UTC)
