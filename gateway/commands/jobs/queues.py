"""Commands `queues list`, `pause` and `resume`, and `schedules list` and `run`."""

import argparse

from domain import job_table
from domain.acts import by_platform
from domain.jobs import job_administration, schedule_starts
from domain.jobs.rates import JobRate
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import stores
from gateway.commands.tables import print_rows
from gateway.settings.environment import Settings


async def list_queues(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print the queues: what waits, runs and is held in each, and whether it is paused."""
    names = job_administration.queue_names(job_table.KINDS)
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        queues = await reads.queues.all(names, now=secrets_and_ids.now())
    rows = [
        {
            "queue": each.name,
            "due": each.due,
            "scheduled": each.scheduled,
            "running": each.running,
            "failed": each.failed,
            "oldest": each.oldest_due_at,
            "rate": None if each.rate is None else _text(each.rate),
            "paused": each.paused_at,
            "reason": each.pause_reason,
        }
        for each in queues
    ]
    print_rows(rows, as_json=arguments.json, empty="There are no queues.")
    return 0


def _text(rate: JobRate) -> str:
    return f"{rate.jobs} {rate.kind} in {rate.seconds} s"


async def pause(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Let no job of a queue begin."""
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        paused = await job_administration.pause(
            work, act, job_table.KINDS, queue=arguments.queue, reason=arguments.reason
        )
    queue = paused.queue
    state = f"was paused already: {queue.pause_reason}" if paused.was_paused else "is paused"
    print(f"{queue.name} {state}; {queue.running} of its jobs still run.")
    return 0


async def resume(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Let the jobs of a queue begin again."""
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        queue = await job_administration.resume(work, act, job_table.KINDS, queue=arguments.queue)
    print(f"{queue.name} runs; {queue.due} of its jobs wait.")
    return 0


async def list_schedules(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print the schedules, with the times of their last and next job."""
    asked = [job_table.SCHEDULES[name] for name in sorted(job_table.SCHEDULES)]
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        found = await reads.schedules.read(asked)
    rows = [
        {"schedule": each.name, "cron": each.cron, "last": each.last_at, "next": each.next_at}
        for each in found
    ]
    print_rows(rows, as_json=arguments.json, empty="There are no schedules.")
    return 0


async def run_schedule(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Start the job of a schedule now."""
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        job = await schedule_starts.run_now(work, act, job_table.SCHEDULES, name=arguments.schedule)
    print(f"{job.id} of {job.kind} is {job.state.value}.")
    return 0
