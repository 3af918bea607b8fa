"""Replica: one server that follows the primary, with its connections, and whether it is recent enough for reads."""

from collections import Counter
from enum import Enum
from math import inf
from typing import Any

import asyncpg
import structlog

from persistence.connection_lender import Lender

_log = structlog.get_logger("persistence.replicas")


class Absence(Enum):
    """Why a replica gets no reads, as the log, the metrics and the report name it."""

    UNKNOWN = "not_asked_yet"
    AWAY = "does_not_answer"
    LATE = "late"
    PAUSED = "paused"
    PROMOTED = "promoted"
    FOREIGN = "another_cluster"
    TIMELINE = "another_timeline"


class ReplicaRun:
    """A replica between two losses of it; after a loss it may show less than before."""

    __slots__ = ("is_over", "replica")

    def __init__(self, replica: "Replica") -> None:
        self.replica = replica
        self.is_over = False


class Replica:
    """A replica; `name` is its host and port.

    It shows every commit from before `fresh_until`, by this process' clock, and gets reads while `absence` is None.
    """

    def __init__(self, name: str, lender: Lender) -> None:
        self.name = name
        self.lender = lender
        self.run = ReplicaRun(self)
        self.fresh_until = -inf
        self.absence: Absence | None = Absence.UNKNOWN
        self.lent: set[asyncpg.Connection[Any]] = set()
        self.reads = 0
        self.fallbacks: Counter[str] = Counter()

    def stay(self, fresh_until: float) -> None:
        """Give it reads from now on."""
        self.fresh_until = fresh_until
        if self.absence is not None:
            _log.info("replica_used", replica=self.name)
        self.absence = None

    def leave(self, absence: Absence, fresh_until: float = -inf) -> None:
        """Give it no reads until it stays again."""
        self.fresh_until = fresh_until
        if self.absence is not absence:
            _log.warning("replica_left_out", replica=self.name, reason=absence.value)
        self.absence = absence

    def lose(self) -> None:
        """Leave it out as a server that does not answer, and break its connections, so that no read waits for it."""
        self.run.is_over = True
        self.run = ReplicaRun(self)
        self.leave(Absence.AWAY)
        for connection in list(self.lent):
            connection.terminate()
        self.lender.pool.renew()
