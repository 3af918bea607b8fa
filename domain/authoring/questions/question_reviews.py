"""Reviews of generated questions: a human takes responsibility, and attempts that ask them earn XP from then on."""

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.accounts.users import Role
from domain.acts import Act
from domain.authoring.work import AuthoringWork
from domain.content.questions import Question
from domain.content.releases.ownership import may_change
from domain.errors import DomainError, NotFoundError
from domain.ids import QuestionId

REVIEWERS = (Role.ADMIN, Role.MODERATOR)
"""Who may review the questions of others, in person."""


class NotGeneratedError(DomainError):
    """A human wrote the question, so there is nothing to review."""

    code = "NOT_GENERATED"


async def mark_reviewed(work: AuthoringWork, act: Act, *, question_id: QuestionId) -> Question:
    """Store that the actor has reviewed a generated question, of their own or as a moderator; again changes nothing.

    `question_id` is that of any version. Attempts that have started keep what they earn. Raises NotFoundError or
    NotGeneratedError.
    """
    stored = await work.authored.lock_newest(question_id)
    if stored is None or not await may_change(work, act, author_id=stored.author_id, roles=REVIEWERS):
        raise NotFoundError("There is no such question.", field="questionId")
    if await work.provenances.by_questions([question_id], viewer_id=act.user_id, sees_all=False) == [None]:
        raise NotGeneratedError("A human wrote this question; it needs no review.", field="questionId")
    if await work.provenances.review(question_id, by=act.user_id, now=act.now):
        await audit.record(work.audit, act, AuditAction.QUESTION_REVIEWED, target=stored.question.id)
    return stored.question
