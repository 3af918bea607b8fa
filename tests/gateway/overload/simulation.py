"""Simulation: a process whose event loop gives every request in progress one step a turn, on a clock of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.overload.admission import TICK_S, Admission, Lane, Priority

REFUSAL_S = 0.00005
"""How long it takes to refuse a request."""


@dataclass
class Request:
    """A request that takes `steps` turns of `step_s` seconds each, after it has waited elsewhere for `waits_s`."""

    arrives_at: float
    priority: Priority = Priority.ORDINARY
    steps: int = 4
    step_s: float = 0.00025
    waits_s: float = 0.0


@dataclass
class Outcomes:
    """Seconds that the answered requests took, and how many were refused, by priority."""

    answered: dict[Priority, list[float]] = field(default_factory=lambda: {each: [] for each in Priority})
    refused: dict[Priority, int] = field(default_factory=lambda: dict.fromkeys(Priority, 0))

    def percentile(self, share: float, priority: Priority = Priority.ORDINARY) -> float:
        """Return the time that `share` of the answers did not exceed."""
        ordered = sorted(self.answered[priority])
        return ordered[int(share * (len(ordered) - 1))]


@dataclass
class _Open:
    request: Request
    lane: Lane
    steps: int
    ready_at: float


class Process:
    """The simulated process; `now` is its clock in seconds."""

    def __init__(self, admission: Admission) -> None:
        self.admission = admission
        self.now = 0.0
        self._open: list[_Open] = []
        self._observed_at = 0.0

    def run(self, requests: list[Request], *, until: float) -> Outcomes:
        """Run until a time; requests that are in progress then go on in the next run."""
        found, arriving = Outcomes(), iter(requests)
        following = next(arriving, None)
        while self.now < until:
            began = self.now
            while following is not None and following.arrives_at <= began:
                self._arrive(following, found)
                following = next(arriving, None)
            self._turn(found)
            if self.now == began:
                upcoming = following.arrives_at if following is not None else until
                self.now = max(began + 1e-6, min(upcoming, began + TICK_S, until))
            if self.now - self._observed_at >= TICK_S:
                self._observed_at = self.now
                self.admission.observe(self.now, self.now - began if self._open else 0.0)
        return found

    def _arrive(self, request: Request, found: Outcomes) -> None:
        lane = self.admission.lane(request.priority)
        if lane is None:
            found.refused[request.priority] += 1
            self.now += REFUSAL_S
            return
        lane.begun += 1
        self._open.append(_Open(request, lane, request.steps, self.now + request.waits_s))

    def _turn(self, found: Outcomes) -> None:
        began, still = self.now, []
        for each in self._open:
            if each.ready_at <= began:
                self.now += each.request.step_s
                each.steps -= 1
            if each.steps:
                still.append(each)
                continue
            each.lane.ended += 1
            found.answered[each.request.priority].append(self.now - each.request.arrives_at)
        self._open = still


def arrivals(
    rate: float, *, begin: float, end: float, urgent_every: int = 0, steps: int = 4, waits_s: float = 0.0
) -> Iterator[Request]:
    """Yield requests at an even rate; each `urgent_every`-th is urgent."""
    for number in range(int((end - begin) * rate)):
        is_urgent = urgent_every and number % urgent_every == 0
        priority = Priority.URGENT if is_urgent else Priority.ORDINARY
        yield Request(begin + number / rate, priority, steps, waits_s=waits_s)
