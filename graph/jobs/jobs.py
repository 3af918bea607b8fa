"""Jobs: the type, the lists, the mutations of operators, and the subscription."""

from datetime import datetime

import strawberry

from domain.accounts.scopes import Scope
from domain.accounts.users import Role
from domain.errors import ForbiddenError, IdempotencyKeyReusedError
from domain.ids import JobId, WorkflowId
from domain.jobs.job_administration import LONGEST_REASON, MOST_AT_ONCE
from domain.jobs.job_states import JobState
from domain.jobs.jobs import JobEndedError, JobNotFailedError
from graph.accounts.users import User
from graph.directives import auth, requires_scopes
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.fields import arg, attribute, given, loaded_by, resolved_by, streamed_by
from graph.mutations import mutated_by
from graph.node import Node
from graph.paging import Connection
from graph.scalars import JsonObject
from resolvers.accounts import loaders as account_loaders
from resolvers.jobs import jobs as job_resolvers

_READS = requires_scopes(Scope.READ_OPERATIONS)
OWNER_READS = (auth(), _READS)
"""The rules of what learners read of their own work, and operators of all."""
OPERATOR_READS = (auth(Role.OPERATOR), _READS)
"""The rules of what operators read, by themselves or with an API key."""
_KIND = "Only jobs of this kind."
_QUEUE = "Only jobs of this queue."
MADE_WITHIN = {
    "since": "Only those made at this time or later.",
    "until": "Only those made before this time.",
}
_REASON = f"Why, for the audit log: 1 to {LONGEST_REASON} characters."

declare_enum(
    JobState,
    "Where a job is in its life.",
    QUEUED="It waits for a worker, for its time, or for its next attempt.",
    RUNNING="A worker runs it.",
    SUCCEEDED="It is done.",
    FAILED="Every attempt failed; operators retry or discard it.",
    CANCELLED="It was cancelled.",
    DISCARDED="It failed, and an operator gave it up.",
)
declare_error(JobEndedError, "The job has ended.")
declare_error(JobNotFailedError, "A job that was named has not failed.")


@strawberry.type(description="Work that outlives the request that started it.", directives=[*OWNER_READS])
class Job(Node):
    """One piece of work."""

    id: JobId = attribute("The job's id, `job_...`; ids order by time.")
    kind: str = attribute("What is done, like `rebuild_leaderboards`.")
    queue: str = attribute("The queue that it waits in.")
    priority: int = attribute("Jobs of a higher priority run first.")
    state: JobState = attribute("Where it is in its life.")
    user: User | None = loaded_by(
        account_loaders.users_by_id,
        key="user_id",
        description="Whom it is for; null for work of the platform. For admins, because which mails and erasures a "
        "learner has is private.",
        rule=auth(Role.ADMIN),
    )
    attempts: int = attribute("How many attempts began since it was started or last retried.")
    progress: int = attribute("How far the present attempt is, from 0 to 100.")
    note: str | None = attribute("What it does at the moment, for people.")
    error: str | None = attribute("Why the last attempt failed; null if none did, or once it succeeded.")
    result: JsonObject | None = resolved_by(
        job_resolvers.result,
        description="What it left, once it succeeded; null where there is nothing. Ids of users in the work of "
        "others are for admins; operators read `user_...`.",
    )
    created_at: datetime = attribute("When it was started.")
    started_at: datetime | None = attribute("When the last attempt began.")
    finished_at: datetime | None = attribute("When it ended.")
    workflow_id: WorkflowId | None = attribute("The workflow whose step it is, `workflow_...`, or null.")
    next_run_at: datetime | None = attribute("From when on a worker may begin it; null unless it is QUEUED.")


@strawberry.type(description="A kind of work that can be started by hand.", directives=[*OPERATOR_READS])
class JobKind:
    """One kind."""

    name: str = attribute("Its name, for `startJob`.")
    description: str = attribute("What it does.")
    queue: str = attribute("The queue of its jobs.")
    starter: Role | None = attribute("Who may start it.")


