"""Job executor: runs one job that pgqueuer handed out, and stores what came of it."""

import asyncio
import random
from datetime import timedelta

import structlog
from pgqueuer.core.executors import AbstractEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context
from pgqueuer.domain.models import Job as QueueEntry

from domain.errors import DomainError
from domain.ids import JobId
from domain.jobs import job_arguments, job_runs
from domain.jobs.job_kinds import JobKind, JobKinds
from domain.jobs.job_runs import Failure, WorkersDiedError
from domain.jobs.jobs import Job
from domain.jobs.runs import JobTakenOverError, Place
from domain.service_status.dependencies import PostponedError
from domain.unit_of_work import Meter
from domain.workflows import step_ends
from gateway.jobs.handlers import Handler, JobContext
from gateway.jobs.job_beginnings import JobBeginnings
from gateway.telemetry.job_failures import facts_of
from gateway.telemetry.job_observer import JobObserver, ObservedRun
from resolvers.context import Ports

AGAIN_S = 5.0
"""After how many seconds a job is handed out again whose outcome could not be stored."""
_log = structlog.get_logger("gateway.jobs.job_executor")


class JobExecutor(AbstractEntrypointExecutor):
    """Runs the jobs of one kind. `running` holds their tasks; cancelling one puts its job back into the queue.

    `kinds` are those that the workflows of these jobs may go on with.
    """

    def __init__(
        self,
        kind: JobKind,
        handler: Handler,
        ports: Ports,
        running: set["asyncio.Task[None]"],
        beginnings: JobBeginnings,
        observer: JobObserver,
        kinds: JobKinds,
    ) -> None:
        super().__init__(
            EntrypointExecutorParameters(
                concurrency_limit=kind.at_once, func=self.execute, accepts_context=True, on_failure="hold"
            )
        )
        self._kind = kind
        self._handler = handler
        self._ports = ports
        self._running = running
        self._beginnings = beginnings
        self._observer = observer
        self._kinds = kinds

    async def execute(self, entry: QueueEntry, context: Context) -> None:
        """Run the job of an entry.

        Returns when its entry is done with: the job ended, or is no longer this entry's. Raises RetryRequested when
        the entry has to come again.
        """
        job_id = JobId((entry.payload or b"").decode())
        try:
            job = await self._beginnings.begin(Place(job_id=job_id, entry_id=int(entry.id)))
            if job is not None:
                with context.cancellation, self._observer.observe(job) as run:
                    await self._run(job, run)
        except RetryRequested:
            raise
        except Exception as error:  # the outcome is unknown: the job comes again, and tells by its state
            _log.warning("job_outcome_not_stored", job_id=job_id, kind=self._kind.name, **facts_of(error))
            raise RetryRequested(timedelta(seconds=AGAIN_S), type(error).__name__) from error

    async def _run(self, job: Job, run: ObservedRun) -> None:
        try:
            job_runs.refuse_worn_out(self._kind, job)
        except WorkersDiedError as refused:
            await self._fail(job, refused, run)
            return
        task = asyncio.create_task(self._handle(job))
        self._running.add(task)
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:  # the job was cancelled
            task.cancel()
            await asyncio.wait({task})
            raise
        finally:
            self._running.discard(task)
        if task.cancelled():  # this worker ends before the job did
            await self._put_back(job)
        error = task.exception()
        if isinstance(error, JobTakenOverError):
            _log.info("job_taken_over", kind=job.kind, run=job.run)
        elif isinstance(error, PostponedError):
            run.postponed()
            await self._postpone(job, error)
        elif isinstance(error, Exception):
            await self._fail(job, error, run)
        else:
            run.succeeded()

    async def _handle(self, job: Job) -> None:
        arguments = job_arguments.read(self._kind, job.arguments)
        async with asyncio.timeout(self._kind.retries.timeout.total_seconds()):
            await self._handler.run(JobContext(job, self._ports, self._kinds), arguments)

    async def _fail(self, job: Job, error: Exception, run: ObservedRun) -> None:
        failure = await self._failed(JobContext(job, self._ports, self._kinds), error)
        run.failed(error, is_held=failure.retry_at is None)
        facts = {} if isinstance(error, DomainError) else facts_of(error)
        event = "job_held" if failure.retry_at is None else "job_attempt_failed"
        _log.warning(event, kind=job.kind, attempt=job.attempts, error=type(error).__name__, **facts)
        if failure.retry_at is not None:
            pause = max(failure.retry_at - self._ports.now(), timedelta())
            raise RetryRequested(pause, failure.error) from error

    async def _failed(self, context: JobContext, error: Exception) -> Failure:
        job, act, kind = context.job, context.act(), self._kind
        async with context.open_end(Meter()) as work:
            if job.workflow_id is None:
                return await job_runs.fail(work, kind, job, error, now=act.now, fraction=random.random)
            return await step_ends.fail(
                work,
                act,
                context.vocabulary,
                job,
                job.workflow_id,
                error,
                kind=kind,
                fraction=random.random,
            )

    async def _postpone(self, job: Job, error: PostponedError) -> None:
        now = self._ports.now()
        async with self._ports.open_step(Meter()) as work:
            until = await job_runs.postpone(work, job, error, now=now, fraction=random.random)
        raise RetryRequested(until - now, error.message)

    async def _put_back(self, job: Job) -> None:
        now = self._ports.now()
        async with self._ports.open_step(Meter()) as work:
            await work.runs.postpone(job_runs.run_of(job), error=job.error, until=now, counts=False)
        raise RetryRequested(timedelta(), "the worker ends")
