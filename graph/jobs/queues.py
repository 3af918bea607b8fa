"""Queues, workers and schedules: what operators see and change."""

from datetime import datetime

import strawberry

from domain.accounts.users import Role
from domain.errors import ForbiddenError
from domain.ids import WorkerId
from domain.jobs.job_administration import LONGEST_REASON
from graph.accounts.users import User
from graph.directives import auth
from graph.fields import attribute, given, loaded_by, resolved_by
from graph.jobs.jobs import OPERATOR_READS, Job
from graph.mutations import mutated_by
from resolvers.accounts import loaders as account_loaders
from resolvers.jobs import queues


@strawberry.type(
    description="A limit on how many jobs of a kind begin in a time, over all workers.",
    directives=[*OPERATOR_READS],
)
class JobRate:
    """One rate."""

    kind: str = attribute("The kind whose jobs it limits.")
    jobs: int = attribute("At most so many of them begin ...")
    seconds: int = attribute("... in so many seconds, evenly distributed.")


@strawberry.type(description="A queue of jobs.", directives=[*OPERATOR_READS])
class JobQueue:
    """One queue."""

    name: str = attribute("Its name.")
    due: int = attribute("How many jobs wait for a worker.")
    scheduled: int = attribute("How many jobs wait for their time or their next attempt.")
    running: int = attribute("How many jobs run.")
    failed: int = attribute("How many failed jobs are held.")
    oldest_due_at: datetime | None = attribute("Since when the oldest of the due jobs waits.")
    finished_per_minute: float = attribute("How many jobs end in a minute: the mean of the last five.")
    rate: JobRate | None = attribute("The rate that its workers hold; null where there is none.")
    paused_at: datetime | None = attribute("Since when its jobs do not begin; null unless it is paused.")
    paused_by: User | None = loaded_by(
        account_loaders.users_by_id, key="paused_by_id", description="Who paused it."
    )
    pause_reason: str | None = attribute("Why it is paused.")


@strawberry.type(description="A process that runs jobs.", directives=[*OPERATOR_READS])
class JobWorker:
    """One worker."""

    id: WorkerId = attribute("The worker's id, `worker_...`; it has another after a restart.")
    queues: list[str] = attribute("The queues that it serves.", at_most=100, usual=3)
    capacity: int = attribute("How many jobs it runs at once.")
    running: int = attribute(
        "How many jobs it ran at `seenAt`, which is about a second ago while this changes."
    )
    started_at: datetime = attribute("When it began.")
    seen_at: datetime = attribute("When it last showed that it lives.")


@strawberry.type(description="A kind of job that starts by itself.", directives=[*OPERATOR_READS])
class Schedule:
    """One schedule."""

    name: str = attribute("Its name, for `runSchedule`.")
    kind: str = attribute("The kind of its jobs.")
    cron: str = attribute("When it starts one, in UTC: minute, hour, day, month and weekday.")
    description: str = attribute("What it does, and how often.")
    next_at: datetime | None = attribute("When it starts the next one; null before a worker ran.")
    last_at: datetime | None = attribute("When it started the last one.")


@strawberry.type
class QueueQueries:
    """Root fields about queues, workers and schedules; the caller's role is checked in the database."""

    job_queues: list[JobQueue] | None = resolved_by(
        queues.job_queues, description="The queues, by name.", rule=OPERATOR_READS, at_most=100, usual=5
    )
    job_workers: list[JobWorker] | None = resolved_by(
        queues.job_workers,
        description="The processes that run jobs, oldest first.",
        rule=OPERATOR_READS,
        at_most=queues.MOST_WORKERS,
        usual=10,
    )
    schedules: list[Schedule] | None = resolved_by(
        queues.job_schedules, description="The schedules, by name.", rule=OPERATOR_READS, at_most=100
    )


@strawberry.input(description="A queue to pause.")
class PauseQueueInput:
    """A queue and a reason."""

    queue: str = given("The queue.", required=True)
    reason: str = given(
        f"Why, for the audit log and other operators: 1 to {LONGEST_REASON} characters.", required=True
    )


@strawberry.input(description="A queue to resume.")
class ResumeQueueInput:
    """A queue."""

    queue: str = given("The queue.", required=True)


@strawberry.input(description="A schedule to run now.")
class RunScheduleInput:
    """A schedule."""

    name: str = given("The schedule, one of `schedules`.", required=True)


@strawberry.type
class QueueMutations:
    """Mutations of queues and schedules; the caller's role is checked in the database."""

    pause_queue = mutated_by(
        queues.pause_queue,
        input=PauseQueueInput,
        gives={
            "queue": (JobQueue, "The queue."),
            "was_paused": (
                bool,
                "Whether it was paused already. Then `queue` says by whom and why, and the new reason is not kept.",
            ),
        },
        refuses=(ForbiddenError,),
        rule=auth(Role.OPERATOR),
        description="Lets no job of a queue begin; those that run go on. It holds within seconds.",
    )
    resume_queue = mutated_by(
        queues.resume_queue,
        input=ResumeQueueInput,
        gives={"queue": (JobQueue, "The queue.")},
        refuses=(ForbiddenError,),
        rule=auth(Role.OPERATOR),
        description="Lets the jobs of a queue begin again, within seconds.",
    )
    run_schedule = mutated_by(
        queues.run_schedule,
        input=RunScheduleInput,
        gives={"job": (Job, "The job; the one before, while that has not ended.")},
        refuses=(ForbiddenError,),
        rule=auth(Role.OPERATOR),
        description="Starts the job of a schedule now.",
    )
