"""Job rates: how many jobs of a kind begin in a time, counted in the database for all workers together."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from domain.jobs.job_kinds import JobKind, JobKinds
from domain.jobs.rates import JobRate, Rate
from domain.mail import outbox
from domain.unit_of_work import Meter
from gateway.settings.environment import Settings
from resolvers.context import Ports


def kinds_at_rates(kinds: JobKinds, settings: Settings) -> JobKinds:
    """Return the kinds with the rates that the settings give them."""
    if settings.mails_per_minute is None:
        return kinds
    rate = Rate(jobs=settings.mails_per_minute, seconds=60)
    return {**kinds, outbox.SEND_MAIL.name: replace(kinds[outbox.SEND_MAIL.name], rate=rate)}


class SharedRates:
    """The rates of queues in the table `job_queues`; a job that shows no sign of life for `stale_after` begins anew."""

    def __init__(self, ports: Ports, *, stale_after: timedelta) -> None:
        self._ports = ports
        self._stale_after = stale_after

    async def declare(self, queues: Collection[str], kinds: Collection[JobKind]) -> None:
        """Store the rates of the kinds of these queues, for all workers."""
        rates = {
            kind.queue: JobRate(kind=kind.name, jobs=kind.rate.jobs, seconds=kind.rate.seconds)
            for kind in kinds
            if kind.rate is not None
        }
        async with self._ports.open_step(Meter()) as work:
            await work.queues.set_rates(sorted(queues), rates)

    async def take(self, queue: str, *, at_most: int) -> int:
        """Return how many jobs of the rated kind may begin now, and count them as begun."""
        async with self._ports.open_step(Meter()) as work:
            return await work.queues.take(queue, at_most=at_most, stale_after=self._stale_after)

    async def give_back(self, queue: str, count: int) -> None:
        """Count as not begun so many jobs that were taken."""
        async with self._ports.open_step(Meter()) as work:
            await work.queues.give_back(queue, count)
