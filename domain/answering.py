"""How an answer is given: the latest one by the client's own count stands."""

import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from domain import answers, quiz_awards
from domain.answers import Answer
from domain.attempt_refusals import AttemptClosedError, SlotLockedError
from domain.attempts import GRACE, AttemptSlot, AttemptState, OpenSlot, shown
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import AttemptId, UserId
from domain.quizzes import MOST_QUESTIONS, Feedback
from domain.work import Work

_LARGEST_SEQ = 2**31 - 1
_LONGEST_NUMBER = 100
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)


async def answer(
    work: Work,
    *,
    user_id: UserId,
    attempt_id: AttemptId,
    slot: int,
    given: Answer,
    client_seq: int,
    now: datetime,
) -> AttemptSlot:
    """Keep an answer and return its slot.

    An answer whose `client_seq` is not higher than the stored one's is late, and the stored one stands.
    Raises NotFoundError, InvalidInputError, AttemptClosedError from five seconds after the deadline on,
    or SlotLockedError where the quiz gives feedback after each answer and this slot has got its own.
    """
    if not 0 <= client_seq <= _LARGEST_SEQ:
        raise InvalidInputError("clientSeq must be 0 or more.", field="clientSeq")
    place = (attempt_id, slot)
    found = await work.attempts.open_slot(place, user_id=user_id) if 0 < slot <= MOST_QUESTIONS else None
    if found is None:
        raise NotFoundError("There is no such slot in an attempt of yours.", field="slot")
    _refuse_closed(found, now)
    checked = answers.checked(found.question, given)
    if found.client_seq is not None and client_seq <= found.client_seq:
        return found.slot
    _refuse_locked(found)
    fast = found.slot.answered_at is None and quiz_awards.is_fast(now - found.previous_at)
    await work.attempts.save(place, answer=checked, client_seq=client_seq, answered_at=now, fast=fast)
    locked = found.attempt.feedback is Feedback.AFTER_EACH
    return replace(found.slot, answer=shown(checked), answered_at=now, locked=locked)


def _refuse_closed(slot: OpenSlot, now: datetime) -> None:
    attempt = slot.attempt
    if attempt.state is not AttemptState.IN_PROGRESS:
        raise AttemptClosedError("This attempt is over; start a new one.", field="attemptId")
    if attempt.deadline is not None and now > attempt.deadline + GRACE:
        raise AttemptClosedError("The time is up; what was saved before counts.", field="attemptId")


def _refuse_locked(slot: OpenSlot) -> None:
    if slot.slot.locked:
        raise SlotLockedError("This quiz shows what was right at once, so an answer is final.", field="slot")


def number_of(text: str) -> Decimal:
    """Read a number that a client wrote in decimal, like `-1.5` or `6.02e23`; raises InvalidInputError."""
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text.strip()):
        raise InvalidInputError("number must be a decimal number like -1.5.", field="number")
    return Decimal(text.strip())
