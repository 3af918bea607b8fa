"""Active users in Redis: estimates of distinct users over all processes, which hold no ids."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from persistence.redis_client import AnyRedis

KEY = "questpath:1:{active}:"
"""The prefix of every key; its hash tag keeps the keys of one count on one server of a cluster."""
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
RECENT = timedelta(minutes=5)
DAY = timedelta(days=1)


async def exchange(redis: AnyRedis, users: Collection[str], *, now: datetime) -> tuple[int, int]:
    """Add the users of this process, and return how many of all processes were active in 5 minutes and in 24 hours.

    Estimates of HyperLogLog, within about 1 percent. The oldest minute and the oldest hour count whole. Raises
    RedisError or OSError.
    """
    recent, day = slots(now, MINUTE, RECENT), slots(now, HOUR, DAY)
    async with redis.pipeline(transaction=False) as pipeline:
        if users:
            for key, kept in ((recent[0], RECENT + 2 * MINUTE), (day[0], DAY + 2 * HOUR)):
                pipeline.pfadd(key, *users)
                pipeline.pexpire(key, kept)
        pipeline.pfcount(*recent)
        pipeline.pfcount(*day)
        answers = await pipeline.execute()
    return int(answers[-2]), int(answers[-1])


def slots(now: datetime, length: timedelta, span: timedelta) -> Sequence[str]:
    """Return the keys of the slots of a length that a span up to now touches, the present one first."""
    newest = int(now.timestamp() // length.total_seconds())
    return [f"{KEY}{int(length.total_seconds())}:{newest - back}" for back in range(span // length + 1)]
