"""Workers of the kinds of `job_worker` as processes of their own, and jobs for them."""

import signal
from pathlib import Path

from domain.acts import by_platform
from domain.jobs import job_starts
from domain.jobs.job_kinds import JobKind
from domain.jobs.job_starts import JobRequest
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from persistence.database import connect
from persistence.signals import LocalSignals
from persistence.work import Postgres
from tests.support.servers.gateway import ServerProcess
from tests.support.servers.job_worker import QUEUE, EffectArguments

PAUSE_MS = 200
"""How long a job takes, in milliseconds: so long that kills meet running jobs."""


class WorkerProcess(ServerProcess):
    """A worker of the queue of effects."""

    ready_word = "runs jobs of"

    def __init__(self, url: str, folder: Path, *, queues: str = f"{QUEUE},maintenance") -> None:
        command = ["tests.support.servers.job_worker", "worker", "--queues", queues]
        super().__init__(0, command, {"DATABASE_URL": url}, folder)

    def kill(self) -> None:
        """End it as a crash does, and wait until it is gone."""
        self.stop(signal.SIGKILL)


async def queue(url: str, kind: JobKind, numbers: range) -> None:
    requests = [JobRequest(arguments=EffectArguments(number, PAUSE_MS)) for number in numbers]
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with (
        connect(url, largest=1) as database,
        Postgres(database, LocalSignals()).open_work(Meter()) as work,
    ):
        await job_starts.start_all(work, act, kind, requests)
