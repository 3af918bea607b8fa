"""End of study sessions: by the learner, by the next session, or after two hours without an act."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime

from domain.acts import Act
from domain.errors import NotFoundError
from domain.ids import StudySessionId
from domain.paging import Page, Window
from domain.study.study_errors import StudySessionEndedError
from domain.study.study_sessions import IDLE_AFTER, StudyFilter, StudySession, counted, is_idle
from domain.study.work import StudyWork

OpenStudy = Callable[[], AbstractAsyncContextManager[StudyWork]]
"""Opens stores: for reading, or as one transaction."""


async def end(work: StudyWork, act: Act, *, session_id: StudySessionId) -> StudySession:
    """End a session of the actor's; one that is over stays as it is. Raises NotFoundError."""
    await work.streaks.lock(act.user_id)
    session = await own_session(work, act, session_id, field="sessionId")
    if session.ended_at is not None:
        return session
    return await _ended(work, session, act.now)


async def end_open(work: StudyWork, act: Act) -> None:
    """End the session that the actor has open, if there is one."""
    session = await work.study_sessions.open_one(act.user_id)
    if session is not None:
        await _ended(work, session, act.now)


async def own_session(work: StudyWork, act: Act, session_id: StudySessionId, *, field: str) -> StudySession:
    """Return a session of the actor's and lock it; raises NotFoundError."""
    session = await work.study_sessions.lock(session_id, user_id=act.user_id)
    if session is None:
        raise no_such_session(field=field)
    return session


def no_such_session(*, field: str) -> NotFoundError:
    """Return the refusal of a session that there is not."""
    return NotFoundError("There is no such study session.", field=field)


async def locked(work: StudyWork, act: Act, session_id: StudySessionId) -> StudySession:
    """Lock the actor's row and a session of theirs that goes on; raises NotFoundError or StudySessionEndedError."""
    await work.streaks.lock(act.user_id)
    session = await own_session(work, act, session_id, field="sessionId")
    refuse_over(session, act.now)
    return session


def refuse_over(session: StudySession, now: datetime) -> None:
    """Raise StudySessionEndedError for a session that is ended, or over by its pause."""
    if session.ended_at is not None or is_idle(session, now):
        raise session_over()


def session_over() -> StudySessionEndedError:
    """Return the refusal of an act in a session that is over."""
    return StudySessionEndedError("This study session is over; start a new one.", field="sessionId")


async def current(open_work: OpenStudy, session: StudySession | None, act: Act) -> StudySession | None:
    """Return a session of the actor's as it is now: one that is over by its pause is ended first."""
    if session is None or not is_idle(session, act.now):
        return session
    async with open_work() as work:
        return await end(work, act, session_id=session.id)


async def page(
    open_reads: OpenStudy, open_work: OpenStudy, asked: StudyFilter, window: Window, act: Act
) -> Page[StudySession]:
    """Return a page of the actor's sessions, newest first; one that is over by its pause is ended first."""
    async with open_reads() as reads:
        found = await reads.study_sessions.page(asked, window, user_id=act.user_id)
    if not any(is_idle(session, act.now) for session in found.nodes):
        return found
    async with open_work() as work:
        await work.streaks.lock(act.user_id)
        await end_open(work, act)
        return await work.study_sessions.page(asked, window, user_id=act.user_id)


async def end_idle(work: StudyWork, *, now: datetime, limit: int) -> int:
    """End at most `limit` sessions of all learners that are over by their pause; return how many there were."""
    return await work.study_sessions.end_idle(before=now - IDLE_AFTER, limit=limit)


async def _ended(work: StudyWork, session: StudySession, now: datetime) -> StudySession:
    """Store the end of a locked session: now, or its last act where it is over by its pause."""
    if is_idle(session, now):
        ended = replace(session, ended_at=session.last_active_at)
    else:
        spent = session.time_spent + counted(now - session.last_active_at)
        at = max(now, session.last_active_at)
        ended = replace(session, ended_at=at, last_active_at=at, time_spent=spent)
    await work.study_sessions.save(ended)
    return ended
