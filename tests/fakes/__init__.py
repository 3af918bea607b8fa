"""Fakes: stores in memory, kept honest by the suites that run over them and the real ones alike."""

from datetime import datetime, timedelta

from domain.users import Viewer


class FakePasswords:
    """Hashes that can be read; the real hasher has a test of its own."""

    async def hash(self, password: str) -> str:
        return f"hash of: {password}"

    async def verify(self, password_hash: str | None, password: str) -> bool:
        return password_hash == f"hash of: {password}"


class FakeTokens:
    """Tokens that can be read; the real ones have a test of their own."""

    def issue(self, viewer: Viewer, *, now: datetime) -> tuple[str, datetime]:
        return f"token of {viewer.user_id}", now + timedelta(minutes=15)
