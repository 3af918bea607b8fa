"""Job scenes: jobs, queues, workers and schedules after which every field of theirs has something to show."""

from datetime import timedelta

from domain.accounts.users import Role
from domain.jobs.rates import JobRate
from domain.unit_of_work import Meter
from tests.builders.jobs import a_kind, a_worker
from tests.support.accounts import accepted
from tests.support.jobs import begun, one_in_each_state, queued
from tests.support.list_fields import ListPaths
from tests.support.seen_fields import WatchingAsker, everything


async def work_of_every_kind(ask: WatchingAsker) -> None:
    """Store a job in each state and one that is half done, pause a queue, and let a worker and a schedule run."""
    user, viewer = await ask.learner(roles=[Role.LEARNER, Role.ADMIN])
    await one_in_each_state(ask, user.id)
    kind = a_kind(queue="maintenance", priority=5)
    half, late, held, ended = [await queued(ask, user.id, kind=kind) for _ in range(4)]
    soon = ask.clock() + timedelta(hours=1)
    async with ask.postgres.open_work(Meter()) as work:
        await work.runs.report(await begun(work, half.id), progress=50, note="Half of it.")
        await work.runs.postpone(await begun(work, late.id), error="OSError", until=soon, counts=True)
        await work.runs.fail(await begun(work, held.id), error="OSError", now=ask.clock())
        await work.runs.succeed(await begun(work, ended.id), result=None, now=ask.clock())
        await work.queues.set_rates(["mail"], {"mail": JobRate(kind="send_mail", jobs=600, seconds=60)})
        await work.queues.beat(a_worker(now=ask.clock(), running=1))
        await work.connection.raw.execute(
            "INSERT INTO pgqueuer_schedules (entrypoint, expression, next_run, last_run) "
            "VALUES ('settle_xp', '* * * * *', now(), now())"
        )
    await accepted(ask, viewer, "startJob", kind="settle_xp", idempotencyKey="k")
    await accepted(ask, viewer, "pauseQueue", queue="maintenance", reason="A test.")
    none = ListPaths({})
    for field, kind in (
        ("jobs", "JobConnection"),
        ("jobQueues", "JobQueue"),
        ("jobWorkers", "JobWorker"),
        ("schedules", "Schedule"),
        ("jobKinds", "JobKind"),
    ):
        await ask.data(f"{{ {field} {everything(kind, 2, none)} }}", viewer)
