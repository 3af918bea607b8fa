"""Local troubles: what this process sees of its breakers, its database and its signals."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from domain.dependency_table import DEPENDENCIES
from domain.service_status.causes import DATABASE_BUSY, DATABASE_FULL, SIGNALS_LOST
from domain.service_status.dependencies import BreakerState
from domain.service_status.parts import PartState, Trouble
from domain.signals import Signals
from gateway.service_status.circuit_breakers import CircuitBreakers
from persistence.connection_lender import Lender
from persistence.signals import RedisSignals

BUSY_FOR = timedelta(seconds=30)
"""How long the database counts as busy after it refused a statement."""
SIGNALS_MISSED_FOR = timedelta(seconds=2)
"""How long Redis may be lost until that counts; a connection is made again within half a second."""


class Sightings:
    """Since when each trouble has been seen without a break."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, PartState], datetime] = {}

    def update(
        self, seen: Mapping[str, PartState], *, now: datetime, patience: Mapping[str, timedelta]
    ) -> list[Trouble]:
        """Return the troubles that were seen for longer than the patience with their cause."""
        self._since = {item: self._since.get(item, now) for item in seen.items()}
        return [
            Trouble(cause=cause, state=state, since=since)
            for (cause, state), since in self._since.items()
            if now - since >= patience.get(cause, timedelta())
        ]


class LocalTroubles:
    """What this process sees; looking costs no I/O."""

    def __init__(self, breakers: CircuitBreakers, lender: Lender, signals: Signals) -> None:
        self._breakers = breakers
        self._lender = lender
        self._signals = signals
        self._sightings = Sightings()
        self._refused = 0
        self._busy_until: datetime | None = None

    def see(self, now: datetime) -> list[Trouble]:
        """Return the troubles of this moment."""
        seen = dict([*self._of_breakers(), *self._of_database(now), *self._of_signals()])
        return self._sightings.update(seen, now=now, patience={SIGNALS_LOST.name: SIGNALS_MISSED_FOR})

    def _of_breakers(self) -> Iterator[tuple[str, PartState]]:
        """Yield the dependencies that do not answer; where it has many servers, some of them still work."""
        self._breakers.forget_idle()
        for name, dependency in DEPENDENCIES.items():
            if self._breakers.is_open(dependency):
                yield name, PartState.DOWN
            elif any(
                self._breakers.count(dependency, state)
                for state in (BreakerState.OPEN, BreakerState.HALF_OPEN)
            ):
                yield name, PartState.DEGRADED

    def _of_database(self, now: datetime) -> Iterator[tuple[str, PartState]]:
        refused = sum(self._lender.bulkheads.refused.values())
        if refused > self._refused:
            self._refused, self._busy_until = refused, now + BUSY_FOR
        if self._busy_until is not None and now < self._busy_until:
            yield DATABASE_BUSY.name, PartState.DEGRADED
        if self._lender.is_full:
            yield DATABASE_FULL.name, PartState.DEGRADED

    def _of_signals(self) -> Iterator[tuple[str, PartState]]:
        if isinstance(self._signals, RedisSignals) and not self._signals.connected.is_set():
            yield SIGNALS_LOST.name, PartState.DEGRADED
