"""Chaotic lender: lends connections late, or not at all, or such that die in use, as its switches say."""

import asyncio
from collections.abc import Callable
from random import SystemRandom
from typing import Any

import asyncpg

from domain.errors import UnavailableError
from gateway.settings.chaos import Chaos
from persistence.bulkheads import Bulkheads
from persistence.connection_lender import BUSY, Lender
from persistence.connection_pool import Pool

_random = SystemRandom()


class ChaoticLender(Lender):
    """A lender with failures on purpose; the switches may change at any time. Never used in production."""

    def __init__(
        self,
        pool: Pool,
        bulkheads: Bulkheads,
        *,
        chaos: Chaos,
        chance: Callable[[], float] = _random.random,
    ) -> None:
        super().__init__(pool, bulkheads)
        self.chaos = chaos
        self._chance = chance

    async def borrow(self) -> "asyncpg.Connection[Any]":
        """Borrow a connection, late where there is latency; of the errors, half are connections that die in use."""
        if self.chaos.latency_s:
            await asyncio.sleep(self.chaos.latency_s)
        if self.chaos.is_pool_full:
            raise UnavailableError(BUSY)
        drawn = self._chance()
        if drawn < self.chaos.errors / 2:
            raise UnavailableError(BUSY)
        connection = await super().borrow()
        if drawn < self.chaos.errors:
            connection.terminate()
        return connection
