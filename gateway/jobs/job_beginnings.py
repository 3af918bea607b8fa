"""Job beginnings: jobs that are handed out in the same turn of the event loop begin by one statement."""

import asyncio
from dataclasses import dataclass

from domain.jobs import job_runs
from domain.jobs.jobs import Job
from domain.jobs.runs import Place
from domain.unit_of_work import Meter
from resolvers.context import Ports


@dataclass(slots=True)
class _Beginning:
    """A job that is about to begin."""

    place: Place
    begun: "asyncio.Future[Job | None]"


class JobBeginnings:
    """Begins the jobs of one worker: a batch of the queue costs one commit, not one for each job."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._waiting: list[_Beginning] = []
        self._in_flight: set[asyncio.Task[None]] = set()

    async def begin(self, place: Place) -> Job | None:
        """Begin the next attempt of a job; None where there is nothing to run.

        A caller that is cancelled meanwhile leaves a begun job, which is taken over as one of a dead worker is.
        """
        loop = asyncio.get_running_loop()
        beginning = _Beginning(place, loop.create_future())
        if not self._waiting:
            loop.call_soon(self._send)
        self._waiting.append(beginning)
        return await beginning.begun

    def _send(self) -> None:
        batch, self._waiting = self._waiting, []
        task = asyncio.create_task(self._begin_all(batch))
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)

    async def _begin_all(self, batch: list[_Beginning]) -> None:
        try:
            async with self._ports.open_step(Meter()) as work:
                places = [each.place for each in batch]
                jobs = await job_runs.begin_all(work, places, now=self._ports.now())
        except Exception as error:  # noqa: BLE001 - each job of the batch tells of it
            for each in batch:
                if not each.begun.done():
                    each.begun.set_exception(error)
            return
        for each, job in zip(batch, jobs, strict=True):
            if not each.begun.done():
                each.begun.set_result(job)
