"""Suspending questions: new attempts leave out a suspended one; those that asked it before go on."""

from domain import text
from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.accounts.users import Role
from domain.acts import Act
from domain.content.questions import Question
from domain.content.releases.ownership import may_change
from domain.errors import NotFoundError
from domain.ids import QuestionId
from domain.quality.question_quality import QuestionSuspension
from domain.quality.work import QualityWork
from domain.refusals import all_at_once

LONGEST_REASON = 500
JUDGES = (Role.ADMIN, Role.MODERATOR)
"""Who may do this to the questions of others, in person."""


async def suspend(work: QualityWork, act: Act, *, question_id: QuestionId, reason: str) -> Question:
    """Suspend a question of the actor's own, or of any author's for a moderator; again changes nothing.

    Raises, all at once, InvalidInputError for the reason, and NotFoundError.
    """
    with all_at_once() as each:
        with each:
            reason = text.prose(reason, field="reason", longest=LONGEST_REASON, shortest=1)
        question = await _managed(work, act, question_id)
    suspension = QuestionSuspension(suspended_at=act.now, reason=reason)
    if await work.question_qualities.suspend(question_id, suspension, by=act.user_id):
        await audit.record(
            work.audit,
            act,
            AuditAction.QUESTION_SUSPENDED,
            target=question_id,
            difference={"reason": reason},
        )
    return question


async def resume(work: QualityWork, act: Act, *, question_id: QuestionId) -> Question:
    """Let new attempts ask a question again; one that is not suspended does not change. Raises NotFoundError."""
    question = await _managed(work, act, question_id)
    if await work.question_qualities.resume(question_id):
        await audit.record(work.audit, act, AuditAction.QUESTION_RESUMED, target=question_id)
    return question


async def _managed(work: QualityWork, act: Act, question_id: QuestionId) -> Question:
    """Lock and return a question that the actor may suspend."""
    author_id = await work.question_qualities.lock(question_id)
    if author_id is None or not await may_change(work, act, author_id=author_id, roles=JUDGES):
        raise no_such_question()
    (question,) = await work.questions.by_ids([question_id])
    if question is None:
        raise no_such_question()
    return question


def no_such_question() -> NotFoundError:
    """Return the refusal of a question that is not there, or that the actor may not judge."""
    return NotFoundError("You have no such question.", field="questionId")
