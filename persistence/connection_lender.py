"""Connection lender: lends connections within the shares of the pool, and tells what their errors mean."""

from collections import Counter
from time import monotonic
from typing import Any

import asyncpg
import structlog

from domain.errors import UnavailableError
from persistence import postgres_refusals
from persistence.bulkheads import Bulkheads
from persistence.connection_pool import CHECK_EVERY_S, GROW_AFTER_S, Pool
from persistence.postgres_refusals import Reason
from persistence.statement_log import StatementLog

BUSY = "The database is overloaded; try again in a few seconds."
_LOG_EVERY_S = 60.0
_DEAD = frozenset({Reason.AWAY, Reason.REFUSED_LOGIN, Reason.READ_ONLY, Reason.DAMAGED})
"""After these a connection is closed."""
_log = structlog.get_logger("persistence.postgres")


class Lender:
    """Lends the connections of a pool; `refusals` counts what Postgres refused, by reason.

    `is_full` is set once Postgres had no space left, until whoever asks for it finds that there is some.
    `statement_log` is where statements are logged; None where they are not.
    """

    def __init__(self, pool: Pool, bulkheads: Bulkheads) -> None:
        self.statement_log: StatementLog | None = None
        self.pool = pool
        self.bulkheads = bulkheads
        self.refusals: Counter[Reason] = Counter()
        self.is_full = False
        self._logged_at: dict[Reason, float] = {}

    @property
    def excess_wait_s(self) -> float:
        """How many seconds something waits for a connection or a turn, beyond those after which the pool has grown."""
        longest = max(monotonic() - self.pool.longest_wait_began(), self.bulkheads.longest_wait_s)
        return max(0.0, longest - GROW_AFTER_S - CHECK_EVERY_S)

    async def borrow(self) -> "asyncpg.Connection[Any]":
        """Borrow a connection; raises UnavailableError if there is none to get."""
        try:
            return await self.pool.acquire()
        except TimeoutError as late:
            raise UnavailableError(BUSY) from late
        except Exception as error:
            self.raise_told(error)
            raise

    def give_back(self, connection: "asyncpg.Connection[Any]", error: BaseException | None) -> None:
        """Take a connection back after its use, which an error may have ended."""
        if error is None:
            self.pool.release(connection)
            return
        refusal = postgres_refusals.of(error)
        is_cut_off = not isinstance(error, Exception)
        self.pool.release(
            connection, unusable=is_cut_off or (refusal is not None and refusal.reason in _DEAD)
        )

    def raise_told(self, error: BaseException) -> None:
        """Raise what callers are told about a state of the server; return where the error is none."""
        refusal = postgres_refusals.of(error)
        if refusal is None:
            return
        self.refusals[refusal.reason] += 1
        self._log_refusal(refusal.reason, error)
        if refusal.reason is Reason.READ_ONLY:
            self.pool.renew()  # a new connection may reach the server that writes now
        self.is_full = self.is_full or refusal.reason is Reason.FULL
        raise postgres_refusals.told(refusal) from error

    def _log_refusal(self, reason: Reason, error: BaseException) -> None:
        now = monotonic()
        if now - self._logged_at.get(reason, -_LOG_EVERY_S) >= _LOG_EVERY_S:
            self._logged_at[reason] = now
            sqlstate = getattr(error, "sqlstate", None)
            _log.warning(
                "postgres_refused", reason=reason.value, sqlstate=sqlstate, error=type(error).__name__
            )
