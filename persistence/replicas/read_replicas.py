"""Read replicas: which server an operation reads, so that no user reads less than they changed or saw before."""

from collections.abc import Callable, Sequence
from math import inf
from time import monotonic
from typing import NamedTuple
from zlib import crc32

from domain.ids import UserId
from persistence.replicas.readers import Readers
from persistence.replicas.recent_writers import RecentWriters
from persistence.replicas.replica import Absence, Replica, ReplicaRun

LATE_S = 1.0


class ReplicaState(NamedTuple):
    """What is known of a replica: its lag is the time since the last moment whose commits it is known to show.

    The lag is None where no such moment is known.
    """

    name: str
    absence: Absence | None
    lag_s: float | None


class ReadReplicas:
    """The replicas of one database. `primary_reads` counts the reads that went to the primary.

    A user reads the same replica in every process, and while that is left out the next one. A replica is read only if
    it shows every commit from before `late_s` seconds ago, and all that the user has changed or seen in this process.
    """

    def __init__(
        self,
        replicas: Sequence[Replica],
        writers: RecentWriters | None = None,
        *,
        late_s: float = LATE_S,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.all = replicas
        self.readers = Readers(late_s, clock)
        self.primary_reads = 0
        self.writers = writers
        self._late_s = late_s
        self._clock = clock
        self._turn = 0

    async def route(self, user: UserId | None) -> ReplicaRun | None:
        """Return the replica that a query of the user reads, None for the primary; an anonymous one reads any."""
        if user is None:
            return self._next()
        chosen = self._of(user)
        if chosen is not None and self.writers is not None and await self.writers.may_include(user):
            return None
        return chosen

    async def wrote(self, user: UserId) -> None:
        """Note, before the user hears of it, that they have changed something."""
        self.readers.note(user)
        if self.writers is not None:
            await self.writers.note(user)

    @property
    def states(self) -> list[ReplicaState]:
        """The state of each replica, for metrics and reports."""
        now = self._clock()
        return [
            ReplicaState(
                each.name, each.absence, None if each.fresh_until == -inf else now - each.fresh_until
            )
            for each in self.all
        ]

    def _of(self, user: UserId) -> ReplicaRun | None:
        seed = crc32(user.encode())
        present = [replica for replica in self.all if replica.absence is None]
        replica = max(present, key=lambda each: crc32(each.name.encode(), seed), default=None)
        if replica is None or replica.fresh_until <= self.readers.floor(user, replica.run):
            return None
        return self._recent(replica)

    def _next(self) -> ReplicaRun | None:
        """Return the next replica in turn that is recent enough."""
        for _ in self.all:
            self._turn = (self._turn + 1) % len(self.all)
            replica = self.all[self._turn]
            if replica.absence is None and (run := self._recent(replica)) is not None:
                return run
        return None

    def _recent(self, replica: Replica) -> ReplicaRun | None:
        """Return the run of a replica that is still recent, also where the watch is held up."""
        return replica.run if replica.fresh_until >= self._clock() - self._late_s else None
