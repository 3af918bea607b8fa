"""Connection lifetimes: how long a connection is kept, when it is checked before it is lent, and how it is closed."""

from time import monotonic
from typing import Any, NamedTuple

import asyncpg

from persistence.postgres_refusals import FAILURES

LONGEST_IDLE_S = 300.0
LONGEST_LIFE_S = 1_800.0
CHECK_AFTER_S = 30.0
CHECK_PATIENCE_S = 2.0
"""How many seconds a connection may take to answer a check."""
_CLOSE_TIMEOUT_S = 5.0


class Lifetimes(NamedTuple):
    """How long connections are kept.

    `longest_idle_s`: a connection beyond the usual ones that stays idle for so long is closed, before twice as many
    seconds pass. `longest_life_s`: one older than this is closed when it comes back, because a backend's caches only
    grow. `check_after_s`: one that was idle for so long, or up to twice as long, is checked before it is lent.
    """

    longest_idle_s: float = LONGEST_IDLE_S
    longest_life_s: float = LONGEST_LIFE_S
    check_after_s: float = CHECK_AFTER_S


class Ages:
    """When the connections of a pool were opened, and which of them are too old to be lent again."""

    def __init__(self, longest_life_s: float) -> None:
        self.expired: set[asyncpg.Connection[Any]] = set()
        self._longest_life_s = longest_life_s
        self._opened_at: dict[asyncpg.Connection[Any], float] = {}

    def begin(self, connection: "asyncpg.Connection[Any]") -> None:
        """Count the age of a connection from now."""
        self._opened_at[connection] = monotonic()

    def end(self, connection: "asyncpg.Connection[Any]") -> None:
        """Forget a connection that is closed."""
        self._opened_at.pop(connection, None)
        self.expired.discard(connection)

    def expire_old(self) -> None:
        """Note which connections have become too old."""
        last_opened = monotonic() - self._longest_life_s
        self.expired |= {
            connection for connection, opened_at in self._opened_at.items() if opened_at <= last_opened
        }

    def expire_all(self) -> None:
        """Note that no connection is to be lent again."""
        self.expired |= self._opened_at.keys()


async def answers(connection: "asyncpg.Connection[Any]") -> bool:
    """Tell whether the server answers on a connection within `CHECK_PATIENCE_S`."""
    try:
        await connection.execute("SELECT 1", timeout=CHECK_PATIENCE_S)
    except FAILURES:
        return False
    return True


async def close(connection: "asyncpg.Connection[Any]") -> None:
    """Close a connection, whose server may be gone."""
    try:
        await connection.close(timeout=_CLOSE_TIMEOUT_S)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()
