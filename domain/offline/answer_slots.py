"""Answer slots: many slots of a learner's attempts at once, for answers that arrive together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.assessment.attempts import OpenSlot, Place
from domain.content.answers import Answer
from domain.entities import entity
from domain.ids import AttemptId, UserId
from domain.offline.answer_haste import SlotTime


@entity
class PlacedAnswer:
    """An answer to a slot, with what orders the answers to it; `is_claimed` tells that its device says the time."""

    place: Place
    answer: Answer
    client_seq: int
    answered_at: datetime
    is_claimed: bool
    tie_break: str


class AnswerSlots(Protocol):
    """Slots of attempts; every method reaches only the attempts of the user it is given."""

    async def lock(self, ids: Sequence[AttemptId], *, user_id: UserId) -> None:
        """Lock the user's attempts until the transaction ends."""

    async def open_slots(self, places: Sequence[Place], *, user_id: UserId) -> list[OpenSlot | None]:
        """Return one slot per place of attempts that are locked; None where the user has no such slot."""

    async def save(self, answers: Sequence[PlacedAnswer]) -> None:
        """Save answers to slots that `open_slots` returned; grading inputs read before are out of date then."""

    async def times(self, ids: Sequence[AttemptId]) -> list[SlotTime]:
        """Return the answered slots of these attempts."""

    async def judge(self, slots: Sequence[SlotTime]) -> None:
        """Store when slots were answered first offline, and whether in haste."""
