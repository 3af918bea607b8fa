"""Fakes: stores in memory, kept honest by the suites that run over them and the real ones alike."""

from datetime import datetime, timedelta

from domain.users import Viewer


class FakePasswords:
    """Hashes that can be read; the real hasher has a test of its own."""

    async def hash(self, password: str) -> str:
        return f"hash of: {password}"

    async def verify(self, password_hash: str | None, password: str) -> bool:
        return password_hash is not None and password_hash.removeprefix("old ") == f"hash of: {password}"

    def is_outdated(self, password_hash: str) -> bool:
        return password_hash.startswith("old ")

    def is_common(self, password: str) -> bool:
        return password in {"password", "correct horse battery staple"}


class FakeTokens:
    """Tokens that can be read; the real ones have a test of their own."""

    def issue(self, viewer: Viewer, *, now: datetime, until: datetime | None = None) -> tuple[str, datetime]:
        return f"token of {viewer.user_id}", now + timedelta(minutes=15)
