"""Secrets of links: how one is made, and the digest by which it is found."""

import base64
import hashlib
from collections.abc import Callable

_BYTES = 32


def new_secret(mark: str, randomness: Callable[[int], bytes]) -> str:
    """Return a secret of 256 random bits after a mark, by which scanners recognise one that was published."""
    return mark + base64.urlsafe_b64encode(randomness(_BYTES)).rstrip(b"=").decode()


def digest(secret: str) -> str:
    """Return the stored digest of a secret; with 256 random bits one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
