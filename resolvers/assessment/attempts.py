"""Resolvers of quiz attempts."""

from datetime import timedelta
from typing import Protocol

from domain.accounts.users import Viewer
from domain.assessment import answer_saving, attempt_expiry, attempt_start, attempt_submission, attempts
from domain.assessment.attempts import AttemptMode, AttemptSlot, QuizAttempt
from domain.assessment.submissions import Replay
from domain.content.answers import Answer
from domain.content.question_kinds.table import ANSWER_FIELDS
from domain.ids import AttemptId, QuizId
from domain.learning import node_changes as learning_node_changes
from domain.learning.node_changes import NodeChanges
from domain.paging import Page, Window
from resolvers.assessment import loaders
from resolvers.content import loaders as content_loaders
from resolvers.context import Context


async def attempt(context: Context, *, id: AttemptId) -> QuizAttempt | None:
    """Return an attempt of the caller's; one that is overdue is graded first."""
    return await current(context, await context.load(loaders.attempts_by_id, id))


async def current(context: Context, found: QuizAttempt | None) -> QuizAttempt | None:
    """Return a loaded attempt of the caller's; one that is overdue is graded first."""
    return await attempt_expiry.current(context.open_work, found, mint=context.ports.mint, now=context.now())


async def viewer_attempts(viewer: Viewer, context: Context, *, window: Window) -> Page[QuizAttempt]:
    """Return a page of the caller's attempts, newest first; those on it that are overdue are graded first."""
    return await attempt_expiry.page(
        context.open_reads,
        context.open_work,
        user_id=viewer.user_id,
        window=window,
        mint=context.ports.mint,
        now=context.now(),
    )


async def remaining(attempt: QuizAttempt, context: Context) -> timedelta | None:
    """Return the time left by the server's clock."""
    return attempts.remaining(attempt, context.now())


async def start_quiz_attempt(
    context: Context, *, quiz_id: QuizId, idempotency_key: str, mode: AttemptMode = AttemptMode.PRACTICE
) -> QuizAttempt:
    """Start an attempt at a quiz, or continue the open one."""
    async with context.open_work() as work:
        return await attempt_start.start(
            work, context.act(), quiz_id=quiz_id, mode=mode, idempotency_key=idempotency_key
        )


def answer_of(sent: object) -> Answer:
    """Return the answer that a client sent: an input object with one attribute for each answer field."""
    for name, field in ANSWER_FIELDS.items():
        value = getattr(sent, name)
        if isinstance(value, field.wire_class):  # a field that was left out holds a placeholder
            return Answer(**{name: field.read(value)})
    return Answer()


async def answer_question(
    context: Context, *, attempt_id: AttemptId, slot: int, answer: object, client_seq: int
) -> AttemptSlot:
    """Save an answer."""
    given = answer_of(answer)
    async with context.open_work() as work:
        saved = await answer_saving.answer(
            work,
            context.act(),
            attempt_id=attempt_id,
            slot=slot,
            given=given,
            client_seq=client_seq,
            together=context.answered == attempt_id,
        )
    context.answered = attempt_id
    return saved


async def submit_quiz_attempt(
    context: Context, *, attempt_id: AttemptId, idempotency_key: str
) -> QuizAttempt:
    """Finish an attempt and grade it."""
    submission = attempt_submission.submission_of(
        user_id=context.user_id, attempt_id=attempt_id, idempotency_key=idempotency_key, now=context.now()
    )
    ended = await context.ports.submit_batcher.submit(submission, context.meter)
    context.forget()
    if isinstance(ended, Replay):
        return ended.attempt
    context.note("submitted", attempt_id=ended.id, quiz_id=ended.quiz_id)
    return ended


class SubmitPayload(Protocol):
    """The payload of a submission."""

    attempt: QuizAttempt | None


async def node_changes(payload: SubmitPayload, context: Context) -> NodeChanges | None:
    """Return the nodes that the attempt has changed; None where it was refused."""
    attempt = payload.attempt
    if attempt is None:
        return None
    if not attempt.passed or attempt.finished_at is None:
        return NodeChanges()
    quiz = await context.load(content_loaders.quizzes_by_id, attempt.quiz_id)
    if quiz is None:
        return NodeChanges()
    async with context.open_reads() as reads:
        return await learning_node_changes.by_quiz(
            reads.enrolments, user_id=attempt.user_id, quiz_slug=quiz.slug, at=attempt.finished_at
        )


async def abandon_quiz_attempt(context: Context, *, attempt_id: AttemptId) -> QuizAttempt:
    """Abandon an attempt."""
    async with context.open_work() as work:
        return await attempt_start.abandon(work, context.act(), attempt_id=attempt_id)
