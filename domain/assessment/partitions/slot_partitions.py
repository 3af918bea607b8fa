"""Partitions of slots: half-years by the ids of attempts, which are in the order of time, made in advance."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from domain import ids
from domain.accounts.users import Role
from domain.jobs.job_kinds import JobKind, NoArguments, RetryPolicy

AHEAD = 2
"""How many half-years after the present one have their partitions."""
_JULY = 7

MAKE = JobKind(
    name="make_slot_partitions",
    description="Makes the partitions that the slots of later attempts will need, and samples the rows of all.",
    queue="maintenance",
    arguments=NoArguments,
    at_once=1,
    retries=RetryPolicy(attempts=10, timeout=timedelta(minutes=12)),
    starter=Role.OPERATOR,
    result={"made": list},
)


class SlotPartitions(Protocol):
    """The partitions of the table of slots; one of them takes what has no other."""

    async def last_bound(self) -> str | None:
        """Return the id of an attempt at which the last partition ends; None where the table has none."""

    async def has_strays(self, *, first: str, bound: str) -> bool:
        """Return whether slots of the attempts from `first` to below `bound` are where those without a partition go."""

    async def add(self, name: str, *, first: str, bound: str) -> None:
        """Add the partition of the attempts from `first` to below `bound`."""

    async def analyse(self) -> None:
        """Sample the rows of all partitions for the plans of statements, which autovacuum does only for each."""


async def make_due(partitions: SlotPartitions, *, now: datetime) -> list[str]:
    """Add the partitions that are missing until AHEAD half-years after the present one; return their names.

    A half-year with slots that came too early for its partition gets none, because they would have to be moved.
    """
    last = await partitions.last_bound()
    if last is None:
        return []
    begins = datetime.fromtimestamp(ids.milliseconds_of(last) / 1_000, UTC)
    end = now.astimezone(UTC)
    for _ in range(1 + AHEAD):
        end = _next_half_year(end)
    made, first = [], last
    while begins < end:
        ends = _next_half_year(begins)
        name, bound = f"attempt_slots_{begins:%Y_%m}", _lowest(ends)
        if not await partitions.has_strays(first=first, bound=bound):
            await partitions.add(name, first=first, bound=bound)
            made.append(name)
        begins, first = ends, bound
    return made


def _next_half_year(moment: datetime) -> datetime:
    year, month = (moment.year, _JULY) if moment.month < _JULY else (moment.year + 1, 1)
    return datetime(year, month, 1, tzinfo=UTC)


def _lowest(moment: datetime) -> str:
    return ids.compose("attempt", milliseconds=int(moment.timestamp() * 1_000), randomness=bytes(10))
