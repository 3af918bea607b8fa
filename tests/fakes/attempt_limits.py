"""Attempt limits in memory."""

from datetime import datetime

from domain.authentication.attempt_limits import AttemptLimit


class FakeAttemptLimits:
    """Moments of attempts in a dict."""

    def __init__(self) -> None:
        self.attempts: dict[str, list[datetime]] = {}
        self._ends: dict[str, datetime] = {}

    async def count(self, key: str, *, limit: AttemptLimit, now: datetime) -> datetime | None:
        counted = [at for at in self.attempts.get(key, []) if at > now - limit.window]
        if len(counted) >= limit.most:
            return min(counted) + limit.window
        self.attempts[key] = [*counted, now]
        self._ends[key] = now + limit.window
        return None

    async def take_back(self, key: str, *, at: datetime) -> None:
        if at in self.attempts.get(key, []):
            self.attempts[key].remove(at)

    async def rewrite(self, key: str) -> None:
        pass

    async def clear(self, key: str) -> None:
        self.attempts.pop(key, None)

    async def forget(self, *, now: datetime) -> None:
        for key in [key for key, ends_at in self._ends.items() if ends_at <= now]:
            self.attempts.pop(key, None)
