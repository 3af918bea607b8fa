"""Buckets inside one process, for one that is alone and for one that lost its Redis."""

import time
from collections import OrderedDict
from collections.abc import Callable

from domain import rates
from domain.rates import Draw, Quota

MOST_BUCKETS = 100_000
"""How many buckets are kept, about 25 MB; the one that was not drawn from for longest is taken to be full again."""


def monotonic_us() -> int:
    """Return microseconds of a clock that is never set back."""
    return time.monotonic_ns() // 1_000


class LocalBuckets:
    """Theoretical arrival times in a dictionary of bounded size."""

    def __init__(self, *, clock: Callable[[], int] = monotonic_us, largest: int = MOST_BUCKETS) -> None:
        self._clock = clock
        self._largest = largest
        self._tats: OrderedDict[tuple[str, str], int] = OrderedDict()

    async def draw(self, key: str, quota: Quota, *, least: int, most: int) -> Draw:
        """Give as many tokens as there are, `most` of them; nothing where there are fewer than `least`."""
        now = self._clock()
        name = (quota.name, key)
        result = rates.moved(quota, tat=self._tats.pop(name, now), now=now, least=least, most=most)
        if result.tat > now:
            self._tats[name] = result.tat
            if len(self._tats) > self._largest:
                self._tats.popitem(last=False)
        return Draw(tokens=result.tokens, debt=result.tat - now)
