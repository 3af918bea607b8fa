"""Circuit breakers around services of others, in this process; purgatory keeps the state of each."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from purgatory.domain.model import CLOSED, HALF_OPENED, OPENED, Context

from domain.errors import DomainError
from domain.service_status.dependencies import BreakerState, Dependency, Postpone, fallback_error

MOST_BREAKERS = 1_000
"""How many breakers with failures a process keeps; the oldest goes first."""
TRIED = timedelta(seconds=5)
"""When to come back while another call tries a service that did not answer."""
IDLE_S = 900.0
"""A breaker whose service nobody has called for so many seconds since it could be tried again is forgotten."""
_STATES = {
    CLOSED: BreakerState.CLOSED,
    OPENED: BreakerState.OPEN,
    HALF_OPENED: BreakerState.HALF_OPEN,
}
_log = structlog.get_logger("gateway.service_status.circuit_breakers")


class _Breaker:
    """The breaker of one service."""

    __slots__ = ("called_at", "calls", "context", "dependency", "is_tried", "key", "told")

    def __init__(self, dependency: Dependency, key: str) -> None:
        self.dependency = dependency
        self.key = key
        self.calls = 0
        self.called_at = 0.0
        self.is_tried = False
        self.told = BreakerState.CLOSED
        self.context = Context(dependency.name, dependency.failures, dependency.open_for.total_seconds())

    @property
    def left_s(self) -> float:
        """For how many seconds calls are stopped; negative once that is over."""
        opened_at = self.context.opened_at
        return -1.0 if opened_at is None else opened_at + self.context.ttl - time.time()

    @property
    def state(self) -> BreakerState:
        """The state; an open breaker whose time is over is half open."""
        state = _STATES[self.context.state]
        return BreakerState.HALF_OPEN if state is BreakerState.OPEN and self.left_s < 0 else state

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to remember."""
        return not self.calls and self.state is BreakerState.CLOSED and not self.context.failure_count


class CircuitBreakers:
    """The breakers of this process. A breaker is kept only while calls run or fail.

    Only the event loop uses them, so there are no locks.
    """

    def __init__(self) -> None:
        self._breakers: dict[tuple[str, str], _Breaker] = {}
        self.transitions: Counter[tuple[str, BreakerState]] = Counter()
        self.stopped: Counter[str] = Counter()
        """Calls that were not made, by dependency."""

    @asynccontextmanager
    async def guard(self, dependency: Dependency, key: str = "") -> AsyncIterator[None]:
        """Guard the call in the block; raises the error of the fallback while the breaker is open.

        That of `Postpone` is also raised for the call that opens it, so that an outage uses up no attempts of jobs.
        What is neither an error that counts nor an answer of the service, such as a call that was cancelled, changes
        nothing.
        """
        self.refuse_while_open(dependency, key)
        breaker = self._breakers.setdefault((dependency.name, key), _Breaker(dependency, key))
        if breaker.state is BreakerState.HALF_OPEN and breaker.is_tried:
            raise self._stopped(breaker, TRIED)
        breaker.context.handle_new_request()
        breaker.calls += 1
        breaker.called_at = time.time()
        is_trial = breaker.is_tried = breaker.state is BreakerState.HALF_OPEN
        self._tell(breaker)
        try:
            yield
        except Exception as error:
            if isinstance(error, dependency.counts):
                breaker.context.handle_exception(error)
                if isinstance(dependency.fallback, Postpone) and breaker.state is BreakerState.OPEN:
                    raise fallback_error(dependency, timedelta(seconds=breaker.left_s)) from error
            elif isinstance(error, DomainError):
                breaker.context.handle_end_request()
            raise
        else:
            breaker.context.handle_end_request()
        finally:
            breaker.calls -= 1
            breaker.is_tried = breaker.is_tried and not is_trial
            self._tell(breaker)
            self._clean_up(breaker)

    def refuse_while_open(self, dependency: Dependency, key: str = "") -> None:
        """Raise the error of the fallback while the breaker is open, without a call."""
        breaker = self._breakers.get((dependency.name, key))
        if breaker is not None and breaker.state is BreakerState.OPEN:
            raise self._stopped(breaker, timedelta(seconds=breaker.left_s))

    def is_open(self, dependency: Dependency, key: str = "") -> bool:
        """Tell whether calls are stopped now."""
        breaker = self._breakers.get((dependency.name, key))
        return breaker is not None and breaker.state is BreakerState.OPEN

    def count(self, dependency: Dependency, state: BreakerState) -> int:
        """Return how many breakers of a dependency are in the state; those that are closed are not all kept."""
        return len([each for each in self._of(dependency) if each.state is state])

    def forget_idle(self) -> None:
        """Forget breakers whose services nobody calls any more, such as the host of a webhook that was removed."""
        now = time.time()
        for place, breaker in list(self._breakers.items()):
            if not breaker.calls and now - breaker.called_at > breaker.context.ttl + IDLE_S:
                del self._breakers[place]

    def _of(self, dependency: Dependency) -> Iterable[_Breaker]:
        return (each for each in self._breakers.values() if each.dependency.name == dependency.name)

    def _stopped(self, breaker: _Breaker, retry_in: timedelta) -> DomainError:
        self.stopped[breaker.dependency.name] += 1
        return fallback_error(breaker.dependency, retry_in)

    def _tell(self, breaker: _Breaker) -> None:
        """Log and count a change of the state."""
        breaker.context.messages.clear()
        state = _STATES[breaker.context.state]
        if state is breaker.told:
            return
        breaker.told = state
        self.transitions[breaker.dependency.name, state] += 1
        tell = _log.warning if state is BreakerState.OPEN else _log.info
        tell("circuit_breaker", dependency=breaker.dependency.name, key=breaker.key, state=state.value)

    def _clean_up(self, breaker: _Breaker) -> None:
        place = breaker.dependency.name, breaker.key
        if breaker.is_idle and self._breakers.get(place) is breaker:
            del self._breakers[place]
        elif len(self._breakers) > MOST_BREAKERS:
            del self._breakers[next(iter(self._breakers))]