@strawberry.type
class JobQueries:
    """Root fields about jobs."""

    jobs: Connection[Job] | None = resolved_by(
        job_resolvers.jobs,
        description="All jobs, newest first. The caller's role is checked in the database.",
        rule=OPERATOR_READS,
        args={"state": "Only jobs in this state.", "kind": _KIND, "queue": _QUEUE} | MADE_WITHIN,
    )
    job_kinds: list[JobKind] | None = resolved_by(
        job_resolvers.job_kinds,
        description="What can be started by hand, by name.",
        rule=OPERATOR_READS,
        at_most=200,
    )


@strawberry.input(description="A job to start.")
class StartJobInput:
    """A kind, its arguments and a time."""

    kind: str = given("What is done, one of `jobKinds`.", required=True)
    arguments: JsonObject | None = given("The arguments of the kind by their names; by default none.")
    run_at: datetime | None = given("When it may begin, within the next 365 days; by default at once.")
    idempotency_key: str = given(
        "A new key for each new job; the same key gives the same job.", required=True
    )


@strawberry.input(description="A job to cancel.")
class CancelJobInput:
    """A job."""

    id: JobId = given("The job, `job_...`.", required=True)


@strawberry.input(
    description="Failed jobs to queue again: either `ids`, or the oldest of a kind and of a queue."
)
class RetryJobsInput:
    """Which jobs."""

    ids: list[JobId] | None = given(f"Failed jobs, at most {MOST_AT_ONCE}.")
    kind: str | None = given(_KIND)
    queue: str | None = given(_QUEUE)


@strawberry.input(description="Failed jobs to give up: either `ids`, or the oldest of a kind and of a queue.")
class DiscardJobsInput:
    """Which jobs, and why."""

    ids: list[JobId] | None = given(f"Failed jobs, at most {MOST_AT_ONCE}.")
    kind: str | None = given(_KIND)
    queue: str | None = given(_QUEUE)
    reason: str = given(_REASON, required=True)


@strawberry.type
class JobMutations:
    """Mutations of jobs; the caller's role is checked in the database."""

    start_job = mutated_by(
        job_resolvers.start_job,
        input=StartJobInput,
        gives={"job": (Job, "The job, which waits for a worker.")},
        refuses=(ForbiddenError, IdempotencyKeyReusedError),
        rule=(auth(Role.OPERATOR), requires_scopes(Scope.RUN_JOBS)),
        description="Starts a job by hand.",
    )
    cancel_job = mutated_by(
        job_resolvers.cancel_job,
        input=CancelJobInput,
        gives={"job": (Job, "The cancelled job.")},
        refuses=(JobEndedError,),
        rule=auth(),
        description="Cancels a job that waits or runs: the caller's own, or as an operator any. A job that a mail or "
        "another row waits for is not cancelled.",
    )
    retry_jobs = mutated_by(
        job_resolvers.retry_jobs,
        input=RetryJobsInput,
        gives={"jobs": (list[Job], "The jobs, which wait again.", MOST_AT_ONCE)},
        refuses=(ForbiddenError, JobNotFailedError),
        rule=auth(Role.OPERATOR),
        description=f"Queues failed jobs again, at most {MOST_AT_ONCE} at a time; without ids and filters those of "
        "any kind.",
    )
    discard_jobs = mutated_by(
        job_resolvers.discard_jobs,
        input=DiscardJobsInput,
        gives={"jobs": (list[Job], "The jobs that were given up.", MOST_AT_ONCE)},
        refuses=(ForbiddenError, JobNotFailedError),
        rule=auth(Role.OPERATOR),
        description=f"Gives failed jobs up for good, at most {MOST_AT_ONCE} at a time; without ids and filters "
        "those of any kind.",
    )


@strawberry.type
class JobSubscriptions:
    """The subscription of jobs."""

    job_progress: Job | None = streamed_by(
        job_resolvers.job_progress,
        description="The job now and at each change; the stream is complete when the job has ended.",
        rule=(auth(), _READS),
        args={"id": arg(JobId, "The job: the caller's own, or for operators any.")},
    )
