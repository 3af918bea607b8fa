"""Passwords: the rules for new ones, and the port to the hasher."""

import unicodedata
from typing import Protocol

from domain.authentication.password_strength import is_guessable
from domain.errors import DomainError, InvalidInputError

SHORTEST = 12
LONGEST = 128
_FEWEST_DIFFERENT = 5
_SHORTEST_WORD = 4
_PLATFORM = "questpath"


class WeakPasswordError(DomainError):
    """The password is too easy to guess."""

    code = "WEAK_PASSWORD"


class BusyError(DomainError):
    """Too many passwords wait to be checked; try again in a few seconds."""

    code = "SERVICE_DEGRADED"


class Passwords(Protocol):
    """Hashes and verifies off the event loop; raises BusyError if too many calls are waiting."""

    async def hash(self, password: str) -> str:
        """Return an Argon2id hash with its parameters and salt."""

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Compare a password with a hash; without a hash, do the same work and return False."""

    def is_outdated(self, password_hash: str) -> bool:
        """Tell whether the hash was made with other parameters than the current ones."""

    def is_common(self, password: str) -> bool:
        """Tell whether the password, in lower case, is one of the common and breached ones."""


def checked_password(
    password: str, *, email: str, handle: str, passwords: Passwords, field: str = "password"
) -> str:
    """Return the password in NFKC if it has 12 to 128 characters and is not easy to guess.

    No composition rules (NIST SP 800-63B, section 3.1.1.2): length and unpredictability count.
    """
    if len(password) > 4 * LONGEST:
        raise InvalidInputError(f"{field} may have at most {LONGEST} characters.", field=field)
    password = normal(password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPasswordError(
            f"{field} must have {SHORTEST} to {LONGEST} characters; a sentence is easy to remember.",
            field=field,
        )
    folded = password.casefold()
    words = _words_of_account(email, handle)
    if len(set(folded)) < _FEWEST_DIFFERENT or is_guessable(
        folded, lambda text: text in words or passwords.is_common(text)
    ):
        raise WeakPasswordError(
            "This password is easy to guess: it is common, was breached elsewhere or is close to your e-mail or "
            "handle; choose another, like a sentence.",
            field=field,
        )
    return password


def normal(password: str) -> str:
    """Return the password in NFKC, so that all keyboards spell it alike, cut to 512 characters."""
    return unicodedata.normalize("NFKC", password[: 4 * LONGEST])


def _words_of_account(email: str, handle: str) -> frozenset[str]:
    """Return the words that a guesser who knows the account would try first."""
    address = normal(email).strip().casefold()
    words = (address, address.partition("@")[0], handle.casefold(), _PLATFORM)
    return frozenset(word for word in words if len(word) >= _SHORTEST_WORD)
