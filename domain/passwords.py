"""Passwords: what is strong enough, and the port to the hasher."""

import unicodedata
from typing import Protocol

from domain.errors import DomainError, InvalidInputError

SHORTEST = 12
LONGEST = 128
_FEWEST_DIFFERENT = 5


class WeakPasswordError(DomainError):
    """The password is too easy to guess."""

    code = "WEAK_PASSWORD"


class Passwords(Protocol):
    """Hashes and verifies off the event loop."""

    async def hash(self, password: str) -> str:
        """Return an Argon2id hash with its parameters and salt."""

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Compare; without a hash do the same work and return False."""


def checked_password(password: str, *, email: str) -> str:
    """Return the password in NFKC when it has 12 to 128 characters and is not plainly guessable.

    No composition rules (NIST SP 800-63B, section 3.1.1.2): length and unpredictability count.
    """
    if len(password) > 4 * LONGEST:
        raise InvalidInputError(f"password may hold at most {LONGEST} characters.", field="password")
    password = normal(password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPasswordError(
            f"password must hold {SHORTEST} to {LONGEST} characters; a sentence is easy to remember.",
            field="password",
        )
    folded = password.casefold()
    if len(set(folded)) < _FEWEST_DIFFERENT or folded == email.strip().casefold():
        raise WeakPasswordError(
            "This password is easy to guess; use more different characters and not your e-mail.",
            field="password",
        )
    return password


def normal(password: str) -> str:
    """Return the password in NFKC, so that every keyboard's spelling of it is the same; longer ones are cut."""
    return unicodedata.normalize("NFKC", password[: 4 * LONGEST])
