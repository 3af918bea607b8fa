"""Answers in study mode: graded and explained at once, or left out; five on a local date count for the streak."""

from dataclasses import replace
from datetime import datetime

from domain import local_days, text
from domain.acts import Act
from domain.assessment.attempts import shown
from domain.content import grading
from domain.content.answers import Answer, SlotAnswer
from domain.content.questions import Question
from domain.entities import entity
from domain.errors import IdempotencyKeyReusedError, NotFoundError
from domain.gamification import streaks, xp
from domain.gamification.streaks import Activity, ActivityKind
from domain.ids import StudyAnswerId, StudySessionId
from domain.refusals import all_at_once
from domain.study import study_end, study_questions
from domain.study.study_errors import QuestionWithheldError, StudySlotEndedError
from domain.study.study_sessions import StudyAnswer, StudySession, StudySlot, StudyTurn, counted
from domain.study.work import StudyWork

STREAK_ANSWERS = 5
"""How many answers on one local date count for the streak."""
LONGEST_CLIENT_ID = 200
_NO_CLIENT_ID = ""


@entity
class CheckedAnswer:
    """An answer in normal form, with the question that it is to."""

    question: Question
    answer: Answer


async def answer(
    work: StudyWork, act: Act, *, session_id: StudySessionId, slot: int, given: Answer | None, client_id: str
) -> StudyTurn:
    """Answer the open slot of the actor's session, or skip it with None; either ends it.

    The same client id again returns the slot as it is, also after the end of the session. Raises NotFoundError,
    InvalidInputError, IdempotencyKeyReusedError, StudySessionEndedError, StudySlotEndedError or QuestionWithheldError.
    """
    with all_at_once() as each:
        with each:
            _check_number(slot)
        with each:
            client_id = text.line(client_id, field="clientId", longest=LONGEST_CLIENT_ID)
        await work.streaks.lock(act.user_id)
        session = await study_end.own_session(work, act, session_id, field="sessionId")
        is_named = not any(refusal.field == "clientId" for refusal in each.refusals)
        known = client_id if is_named else _NO_CLIENT_ID
        found = await _slot(work, session, slot, known)
        is_repeated = found.client_id == known
        if not is_repeated:
            study_end.refuse_over(session, act.now)
            refuse_ended(found)
        if given is not None and found.withheld and not is_repeated:
            raise withheld()
        checked = None if given is None else await _checked(work, found, given)
        if is_repeated:
            _refuse_other(found, slot, None if checked is None else shown(checked.answer))
    if is_repeated:
        return StudyTurn(session=session, slot=found)
    return await end_slot(work, act, session, found, checked, client_id)


async def _slot(work: StudyWork, session: StudySession, number: int, client_id: str) -> StudySlot:
    """Return the slot that was ended under the client's id, else the one with the number; raises NotFoundError."""
    found = await work.study_sessions.named(session, number=number, client_id=client_id)
    for slot in sorted(found, key=lambda slot: slot.client_id != client_id):
        return slot
    raise no_such_slot()


def _check_number(number: int) -> None:
    if number < 1:
        raise no_such_slot()


def no_such_slot() -> NotFoundError:
    """Return the refusal of a slot that there is not."""
    return NotFoundError("There is no such slot in this study session.", field="slot")


def refuse_ended(slot: StudySlot) -> None:
    """Raise StudySlotEndedError for a slot that was answered or skipped."""
    if slot.ended_at is not None:
        done = "skipped" if slot.is_skipped else "answered"
        raise StudySlotEndedError(
            f"This question was {done} before; ask for the next one with nextStudyQuestion.", field="slot"
        )


def _refuse_other(slot: StudySlot, number: int, given: SlotAnswer | None) -> None:
    if slot.number != number or slot.answer != given:
        raise IdempotencyKeyReusedError(
            "This client id was used for another answer in this session; make a new one for a new answer.",
            field="clientId",
        )


def withheld() -> QuestionWithheldError:
    """Return the refusal of an answer that an open attempt withholds."""
    return QuestionWithheldError(
        "An open attempt of yours asks this question. Submit or abandon it first, or skip the question.",
        field="slot",
    )


async def _checked(work: StudyWork, slot: StudySlot, given: Answer) -> CheckedAnswer:
    """Return the answer in normal form, with its question."""
    (question,) = await work.questions.by_ids([slot.question_id])
    if question is None:
        raise LookupError(f"the question {slot.question_id} of a study slot is gone")
    return CheckedAnswer(question=question, answer=grading.checked(question, given))


async def end_slot(
    work: StudyWork,
    act: Act,
    session: StudySession,
    slot: StudySlot,
    checked: CheckedAnswer | None,
    client_id: str,
    *,
    earns_at: datetime | None = None,
) -> StudyTurn:
    """Store the end of an open slot of a locked session, now, and the answer with what follows from it.

    `earns_at` is the moment on whose local date the answer counts, now where it is None.
    """
    ended = replace(
        slot,
        ended_at=act.now,
        client_id=client_id,
        answer=None if checked is None else shown(checked.answer),
        time_spent=counted(act.now - slot.shown_at),
    )
    await work.study_sessions.end_slot(ended)
    session = study_questions.active(session, act)
    if checked is not None:
        session = replace(session, questions_answered=session.questions_answered + 1)
        await _keep(work, act, ended, checked, earns_at or act.now)
    await work.study_sessions.save(session)
    return StudyTurn(session=session, slot=ended)


async def _keep(
    work: StudyWork, act: Act, slot: StudySlot, checked: CheckedAnswer, earns_at: datetime
) -> None:
    """Grade and store an answer; the fifth of a local date counts for the streak, each may reach a daily target."""
    (key,) = await work.questions.keys_by_ids([slot.question_id])
    if key is None:
        raise LookupError(f"the question {slot.question_id} of a study slot has lost its key")
    zone = await work.streaks.zone_of(act.user_id, at=earns_at)
    today = local_days.local_date(earns_at, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)
    given = StudyAnswer(
        id=StudyAnswerId(act.mint("studyanswer")),
        user_id=act.user_id,
        session_id=slot.session_id,
        number=slot.number,
        question_id=slot.question_id,
        answer=checked.answer,
        credit=grading.grade(checked.question, key, checked.answer),
        time_spent=counted(act.now - slot.shown_at),
        answered_at=act.now,
        local_date=today,
    )
    if await work.study_sessions.answered(given) == STREAK_ANSWERS:
        activity = Activity(
            user_id=act.user_id,
            kind=ActivityKind.STUDY,
            source_type="study_day",
            source_id=today.isoformat(),
            summary=f"Answered {STREAK_ANSWERS} questions in study mode",
            occurred_at=earns_at,
            local_date=today,
            time_zone=zone.time_zone,
        )
        milestones = await streaks.record(work.streaks, activity, is_locked=True)
        await xp.award(work.xp, milestones, mint=act.mint, emit=work.emit)
    await work.progress_checks.note_target(act.user_id)
