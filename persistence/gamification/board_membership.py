"""Board membership of suspended users, for the area of accounts, which does not know boards."""

from datetime import datetime

from domain.gamification.leaderboard_projection import signals_of
from domain.ids import UserId
from domain.signals import Signal
from persistence.database import SqlConnection
from persistence.gamification.leaderboard_projection import SqlProjection


class SqlBoardMembership:
    """Hides suspended users on the boards, and shows restored ones."""

    def __init__(self, connection: SqlConnection) -> None:
        self._projection = SqlProjection(connection)

    async def lock(self) -> None:
        """Keep the boards as they are until the commit."""
        await self._projection.lock()

    async def refresh(self, user_id: UserId, *, now: datetime) -> list[Signal]:
        """Follow a suspension or its end."""
        return signals_of(await self._projection.refresh(user_id, now=now))
