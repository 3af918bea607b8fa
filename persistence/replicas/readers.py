"""Readers: what each user has seen in this process lately, so that no later read shows less."""

from collections.abc import Callable
from math import inf

from domain.ids import UserId

PRIMARY = None
_Source = object
"""What was read: a run of a replica, or the primary."""


class Readers:
    """When each user has last read or changed something, by what was read; kept for `window_s` seconds or longer.

    A replica in use is never further behind than that, so what is older makes no difference.
    """

    def __init__(self, window_s: float, clock: Callable[[], float]) -> None:
        self._window_s = window_s
        self._clock = clock
        self._now: dict[UserId, dict[_Source, float]] = {}
        self._before: dict[UserId, dict[_Source, float]] = {}
        self._turned_at = clock()

    def note(self, user: UserId, source: _Source = PRIMARY) -> None:
        """Note that the user has seen all that the source shows at this moment."""
        now = self._clock()
        if now - self._turned_at > self._window_s:
            self._before = self._now if now - self._turned_at <= 2 * self._window_s else {}
            self._now = {}
            self._turned_at = now
        self._now.setdefault(user, {})[source] = now

    def floor(self, user: UserId, source: _Source) -> float:
        """Return the moment up to which the source must show every commit to this user.

        What the user has seen of the source itself sets no floor, because it never shows less than before.
        """
        moments = [*self._now.get(user, {}).items(), *self._before.get(user, {}).items()]
        return max((moment for seen, moment in moments if seen is not source), default=-inf)
