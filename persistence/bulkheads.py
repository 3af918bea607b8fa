"""Bulkheads: how many statements may touch a table at once, so that a locked one does not take every connection.

A statement costs an entry in a set while it runs. Its tables are looked at only while so many statements run that one
table could have its share.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable
from time import perf_counter
from typing import Protocol

import structlog

from domain.errors import UnavailableError
from persistence.postgres_refusals import LOCKED

SHARE = 0.5
"""The part of the connections that the statements on one table may hold."""
STUCK_AFTER_S = 0.5
"""How many seconds nothing moves on a table that has its share until further statements on it are refused."""
LONGEST_QUEUE = 1_000
"""How many statements of a process wait for their turn."""
TRANSACTIONS = "transactions"
"""The name of the queue of those that wait to begin a transaction."""
_CHECK_EVERY_S = 0.05
_LONGEST_WAIT_S = 5.0
_LOG_EVERY_S = 60.0
_log = structlog.get_logger("persistence.postgres")


class Touching(Protocol):
    """What touches tables."""

    @property
    def tables(self) -> frozenset[str]:
        """The tables that it reads, writes or refers to."""


class Running(Protocol):
    """What runs one statement at a time: the present one, and since when by `perf_counter`."""

    statement: Touching
    began: float


class Bulkheads:
    """The shares of one pool of connections.

    `most` statements may touch one table at once, and `most_transactions` transactions may be open: together one less
    than there are connections, from three on. So a locked table holds up to `most` connections by reads and the others
    by transactions, which wait for it only after they have locked something, and one is left. Turns are `given` in
    order: else what comes later would take them while their owners borrow a connection.
    """

    def __init__(self, largest: int, share: float = SHARE) -> None:
        self.most = max(1, int(largest * share))
        self.most_transactions = max(1, largest - self.most - 1) if share < 1 else largest
        self.running: set[Running] = set()
        self.transactions: set[Running] = set()
        self.given: Counter[str] = Counter()
        self.waiting: dict[str, deque[tuple[asyncio.Future[None], float]]] = {}
        self.refused: dict[str, int] = {}
        self._logged_at: dict[str, float] = {}
        self._next_check: asyncio.TimerHandle | None = None

    def full(self, statement: Touching) -> str | None:
        """Return a table of the statement that has its share; None if the statement may run."""
        for table in statement.tables:
            if self.is_full(table):
                return table
        return None

    def count_stuck(self, longer_than_s: float) -> int:
        """Return how many statements have run for longer than that."""
        latest = perf_counter() - longer_than_s
        return sum(each.began <= latest for each in self.running)

    @property
    def longest_wait_s(self) -> float:
        """How many seconds the longest waiter has waited, except for what is stuck."""
        began = [queue[0][1] for name, queue in self.waiting.items() if queue and not self._is_stuck(name)]
        return perf_counter() - min(began) if began else 0.0

    async def turn(self, name: str) -> None:
        """Wait until a statement on the table has ended, or a transaction; UnavailableError if none does soon.

        The turn is kept from all that come later, until `take` gives it up to be used.
        """
        if self._is_stuck(name) or sum(map(len, self.waiting.values())) >= LONGEST_QUEUE:
            raise self._refusal(name)
        turn = asyncio.get_running_loop().create_future()
        self.waiting.setdefault(name, deque()).append((turn, perf_counter()))
        if self._next_check is None:
            self._next_check = asyncio.get_running_loop().call_later(_CHECK_EVERY_S, self._check)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.take(name)
                self.pass_on([name])
            raise

    def take(self, name: str) -> None:
        """Take a turn that was given: without waiting, its holder must run, or pass it on."""
        self.given[name] -= 1
        if not self.given[name]:
            del self.given[name]

    def pass_on(self, names: Iterable[str]) -> None:
        """Give the turn on each of the tables to the longest waiter."""
        for name in names:
            queue = self.waiting.get(name)
            while queue:
                turn, _ = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    self.given[name] += 1
                    break

    def close(self) -> None:
        """Stop looking at those that wait."""
        if self._next_check is not None:
            self._next_check.cancel()

    def _users_of(self, name: str) -> list[Running]:
        if name == TRANSACTIONS:
            return list(self.transactions)
        return [each for each in self.running if name in each.statement.tables]

    def _most(self, name: str) -> int:
        return self.most_transactions if name == TRANSACTIONS else self.most

    def is_full(self, name: str) -> bool:
        """Tell whether a table has its share, or whether as many transactions are open as may be."""
        return len(self._users_of(name)) + self.given[name] >= self._most(name)

    def _is_stuck(self, name: str) -> bool:
        """Tell whether all that have the share have run their present statement for long."""
        latest = perf_counter() - STUCK_AFTER_S
        users = self._users_of(name)
        return len(users) >= self._most(name) and all(
            each in self.running and each.began <= latest for each in users
        )

    def _check(self) -> None:
        """Refuse those that wait for what is stuck, and give turns that were lost with cancelled waiters."""
        for name in list(self.waiting):
            queue = self.waiting[name]
            if not self.is_full(name):
                self.pass_on([name])
            latest = perf_counter() - (STUCK_AFTER_S if self._is_stuck(name) else _LONGEST_WAIT_S)
            while queue and (queue[0][0].done() or queue[0][1] <= latest):
                turn, _ = queue.popleft()
                if not turn.done():
                    turn.set_exception(self._refusal(name))
            if not queue:
                del self.waiting[name]
        loop = asyncio.get_running_loop()
        self._next_check = loop.call_later(_CHECK_EVERY_S, self._check) if self.waiting else None

    def _refusal(self, name: str) -> UnavailableError:
        self.refused[name] = self.refused.get(name, 0) + 1
        now = perf_counter()
        if name not in self._logged_at or now - self._logged_at[name] >= _LOG_EVERY_S:
            self._logged_at[name] = now
            _log.warning("statements_refused", table=name)
        return UnavailableError(LOCKED.message)
