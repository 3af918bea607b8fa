"""Resolvers of study mode."""

from domain.accounts.users import Viewer
from domain.content.questions import Difficulty
from domain.ids import QuizId, StudySessionId
from domain.paging import Page, Window
from domain.study import study_answers, study_end, study_questions, study_start
from domain.study.study_sessions import StudyFilter, StudySession, StudyTurn
from resolvers.assessment.attempts import answer_of
from resolvers.content.exam_types import id_of_code
from resolvers.context import Context
from resolvers.study import loaders


async def study_session(context: Context, *, id: StudySessionId) -> StudySession | None:
    """Return a session of the caller's; one that is over by its pause is ended first."""
    return await current(context, await context.load(loaders.study_sessions_by_id, id))


async def current(context: Context, found: StudySession | None) -> StudySession | None:
    """Return a loaded session of the caller's; one that is over by its pause is ended first."""
    return await study_end.current(context.open_work, found, context.act())


async def viewer_study_sessions(
    viewer: Viewer,
    context: Context,
    *,
    window: Window,
    exam_type: str | None = None,
    is_open: bool | None = None,
) -> Page[StudySession]:
    """Return a page of the caller's sessions, newest first; an open one that is over by its pause is ended first."""
    exam_type_id = await id_of_code(context, exam_type, field="examType")
    return await study_end.page(
        context.open_reads,
        context.open_work,
        StudyFilter(exam_type_id=exam_type_id, is_open=is_open),
        window,
        context.act().by(viewer.user_id),
    )


async def start_study_session(
    context: Context,
    *,
    exam_type: str,
    idempotency_key: str,
    domains: list[str] | None = None,
    difficulty: Difficulty | None = None,
    quiz_id: QuizId | None = None,
) -> StudySession:
    """Start a session and show its first question."""
    async with context.open_work() as work:
        return await study_start.start(
            work,
            context.act(),
            exam_type=exam_type,
            domains=domains or [],
            difficulty=difficulty,
            quiz_id=quiz_id,
            idempotency_key=idempotency_key,
        )


async def next_study_question(context: Context, *, session_id: StudySessionId) -> StudyTurn:
    """Show the next question, or the one that is open still."""
    async with context.open_work() as work:
        return await study_questions.following(work, context.act(), session_id=session_id)


async def answer_study_question(
    context: Context,
    *,
    session_id: StudySessionId,
    slot: int,
    client_id: str,
    answer: object | None = None,
) -> StudyTurn:
    """Answer the open question, or skip it."""
    given = None if answer is None else answer_of(answer)
    async with context.open_work() as work:
        return await study_answers.answer(
            work, context.act(), session_id=session_id, slot=slot, given=given, client_id=client_id
        )


async def end_study_session(context: Context, *, session_id: StudySessionId) -> StudySession:
    """End a session."""
    async with context.open_work() as work:
        return await study_end.end(work, context.act(), session_id=session_id)
