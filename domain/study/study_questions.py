"""Questions of a study session: shows the one that comes next."""

from dataclasses import replace

from domain.acts import Act
from domain.ids import StudySessionId
from domain.study import study_end
from domain.study.study_errors import NothingToStudyError, QuestionWithheldError
from domain.study.study_sessions import StudySession, StudySlot, StudyTurn, counted
from domain.study.work import StudyWork


async def following(work: StudyWork, act: Act, *, session_id: StudySessionId) -> StudyTurn:
    """Show the next question of the actor's session, or the one that is still open, which changes nothing.

    An open question that an open attempt asks meanwhile is skipped. Raises NotFoundError, StudySessionEndedError,
    NothingToStudyError or QuestionWithheldError.
    """
    session = await study_end.locked(work, act, session_id)
    (slot,) = await work.study_sessions.current([session.id], user_id=act.user_id)
    if slot is not None and not slot.withheld:
        return StudyTurn(session=session, slot=slot)
    if slot is not None:
        await work.study_sessions.end_slot(
            replace(slot, ended_at=act.now, time_spent=counted(act.now - slot.shown_at))
        )
    return await show_next(work, act, session, number=session.questions_viewed + 1)


async def show_next(work: StudyWork, act: Act, session: StudySession, *, number: int) -> StudyTurn:
    """Draw a question for a locked session and store that it was shown; its time begins."""
    drawn = await work.study_sessions.draw(session, now=act.now)
    if drawn is None:
        raise await _nothing(work, act, session)
    slot = StudySlot(
        session_id=session.id,
        number=number,
        question_id=drawn.question_id,
        round=drawn.round,
        seed=session.seed + drawn.round,
        shown_at=act.now,
        ended_at=None,
        client_id=None,
        answer=None,
        time_spent=None,
        withheld=False,
    )
    session = replace(active(session, act), round=drawn.round, questions_viewed=number)
    await work.study_sessions.show(slot)
    await work.study_sessions.save(session)
    return StudyTurn(session=session, slot=slot)


def active(session: StudySession, act: Act) -> StudySession:
    """Return the session with an act now: the time since the last one is spent, of a pause five minutes."""
    spent = session.time_spent + counted(act.now - session.last_active_at)
    return replace(session, last_active_at=max(session.last_active_at, act.now), time_spent=spent)


async def _nothing(
    work: StudyWork, act: Act, session: StudySession
) -> NothingToStudyError | QuestionWithheldError:
    if await work.study_sessions.has_questions(session, now=act.now):
        return QuestionWithheldError(
            "Your open attempts ask all of these questions. Submit or abandon them, or study something else."
        )
    if session.quiz_id is not None:
        return NothingToStudyError(
            "No question of this quiz can be studied so: its questions are suspended, drawn from pools, of other "
            "domains or difficulty, or asked by a quiz that shows the score only or allows you more attempts. Choose "
            "another quiz.",
            field="quizId",
        )
    return NothingToStudyError(
        "No question matches; choose other domains, another difficulty or another quiz. Questions of quizzes at which "
        "you have a limited number of attempts left are not studied.",
        field="examType",
    )
