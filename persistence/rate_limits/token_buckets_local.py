"""Token buckets in memory: for a single process, and as the fallback while Redis is down."""

import time
from collections import OrderedDict
from collections.abc import Callable

from domain.rate_limits import token_buckets
from domain.rate_limits.token_buckets import Draw, Quota

MOST_BUCKETS = 100_000
"""How many buckets are kept, about 25 MB; beyond that, the least recently used one counts as full again."""


def monotonic_us() -> int:
    """Return the microseconds of a clock that never goes back."""
    return time.monotonic_ns() // 1_000


class LocalBuckets:
    """Keeps theoretical arrival times in a dictionary of bounded size."""

    def __init__(self, *, clock: Callable[[], int] = monotonic_us, largest: int = MOST_BUCKETS) -> None:
        self._clock = clock
        self._largest = largest
        self._tats: OrderedDict[tuple[str, str], int] = OrderedDict()

    async def draw(self, key: str, quota: Quota, *, least: int, most: int) -> Draw:
        """Draw up to `most` tokens, or none when fewer than `least` are available."""
        now = self._clock()
        name = (quota.name, key)
        step = token_buckets.gcra(quota, tat=self._tats.pop(name, now), now=now, least=least, most=most)
        if step.tat > now:
            self._tats[name] = step.tat
            if len(self._tats) > self._largest:
                self._tats.popitem(last=False)
        return Draw(tokens=step.tokens, debt=step.tat - now)
