"""Holders: how whoever holds an account proves it, by password and by e-mail address."""

from typing import Protocol

from domain.entities import entity
from domain.ids import UserId


@entity
class Holder:
    """What proving who holds an account needs; one without a password signs in elsewhere."""

    user_id: UserId
    handle: str
    email: str
    email_verified: bool
    password_hash: str | None


class Holders(Protocol):
    """Addresses and password hashes of accounts."""

    async def by_email(self, email: str) -> Holder | None:
        """Return who signs in with the address, which is in lower case."""

    async def by_id(self, user_id: UserId) -> Holder | None:
        """Return the holder of the account."""

    async def hold(self, user_id: UserId) -> Holder | None:
        """Return the holder of the account and hold back every change of it until the transaction ends."""

    async def set_password(self, user_id: UserId, password_hash: str) -> None:
        """Replace the password."""

    async def rehash(self, user_id: UserId, *, old: str, new: str) -> None:
        """Replace a hash by another of the same password, unless the password changed meanwhile."""

    async def set_verified_email(self, user_id: UserId, email: str) -> None:
        """Set an address that was proven; raises EmailTakenError."""

    async def free_handle(self, candidates: list[str]) -> str | None:
        """Return the first of the handles that nobody has, as a hint; storing the user decides."""


def masked(email: str) -> str:
    """Return the address as the audit log may hold it, like `a***@example.org`."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}***@{domain}"
