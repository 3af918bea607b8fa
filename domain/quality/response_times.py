"""Response times: a histogram of how long answers took, which grows by one answer at a time."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

_PARTS = 32
"""Into how many buckets each doubling of the time is cut: a bucket is at most 3.1 % wide."""
_LONGEST_MS = 3_600_000
"""Longer times count as an hour: the learner was away."""

Histogram = Mapping[int, int]
"""How many times are in each bucket."""


def bucket_of(time: timedelta) -> int:
    """Return the bucket of a time: those below 32 ms have one for each millisecond."""
    ms = min(max(time // timedelta(milliseconds=1), 0), _LONGEST_MS)
    if ms < _PARTS:
        return ms
    doublings = ms.bit_length() - _PARTS.bit_length()
    return (doublings << 5) + (ms >> doublings)


def middle_of(bucket: int) -> timedelta:
    """Return the middle of a bucket, which is at most 1.6 % from each time in it."""
    doublings = max(bucket // _PARTS - 1, 0)
    low = (bucket - (doublings << 5)) << doublings
    return timedelta(milliseconds=low + ((1 << doublings) - 1) / 2)


def percentile(times: Histogram, percent: int) -> timedelta | None:
    """Return the time that so many percent of the answers took at most, within 1.6 %; None without an answer."""
    rank = -(-sum(times.values()) * percent // 100)
    for bucket in sorted(times):
        rank -= times[bucket]
        if rank <= 0 < times[bucket]:
            return middle_of(bucket)
    return None


def counted(buckets: Iterable[int]) -> dict[int, int]:
    """Return how often each bucket occurs."""
    found: dict[int, int] = {}
    for bucket in buckets:
        found[bucket] = found.get(bucket, 0) + 1
    return found
