"""Answers that were given offline: of the answers to a slot the greatest by (clientSeq, time, device, event) stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from domain import ids
from domain.acts import Act
from domain.assessment import answer_saving
from domain.assessment.attempt_errors import AttemptClosedError, SlotLockedError
from domain.assessment.attempts import OpenSlot, Place
from domain.content import grading
from domain.content.answers import Answer
from domain.content.question_kinds.table import ANSWER_FIELDS
from domain.content.quizzes import MOST_QUESTIONS, Feedback
from domain.errors import DomainError, NotFoundError
from domain.ids import AttemptId
from domain.offline import answer_haste
from domain.offline.answer_haste import First
from domain.offline.answer_slots import PlacedAnswer
from domain.offline.event_kinds.kind_rules import EventRules
from domain.offline.events import APPLIED, EventOutcome, OfflineEvent, refused
from domain.offline.work import OfflineWork
from domain.refusals import all_at_once, together
from domain.spaced_review.memory import Schedulers

_Order = tuple[int, bool, datetime, str]


def content_of(*, attempt_id: str, slot: int, answer: Answer, client_seq: int) -> dict[str, Any]:
    """Return the content of an answer as JSON."""
    return {"attempt_id": attempt_id, "slot": slot, "answer": stored(answer), "client_seq": client_seq}


def stored(answer: Answer) -> dict[str, Any]:
    """Return an answer as JSON."""
    given = {name: getattr(answer, name) for name in ANSWER_FIELDS}
    return {name: ANSWER_FIELDS[name].store(value) for name, value in given.items() if value is not None}


def loaded(content: Mapping[str, Any]) -> Answer:
    """Return the answer that `stored` returned."""
    return Answer(**{name: ANSWER_FIELDS[name].load(value) for name, value in content.items()})


async def apply(
    work: OfflineWork, act: Act, events: Sequence[OfflineEvent], _: Schedulers
) -> Mapping[str, EventOutcome]:
    """Save the answers that stand; each is judged by the server's clock, as one that is sent alone is."""
    places = list(dict.fromkeys(place for event in events if (place := _place(event)) is not None))
    await work.answer_slots.lock(sorted({attempt_id for attempt_id, _ in places}), user_id=act.user_id)
    slots = await work.answer_slots.open_slots(places, user_id=act.user_id)
    found = dict(zip(places, slots, strict=True))
    standing: dict[Place, PlacedAnswer] = {}
    firsts: dict[Place, First] = {}
    outcomes: dict[str, EventOutcome] = {}
    for event in events:
        place = _place(event)
        slot = None if place is None else found[place]
        try:
            placed = _judged(event, slot, act.now)
            if place is not None and _stands(placed, slot, standing.get(place)):
                standing[place] = placed
            if place is not None:
                first = (placed.answered_at, placed.is_claimed)
                firsts[place] = min(firsts.get(place, first), first)
            outcomes[event.id] = APPLIED
        except DomainError as refusal:
            outcomes[event.id] = refused(*together(refusal))
    await work.answer_slots.save(list(standing.values()))
    await _judge_haste(work, found, firsts)
    return outcomes


async def _judge_haste(
    work: OfflineWork, found: Mapping[Place, OpenSlot | None], firsts: Mapping[Place, First]
) -> None:
    """Judge the attempts again that have new answers; a slot that was answered online first stays as it was judged."""
    if not firsts:
        return
    times = await work.answer_slots.times(sorted({attempt_id for attempt_id, _ in firsts}))
    offline = {slot.place for slot in times if slot.first_at is not None}
    offline |= {place for place, slot in found.items() if slot is not None and slot.slot.answered_at is None}
    judged = answer_haste.judged(times, {place: first for place, first in firsts.items() if place in offline})
    await work.answer_slots.judge(judged)


def _place(event: OfflineEvent) -> Place | None:
    """Return the slot that the event names, None where there cannot be one."""
    content = event.content
    attempt_id, slot = content["attempt_id"], content["slot"]
    if not ids.is_id(attempt_id, ids.PREFIXES[AttemptId]) or not 0 < slot <= MOST_QUESTIONS:
        return None
    return (AttemptId(attempt_id), slot)


def _judged(event: OfflineEvent, slot: OpenSlot | None, now: datetime) -> PlacedAnswer:
    """Return the answer in normal form; an attempt takes it for as long as it takes answers that are sent alone."""
    content = event.content
    with all_at_once() as each:
        with each:
            answer_saving.check_seq(content["client_seq"])
        if slot is None:
            raise NotFoundError("There is no such slot in an attempt of yours.", field="slot")
        answer_saving.refuse_closed(slot, now)
        checked = grading.checked(slot.question, loaded(content["answer"]))
    answered_at = max(event.at, slot.attempt.started_at)
    return PlacedAnswer(
        place=slot.slot.place,
        answer=checked,
        client_seq=content["client_seq"],
        answered_at=answered_at,
        is_claimed=answered_at == event.claimed_at,
        tie_break=event.tie_break,
    )


def _stands(placed: PlacedAnswer, slot: OpenSlot | None, earlier: PlacedAnswer | None) -> bool:
    """Tell whether the answer takes the place of the one that stands; raises SlotLockedError where that is final."""
    if slot is None:
        return False
    known = _order_of_stored(slot) if earlier is None else _order(earlier)
    if known is None:
        return True
    if _order(placed) <= known:
        return False
    if slot.slot.locked or (earlier is not None and slot.attempt.feedback is Feedback.AFTER_EACH):
        raise answer_saving.slot_locked()
    return True


def _order(placed: PlacedAnswer) -> _Order:
    return (placed.client_seq, False, placed.answered_at, placed.tie_break)


def _order_of_stored(slot: OpenSlot) -> _Order | None:
    """Return the order of what is stored; what was answered online is before what came later with the same number."""
    if slot.client_seq is None or slot.slot.answered_at is None:
        return None
    return (slot.client_seq, slot.tie_break is None, slot.slot.answered_at, slot.tie_break or "")


RULES = EventRules(name="answer", apply=apply, refuses=(AttemptClosedError, SlotLockedError))
