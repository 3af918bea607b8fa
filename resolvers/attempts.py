"""Answers about quiz attempts."""

from datetime import timedelta
from typing import Protocol

from domain import answering, attempts, starting, submitting
from domain.answers import Answer
from domain.attempts import AttemptMode, AttemptSlot, QuizAttempt, is_overdue
from domain.ids import AttemptId, OptionId, QuizId
from domain.paging import Page, Window
from domain.users import Viewer
from resolvers import loaders
from resolvers.context import Context


async def attempt(context: Context, *, id: AttemptId) -> QuizAttempt | None:
    """Find an attempt of the caller's; one that is overdue is graded first."""
    found: QuizAttempt | None = await context.load(loaders.attempts_by_id, id)
    if found is None or not is_overdue(found, context.now()):
        return found
    async with context.open_work() as work:
        return await submitting.expire(work, found, mint=context.ports.mint, now=context.now())


async def viewer_attempts(viewer: Viewer, context: Context, *, window: Window) -> Page[QuizAttempt]:
    """Return a page of the caller's attempts, newest first; those on it that are overdue are graded first."""
    async with context.open_reads() as reads:
        page = await reads.attempts.page(viewer.user_id, window)
    overdue = [found for found in page.nodes if is_overdue(found, context.now())]
    if not overdue:
        return page
    async with context.open_work() as work:
        for found in overdue:
            await submitting.expire(work, found, mint=context.ports.mint, now=context.now())
        return await work.attempts.page(viewer.user_id, window)


async def remaining(attempt: QuizAttempt, context: Context) -> timedelta | None:
    """Return the time left by the server's clock."""
    return attempts.remaining(attempt, context.now())


async def start_quiz_attempt(
    context: Context, *, quiz_id: QuizId, idempotency_key: str, mode: AttemptMode = AttemptMode.PRACTICE
) -> QuizAttempt:
    """Begin an attempt at a quiz, or go on with the open one."""
    async with context.open_work() as work:
        return await starting.start(
            work,
            user_id=context.user_id,
            quiz_id=quiz_id,
            mode=mode,
            idempotency_key=idempotency_key,
            mint=context.ports.mint,
            now=context.now(),
        )


class GivenAnswer(Protocol):
    """Exactly one of the four is set."""

    options: list[OptionId] | None
    truth: bool | None
    text: str | None
    number: str | None


async def answer_question(
    context: Context, *, attempt_id: AttemptId, slot: int, answer: GivenAnswer, client_seq: int
) -> AttemptSlot:
    """Keep an answer."""
    given = Answer(
        options=list(answer.options) if isinstance(answer.options, list) else None,
        truth=answer.truth if isinstance(answer.truth, bool) else None,
        text=answer.text if isinstance(answer.text, str) else None,
        number=answering.number_of(answer.number) if isinstance(answer.number, str) else None,
    )
    async with context.open_work() as work:
        return await answering.answer(
            work,
            user_id=context.user_id,
            attempt_id=attempt_id,
            slot=slot,
            given=given,
            client_seq=client_seq,
            now=context.now(),
        )


async def submit_quiz_attempt(
    context: Context, *, attempt_id: AttemptId, idempotency_key: str
) -> QuizAttempt:
    """Finish an attempt and have it graded: with others at once, or alone where someone or a roadmap is in the way."""
    handed = submitting.hand_in(
        user_id=context.user_id, attempt_id=attempt_id, idempotency_key=idempotency_key, now=context.now()
    )
    done = await context.ports.desk.hand_in(handed, context.meter)
    if done is not None:
        context.forget()
        return done
    async with context.open_work() as work:
        return await submitting.submit(work, handed, mint=context.ports.mint)


async def abandon_quiz_attempt(context: Context, *, attempt_id: AttemptId) -> QuizAttempt:
    """Give an attempt up."""
    async with context.open_work() as work:
        return await starting.abandon(
            work,
            user_id=context.user_id,
            attempt_id=attempt_id,
            mint=context.ports.mint,
            now=context.now(),
        )
