"""Jobs that grade attempts again: an author or a moderator starts one, and it goes on where it broke off."""

from dataclasses import field
from datetime import timedelta

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.content.releases.ownership import may_change
from domain.entities import entity
from domain.errors import DomainError
from domain.ids import QuestionId
from domain.jobs import job_starts
from domain.jobs.job_kinds import JobKind, NoArguments, RetryPolicy
from domain.jobs.job_starts import JobRequest
from domain.jobs.jobs import Job
from domain.quality import item_projection, regrades
from domain.quality.regrade_store import RegradeCounts
from domain.quality.regrades import AGAIN_AFTER, RegradePlan
from domain.quality.suspensions import JUDGES, no_such_question
from domain.quality.work import QualityWork

MOST_ROUNDS = 30
"""How often a job is followed by another one for the attempts that were still open."""


class NothingToRegradeError(DomainError):
    """No closed attempt was graded by another key of the question."""

    code = "NOTHING_TO_REGRADE"


@entity
class RegradeArguments:
    """The newest version of a question, and how many jobs for it have come before this one."""

    question_id: str
    earlier_rounds: int = field(default=0, metadata={"between": (0, MOST_ROUNDS)})


REGRADE = JobKind(
    name="regrade_question",
    description="Grades the attempts again that asked an earlier version of a question.",
    queue="maintenance",
    arguments=RegradeArguments,
    retries=RetryPolicy(attempts=5, timeout=timedelta(hours=1)),
    result={"regraded": int, "raised": int, "waiting": int},
)


async def start(work: QualityWork, act: Act, *, question_id: QuestionId) -> Job:
    """Start the regrade of a question of the actor's own, or of any author's for a moderator.

    While one runs, that one is returned. Raises NotFoundError or NothingToRegradeError.
    """
    stored = await work.authored.lock_newest(question_id)
    if stored is None or not await may_change(work, act, author_id=stored.author_id, roles=JUDGES):
        raise no_such_question()
    newest = stored.question.id
    (count,) = await regrades.offers(work, [newest])
    if not count:
        raise NothingToRegradeError(
            "No closed attempt was graded by another key of this question; correct the key with updateQuestion first.",
            field="questionId",
        )
    request = JobRequest(
        arguments=RegradeArguments(question_id=newest), user_id=act.user_id, dedupe_key=f"regrade:{newest}"
    )
    job = await job_starts.start(work, act, REGRADE, request)
    await audit.record(
        work.audit, act, AuditAction.REGRADE_STARTED, target=newest, difference={"attempts": str(count)}
    )
    return job


async def end(work: QualityWork, act: Act, plan: RegradePlan, arguments: RegradeArguments) -> RegradeCounts:
    """Count what was done, plan the next round for what has to wait, and count the statistics again."""
    counts = await work.regrades.counts(plan.question_id, list(plan.earlier))
    if counts.raised:
        rebuild = JobRequest(arguments=NoArguments(), dedupe_key="rebuild")
        await job_starts.start(work, act, item_projection.REBUILD, rebuild)
    if counts.waiting and arguments.earlier_rounds < MOST_ROUNDS:
        rounds = arguments.earlier_rounds + 1
        request = JobRequest(
            arguments=RegradeArguments(question_id=plan.question_id, earlier_rounds=rounds),
            at=act.now + AGAIN_AFTER,
            dedupe_key=f"regrade:{plan.question_id}:{rounds}",
        )
        await job_starts.start(work, act, REGRADE, request)
    return counts
