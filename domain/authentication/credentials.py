"""Credentials of an account: its e-mail address and password hash."""

from typing import Protocol

from domain.entities import entity
from domain.errors import NotFoundError
from domain.ids import UserId


@entity
class Credentials:
    """What a user signs in with; an account without a password signs in with a provider."""

    user_id: UserId
    handle: str
    email: str
    email_verified: bool
    password_hash: str | None


class CredentialStore(Protocol):
    """Addresses and password hashes of accounts."""

    async def by_email(self, email: str) -> Credentials | None:
        """Return the credentials with this address, which is in lower case."""

    async def by_id(self, user_id: UserId) -> Credentials | None:
        """Return the credentials of the account."""

    async def lock(self, user_id: UserId) -> Credentials | None:
        """Return the credentials of the account and lock them until the transaction ends."""

    async def set_password(self, user_id: UserId, password_hash: str) -> None:
        """Replace the password."""

    async def rehash(self, user_id: UserId, *, old: str, new: str) -> None:
        """Replace a hash by another of the same password, unless the password has changed meanwhile."""

    async def set_verified_email(self, user_id: UserId, email: str) -> None:
        """Set an address that was verified; raises EmailTakenError."""

    async def free_handle(self, candidates: list[str]) -> str | None:
        """Return the first of the handles that is free, as a hint; storing the user decides."""


async def existing(store: CredentialStore, user_id: UserId) -> Credentials:
    """Return the credentials of the account; raises NotFoundError."""
    credentials = await store.by_id(user_id)
    if credentials is None:
        raise NotFoundError("There is no such user.")
    return credentials


def masked(email: str) -> str:
    """Return the address as the audit log may store it, like `a***@example.org`."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}***@{domain}"
