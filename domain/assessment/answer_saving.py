"""Saving answers and flags: of the answers to one slot the one with the client's highest number stands."""

from dataclasses import replace
from datetime import datetime

from domain.acts import Act
from domain.assessment import quiz_awards
from domain.assessment.attempt_errors import AttemptClosedError, SlotLockedError
from domain.assessment.attempts import GRACE, AttemptSlot, AttemptState, OpenSlot, Place, shown
from domain.assessment.work import AssessmentWork
from domain.content import grading
from domain.content.answers import Answer
from domain.content.quizzes import MOST_QUESTIONS, Feedback
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import AttemptId
from domain.refusals import all_at_once

_LARGEST_SEQ = 2**31 - 1


async def answer(
    work: AssessmentWork,
    act: Act,
    *,
    attempt_id: AttemptId,
    slot: int,
    given: Answer,
    client_seq: int,
    together: bool = False,
) -> AttemptSlot:
    """Save an answer of the actor's and return its slot.

    An answer whose `client_seq` is not higher than that of the stored one is late: the stored one stays, unless it was
    given offline and has the same number. `together` says that another answer to the attempt came in the same request:
    no haste. Raises NotFoundError, InvalidInputError, AttemptClosedError from five seconds after the deadline on, or
    SlotLockedError where the quiz gives feedback after each answer and the slot has been answered.
    """
    place = (attempt_id, slot)
    with all_at_once() as each:
        with each:
            check_seq(client_seq)
        found = await _open_slot(work, act, place)
        checked = grading.checked(found.question, given)
    if _is_late(found, client_seq):
        return found.slot
    if found.slot.locked:
        raise slot_locked()
    is_first = found.slot.answered_at is None
    fast = is_first and not together and quiz_awards.is_fast(act.now - found.previous_at)
    await work.attempts.save(place, answer=checked, client_seq=client_seq, answered_at=act.now, fast=fast)
    locked = found.attempt.feedback is Feedback.AFTER_EACH
    return replace(found.slot, answer=shown(checked), answered_at=act.now, locked=locked)


async def flag(
    work: AssessmentWork, act: Act, *, attempt_id: AttemptId, slot: int, flagged: bool
) -> AttemptSlot:
    """Flag a slot of the actor's open attempt, to look at it again, or take the flag back; return the slot.

    The flag says nothing about the answer, so a slot whose answer is final takes it too. Raises NotFoundError, or
    AttemptClosedError from five seconds after the deadline on.
    """
    place = (attempt_id, slot)
    found = await _open_slot(work, act, place)
    if found.slot.flagged != flagged:
        await work.attempts.flag(place, flagged=flagged)
    return replace(found.slot, flagged=flagged)


async def _open_slot(work: AssessmentWork, act: Act, place: Place) -> OpenSlot:
    """Return a slot of the actor's open attempt, and lock the attempt."""
    is_place = 0 < place[1] <= MOST_QUESTIONS
    found = await work.attempts.open_slot(place, user_id=act.user_id) if is_place else None
    if found is None:
        raise NotFoundError("There is no such slot in an attempt of yours.", field="slot")
    refuse_closed(found, act.now)
    return found


def check_seq(client_seq: int) -> None:
    """Refuse a number that cannot be stored."""
    if not 0 <= client_seq <= _LARGEST_SEQ:
        raise InvalidInputError("clientSeq must be 0 or more.", field="clientSeq")


def refuse_closed(slot: OpenSlot, now: datetime) -> None:
    """Refuse an answer to an attempt that takes none by the server's clock."""
    attempt = slot.attempt
    if attempt.state is not AttemptState.IN_PROGRESS:
        raise AttemptClosedError("This attempt is over; start a new one.", field="attemptId")
    if attempt.deadline is not None and now > attempt.deadline + GRACE:
        raise AttemptClosedError("The time is up; the answers saved before it count.", field="attemptId")


def slot_locked() -> SlotLockedError:
    """Return the refusal of a second answer where the first one is final."""
    return SlotLockedError("This quiz shows the right answer at once, so an answer is final.", field="slot")


def _is_late(found: OpenSlot, client_seq: int) -> bool:
    if found.client_seq is None or client_seq != found.client_seq:
        return found.client_seq is not None and client_seq < found.client_seq
    return found.tie_break is None
