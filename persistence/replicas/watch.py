"""Watch: asks the primary and each replica for their positions, and decides which replicas get reads."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import asyncpg

from persistence.postgres_refusals import FAILURES
from persistence.replicas import positions
from persistence.replicas.positions import LogHistory, Moments, Replayed
from persistence.replicas.replica import Absence, Replica

MOST_OFTEN_S = 0.25
"""How many seconds pass between two rounds; less where replicas may be late for less than four rounds."""
_PATIENCE_S = 1.0
Opener = Callable[[], Awaitable["asyncpg.Connection[Any]"]]


class Line:
    """A connection of the watch to one server, opened anew after a loss, of which `lost` hears."""

    def __init__(self, open_connection: Opener, lost: Callable[[], None] = lambda: None) -> None:
        self._open_connection = open_connection
        self._lost = lost
        self._connection: asyncpg.Connection[Any] | None = None

    async def ask(self, sql: str) -> asyncpg.Record:
        """Return the only row of a statement; raises one of FAILURES where the server does not answer in time."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                if self._connection is None or self._connection.is_closed():
                    self._connection = await self._open_connection()
                    self._connection.add_termination_listener(self._hear)
                row: asyncpg.Record | None = await self._connection.fetchrow(sql)
        except BaseException:
            self.close()
            raise
        assert row is not None  # noqa: S101 - neither statement has a FROM
        return row

    def close(self) -> None:
        """Break the connection, of which `lost` does not hear."""
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            connection.terminate()

    def _hear(self, connection: object) -> None:
        if connection is self._connection:
            self._lost()


class ReplicaWatch:
    """Looks at all servers in rounds; one round costs each server one statement.

    A replica is late where the last moment that it shows is more than `late_s` seconds ago.
    """

    def __init__(
        self,
        open_primary: Opener,
        replicas: Sequence[tuple[Replica, Opener]],
        *,
        late_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._primary = Line(open_primary)
        self._lines = [(replica, Line(opener, partial(replica.lose))) for replica, opener in replicas]
        self._late_s = late_s
        self._clock = clock
        self._moments = Moments()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        every_s = min(MOST_OFTEN_S, self._late_s / 4)
        try:
            while True:
                await self.look()
                await asyncio.sleep(every_s)
        finally:
            for line in [self._primary, *(line for _, line in self._lines)]:
                line.close()

    async def look(self) -> None:
        """Ask the primary, then all replicas at once."""
        asked_at = self._clock()
        try:
            system, timeline, position, segment = await self._primary.ask(positions.WRITTEN)
        except FAILURES:
            pass  # the replicas become late
        else:
            end = positions.end_of_record(position, segment)
            self._moments.add(asked_at, LogHistory(system, timeline), end)
        await asyncio.gather(*(self._look_at(replica, line) for replica, line in self._lines))

    async def _look_at(self, replica: Replica, line: Line) -> None:
        try:
            system, timeline, position, is_standby, is_paused = await line.ask(positions.REPLAYED)
        except FAILURES:
            replica.lose()
            return
        found = Replayed(LogHistory(system, timeline), position, is_standby, is_paused)
        fresh_until = self._moments.shown_by(position)
        absence = self._absence(found, fresh_until)
        if absence is None:
            replica.stay(fresh_until)
        else:
            replica.leave(absence, fresh_until)

    def _absence(self, found: Replayed, fresh_until: float) -> Absence | None:
        expected = self._moments.history
        if not found.is_standby:
            return Absence.PROMOTED
        if expected is None:
            return Absence.LATE
        if found.history.system != expected.system:
            return Absence.FOREIGN
        if found.history.timeline != expected.timeline:
            return Absence.TIMELINE
        if found.is_paused:
            return Absence.PAUSED
        return Absence.LATE if fresh_until < self._clock() - self._late_s else None
