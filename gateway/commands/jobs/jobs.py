"""Commands `jobs list`, `show`, `start`, `cancel`, `retry` and `discard`."""

import argparse
from typing import Any

from domain import job_table
from domain.acts import by_platform
from domain.errors import NotFoundError
from domain.ids import JobId
from domain.jobs import job_administration, job_arguments, job_starts, manual_starts
from domain.jobs.job_administration import FailedJobs
from domain.jobs.job_starts import JobRequest
from domain.jobs.job_states import JobState
from domain.jobs.jobs import Job, JobFilter
from domain.paging import LARGEST_PAGE, window
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import stores
from gateway.commands.tables import print_rows
from gateway.settings.environment import Settings


async def list_jobs(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print the newest jobs that pass the filter, at most 100."""
    state = None if arguments.state is None else JobState[arguments.state]
    asked = job_administration.checked_filter(
        job_table.KINDS, JobFilter(state=state, kind=arguments.kind, queue=arguments.queue)
    )
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        page = await reads.jobs.page(asked, window(first=LARGEST_PAGE))
    print_rows([_row(job) for job in page.nodes], as_json=arguments.json, empty="There are no such jobs.")
    return 0


async def show(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print everything about one job."""
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        (job,) = await reads.jobs.by_ids([JobId(arguments.job)], viewer_id=None, sees_all=True)
    if job is None:
        raise NotFoundError("There is no such job.")
    facts = _row(job) | {
        "priority": job.priority,
        "user": job.user_id,
        "note": job.note,
        "arguments": job.arguments,
        "result": job.result,
        "started": job.started_at,
        "finished": job.finished_at,
    }
    rows = [facts] if arguments.json else [{"fact": name, "value": value} for name, value in facts.items()]
    print_rows(rows, as_json=arguments.json, empty="")
    return 0


async def start(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Start a job of a kind with default arguments."""
    kind = manual_starts.startable(job_table.KINDS, arguments.kind)
    request = JobRequest(arguments=job_arguments.read(kind, {}))
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        job = await job_starts.start(work, act, kind, request)
    print_rows([_row(job)], as_json=arguments.json, empty="")
    return 0


async def cancel(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Cancel a job that waits or runs."""
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        job = await job_administration.cancel(work, act, job_table.KINDS, JobId(arguments.job))
    print_rows([_row(job)], as_json=arguments.json, empty="")
    return 0


async def retry(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Queue failed jobs again: those that are named, or the oldest of a kind and of a queue."""
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        jobs = await job_administration.retry(work, act, job_table.KINDS, _failed(arguments))
    print_rows([_row(job) for job in jobs], as_json=arguments.json, empty="No such job has failed.")
    return 0


async def discard(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Give failed jobs up: those that are named, or the oldest of a kind and of a queue."""
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        jobs = await job_administration.discard(
            work, act, job_table.KINDS, _failed(arguments), reason=arguments.reason
        )
    print_rows([_row(job) for job in jobs], as_json=arguments.json, empty="No such job has failed.")
    return 0


def _failed(arguments: argparse.Namespace) -> FailedJobs:
    ids = [JobId(each) for each in arguments.job] or None
    return FailedJobs(ids=ids, kind=arguments.kind, queue=arguments.queue)


def _row(job: Job) -> dict[str, Any]:
    return {
        "job": job.id,
        "kind": job.kind,
        "queue": job.queue,
        "state": job.state.value,
        "attempts": job.attempts,
        "progress": job.progress,
        "created": job.created_at,
        "next": job.next_run_at,
        "error": job.error,
    }
