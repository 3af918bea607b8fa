"""Withdrawing quizzes and giving them back: a withdrawn quiz takes no new attempts, and open ones go on."""

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.content.quizzes import Quiz
from domain.content.releases.ownership import may_change
from domain.content.work import ContentWork
from domain.errors import ForbiddenError, NotFoundError
from domain.ids import QuizId


async def withdraw(work: ContentWork, act: Act, *, quiz_id: QuizId) -> Quiz:
    """Withdraw a quiz of the actor's own, or of any author's for an admin in person; again changes nothing.

    Raises NotFoundError or ForbiddenError.
    """
    return await withdraw_as_operator(work, act, await _managed(work, act, quiz_id))


async def restore(work: ContentWork, act: Act, *, quiz_id: QuizId) -> Quiz:
    """Let a withdrawn quiz take attempts again; another one does not change.

    Raises NotFoundError or ForbiddenError.
    """
    return await restore_as_operator(work, act, await _managed(work, act, quiz_id))


async def withdraw_as_operator(work: ContentWork, act: Act, quiz: Quiz) -> Quiz:
    """Withdraw a quiz, whoever is its author."""
    if quiz.withdrawn_at is not None:
        return quiz
    await audit.record(work.audit, act, AuditAction.QUIZ_WITHDRAWN, target=quiz.id)
    return await work.quizzes.set_withdrawn(quiz.id, at=act.now)


async def restore_as_operator(work: ContentWork, act: Act, quiz: Quiz) -> Quiz:
    """Let a withdrawn quiz take attempts again, whoever is its author."""
    if quiz.withdrawn_at is None:
        return quiz
    await audit.record(work.audit, act, AuditAction.QUIZ_RESTORED, target=quiz.id)
    return await work.quizzes.set_withdrawn(quiz.id, at=None)


async def _managed(work: ContentWork, act: Act, quiz_id: QuizId) -> Quiz:
    """Return the quiz, locked, when the actor may withdraw and restore it."""
    quiz = await work.quizzes.lock(quiz_id)
    if quiz is None:
        raise NotFoundError("There is no such quiz.", field="quizId")
    if not await may_change(work, act, author_id=quiz.author_id):
        raise ForbiddenError("Only the author, or an admin without an API key, may do this.", field="quizId")
    return quiz
