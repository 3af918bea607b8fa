"""Answers in study mode that were given offline: the answer to a slot that arrives first is final.

It is explained as soon as it has arrived, so a later one cannot take its place, whenever it was given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain import ids
from domain.acts import Act
from domain.assessment.attempts import shown
from domain.content import grading
from domain.content.answers import Answer
from domain.content.questions import Question
from domain.entities import entity
from domain.errors import DomainError
from domain.ids import QuestionId, StudySessionId
from domain.offline.event_kinds import answers
from domain.offline.event_kinds.kind_rules import EventRules
from domain.offline.events import APPLIED, EventIdReusedError, EventOutcome, OfflineEvent, refused
from domain.offline.work import OfflineWork
from domain.refusals import together
from domain.spaced_review.memory import Schedulers
from domain.study import study_answers, study_end
from domain.study.study_answers import CheckedAnswer
from domain.study.study_errors import QuestionWithheldError, StudySessionEndedError, StudySlotEndedError
from domain.study.study_sessions import AskedSlot, StudyPlace, StudySession, StudySlot, is_idle


@entity
class _Named:
    """What the events name: sessions, their slots by number and by the id of an answer, and the questions."""

    sessions: Mapping[str, StudySession]
    slots: Mapping[StudyPlace, StudySlot]
    by_client: Mapping[tuple[StudySessionId, str | None], StudySlot]
    questions: Mapping[QuestionId, Question]


@entity
class _Accepted:
    """An answer that ends its slot; None skips it."""

    event: OfflineEvent
    slot: StudySlot
    checked: CheckedAnswer | None
    at: datetime


def content_of(*, session_id: str, slot: int, answer: Answer | None) -> dict[str, Any]:
    """Return the content of an answer as JSON; None skips the question."""
    given = None if answer is None else answers.stored(answer)
    return {"session_id": session_id, "slot": slot, "answer": given}


async def apply(
    work: OfflineWork, act: Act, events: Sequence[OfflineEvent], _: Schedulers
) -> Mapping[str, EventOutcome]:
    """End the slots that are open still, each at the time that counts; of those that come together the first stands."""
    named = await _read(work, act, events)
    outcomes: dict[str, EventOutcome] = {}
    accepted: dict[StudyPlace, _Accepted] = {}
    for event in sorted(events, key=lambda event: (event.at, event.tie_break)):
        try:
            found = _judged(event, named, taken=accepted)
            if found is not None:
                accepted[found.slot.place] = found
            outcomes[event.id] = APPLIED
        except DomainError as refusal:
            outcomes[event.id] = refused(*together(refusal))
    for each in accepted.values():
        session = await study_end.own_session(work, act, each.slot.session_id, field="sessionId")
        late = replace(act, now=each.at)
        await study_answers.end_slot(
            work,
            late,
            _going_on(session, late),
            each.slot,
            each.checked,
            each.event.id,
            earns_at=max(each.at, each.event.earns_at),
        )
    return outcomes


async def _read(work: OfflineWork, act: Act, events: Sequence[OfflineEvent]) -> _Named:
    """Read what the events name, in three statements."""
    asked: list[AskedSlot] = [
        (StudySessionId(id_), event.content["slot"], event.id)
        for event in events
        if ids.is_id(id_ := event.content["session_id"], ids.PREFIXES[StudySessionId])
    ]
    session_ids = sorted({session_id for session_id, *_ in asked})
    sessions = await work.study_sessions.by_ids(session_ids, user_id=act.user_id)
    slots = await work.study_sessions.asked(asked, user_id=act.user_id)
    questions = await work.questions.by_ids(sorted({slot.question_id for slot in slots}))
    return _Named(
        sessions={session.id: session for session in sessions if session is not None},
        slots={slot.place: slot for slot in slots},
        by_client={(slot.session_id, slot.client_id): slot for slot in slots},
        questions={question.id: question for question in questions if question is not None},
    )


def _judged(event: OfflineEvent, named: _Named, *, taken: Mapping[StudyPlace, _Accepted]) -> _Accepted | None:
    """Return the answer that ends a slot, None for one that has ended it already under this id."""
    session_id = StudySessionId(event.content["session_id"])
    session = named.sessions.get(session_id)
    if session is None:
        raise study_end.no_such_session(field="sessionId")
    place = (session_id, event.content["slot"])
    slot, known = named.slots.get(place), named.by_client.get((session_id, event.id))
    if slot is None:
        raise study_answers.no_such_slot()
    given = None if event.content["answer"] is None else answers.loaded(event.content["answer"])
    if known is None:
        _refuse_late(session, event, slot, taken.get(place))
        if given is not None and slot.withheld:
            raise study_answers.withheld()
    checked = None
    if given is not None:
        question = named.questions[slot.question_id]
        checked = CheckedAnswer(question=question, answer=grading.checked(question, given))
    if known is None:
        return _Accepted(event=event, slot=slot, checked=checked, at=max(event.at, slot.shown_at))
    if known.place != place or known.answer != (None if checked is None else shown(checked.answer)):
        raise EventIdReusedError(
            "This id was used for another answer in this session; make a new one for a new answer.",
            field="id",
        )
    return None


def _refuse_late(
    session: StudySession, event: OfflineEvent, slot: StudySlot, earlier: _Accepted | None
) -> None:
    """Raise what refuses an answer to a slot that is over, or one of long after the last act of the session.

    A session that was ended meanwhile takes it: that it went on was not known.
    """
    if earlier is not None:
        answer = None if earlier.checked is None else shown(earlier.checked.answer)
        slot = replace(slot, ended_at=earlier.at, answer=answer)
    study_answers.refuse_ended(slot)
    if is_idle(replace(session, ended_at=None), event.at):
        raise study_end.session_over()


def _going_on(session: StudySession, act: Act) -> StudySession:
    """Return the session; the end of one that was ended moves to the answer where that is later."""
    if session.ended_at is None:
        return session
    return replace(session, ended_at=max(session.ended_at, act.now))


RULES = EventRules(
    name="study_answer",
    apply=apply,
    refuses=(StudySessionEndedError, StudySlotEndedError, QuestionWithheldError),
)
