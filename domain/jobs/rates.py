"""Rates: at most how many jobs of a kind begin in a time, over all workers."""

from domain.entities import entity


@entity
class Rate:
    """At most so many jobs in so many seconds, evenly distributed."""

    jobs: int
    seconds: int


@entity
class JobRate:
    """The rate that workers hold a kind to; a queue has at most one."""

    kind: str
    jobs: int
    seconds: int
