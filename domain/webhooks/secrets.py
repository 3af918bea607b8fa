"""Webhook secrets: what signs the deliveries of an endpoint, in the form of Standard Webhooks."""

import base64
from collections.abc import Callable
from typing import Protocol

_BYTES = 32


class Sealer(Protocol):
    """Encrypts secrets for the database, so that a copy of it signs nothing."""

    def seal(self, secret: str) -> bytes:
        """Return the encrypted secret."""

    def unseal(self, sealed: bytes) -> str:
        """Return the secret; raises UnsealableError."""


def new_secret(randomness: Callable[[int], bytes]) -> str:
    """Return a new secret: `whsec_` and 32 random bytes in base 64."""
    return "whsec_" + base64.b64encode(randomness(_BYTES)).decode()
