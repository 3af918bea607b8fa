"""Admission: the rule by which a process refuses requests, so that those it takes are answered in time.

Work that waits all the time, as opposed to a burst, shows that more arrives than can be done (the standing queue of
CoDel, RFC 8289). From then on no more requests are taken at once than the process answers within `delay_s`: by Little's
law that is their number in progress at this delay. The rule has no clock of its own and starts nothing.
"""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

TICK_S = 0.05
"""How often `observe` is to be called, in seconds."""
CALM_S = 1.0
"""For how many seconds nothing may have waited and nothing may have been refused until all are taken again."""
YIELD = 2
"""By what the limit of ordinary requests is divided for `CALM_S` after an urgent one was refused."""
LANE = "questpath.lane"
"""The key in an ASGI scope of the lane of a request that came while the process was full."""
_TICKS_OF_WAIT = 3
_TICKS_OF_RATE = 10


class Priority(Enum):
    """How important a request is; the value is the name in the metrics."""

    ORDINARY = "ordinary"
    URGENT = "urgent"


@dataclass(slots=True, frozen=True)
class SheddingFigures:
    """`most` requests may be in progress at any time, and `least` always; `wait_s` and `delay_s` are seconds.

    Where ready work waits longer than `wait_s` all the time, so many are taken as are answered within `delay_s`.
    """

    most: int = 1_000
    least: int = 8
    wait_s: float = 0.025
    delay_s: float = 0.1


DEFAULTS = SheddingFigures()


class Lane:
    """Requests in progress: `begun` and `ended` count them, and their difference has to stay below `limit`."""

    __slots__ = ("begun", "ended", "limit")

    def __init__(self, limit: int) -> None:
        self.begun = self.ended = 0
        self.limit = limit

    @property
    def is_full(self) -> bool:
        """Whether as many are in progress as may be."""
        return self.begun - self.ended >= self.limit

    @contextmanager
    def left(self) -> Iterator[None]:
        """Leave the lane for the block: an event stream waits for most of its life."""
        self.ended += 1
        try:
            yield
        finally:
            self.begun += 1


class Admission:
    """The requests of one process, each in one of two lanes.

    While there is room in the lane `ordinary`, what comes takes it unseen. Where there is none, what is urgent takes
    the other lane. `refused` counts what was not taken, by priority. `wait_s` is how long work waits all the time.
    """

    def __init__(self, figures: SheddingFigures = DEFAULTS) -> None:
        self.ordinary, self.urgent = Lane(figures.most), Lane(figures.most)
        self.wait_s = 0.0
        self.is_shedding = False
        self.refused: Counter[Priority] = Counter()
        self._figures = figures
        self._waits: deque[float] = deque(maxlen=_TICKS_OF_WAIT)
        self._ended_by: deque[tuple[float, int]] = deque(maxlen=_TICKS_OF_RATE + 1)
        self._refused_before: Counter[Priority] = Counter()
        self._busy_at = self._urgent_refused_at = -CALM_S

    def lane(self, priority: Priority) -> Lane | None:
        """Return the lane for a request, or count it as refused and return None."""
        if not self.ordinary.is_full:
            return self.ordinary
        if priority is Priority.URGENT and not self.urgent.is_full:
            return self.urgent
        self.refused[priority] += 1
        return None

    def observe(self, now: float, wait_s: float) -> None:
        """Set the limits, from how long ready work waits at present; `now` is in monotonic seconds."""
        self._waits.append(wait_s)
        self._ended_by.append((now, self.ordinary.ended + self.urgent.ended))
        self.wait_s = min(self._waits) if len(self._waits) == _TICKS_OF_WAIT else 0.0
        is_late = self.wait_s > self._figures.wait_s
        self._note_refusals(now)
        if is_late:
            self._busy_at = now
        if not self.is_shedding:
            self.is_shedding = is_late
        elif now - self._busy_at >= CALM_S:
            self.is_shedding = False
        self.urgent.limit = fitting = self._fitting() if self.is_shedding else self._figures.most
        yields = now - self._urgent_refused_at < CALM_S
        self.ordinary.limit = max(1, fitting // YIELD) if yields else fitting

    def _note_refusals(self, now: float) -> None:
        new = self.refused - self._refused_before
        if new:
            self._busy_at, self._refused_before = now, self.refused.copy()
        if new[Priority.URGENT]:
            self._urgent_refused_at = now

    def _fitting(self) -> int:
        """Return how many requests in progress are answered within the delay, at the present rate."""
        (began, first), (now, last) = self._ended_by[0], self._ended_by[-1]
        rate = (last - first) / (now - began) if now > began else 0.0
        return min(self._figures.most, max(self._figures.least, int(rate * self._figures.delay_s)))
