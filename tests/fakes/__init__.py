"""Fakes: stores in memory; the same suites test them and the real stores."""

from datetime import datetime, timedelta

from domain.accounts.users import Viewer


class FakePasswords:
    """Readable hashes; the real hasher has its own test."""

    async def hash(self, password: str) -> str:
        return f"hash of: {password}"

    async def verify(self, password_hash: str | None, password: str) -> bool:
        return password_hash is not None and password_hash.removeprefix("old ") == f"hash of: {password}"

    def is_outdated(self, password_hash: str) -> bool:
        return password_hash.startswith("old ")

    def is_common(self, password: str) -> bool:
        return password in {"password", "correct horse battery staple"}


class FakeTokens:
    """Readable tokens; the real ones have their own test."""

    def issue(self, viewer: Viewer, *, now: datetime, until: datetime | None = None) -> tuple[str, datetime]:
        return f"token of {viewer.user_id}", now + timedelta(minutes=15)
