"""Haste of offline answers: the first answer to a slot is judged by the times of the device, in any order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from domain.assessment import quiz_awards
from domain.assessment.attempts import Place
from domain.entities import entity


@entity
class SlotTime:
    """When a slot was answered; `first_at` is the earliest offline, None where it was answered online first.

    `is_claimed` says that this is the time of the device: a time that had to be moved tells nothing about haste.
    """

    place: Place
    started_at: datetime
    answered_at: datetime
    first_at: datetime | None
    is_claimed: bool | None
    fast: bool

    @property
    def at(self) -> datetime:
        """The time by which the next answer is judged."""
        return self.first_at or self.answered_at


First = tuple[datetime, bool]
"""When a slot was answered first offline, and whether that is the time of the device."""


def judged(times: Sequence[SlotTime], firsts: Mapping[Place, First]) -> list[SlotTime]:
    """Return the slots whose times or haste change with new offline answers.

    `times` are all answered slots of the attempts, `firsts` the earliest of the new answers to slots that offline ones
    were first to. An answer is judged by the one before it in the attempt, else by the start.
    """
    merged = [_with(slot, firsts.get(slot.place)) for slot in times]
    found: list[SlotTime] = []
    before: dict[str, datetime] = {}
    for slot in sorted(merged, key=lambda slot: (slot.place[0], slot.at, slot.place[1])):
        elapsed = slot.at - before.get(slot.place[0], slot.started_at)
        before[slot.place[0]] = slot.at
        is_fast = bool(slot.is_claimed) and quiz_awards.is_fast(elapsed)
        found.append(slot if slot.first_at is None else replace(slot, fast=is_fast))
    known = {slot.place: slot for slot in times}
    return [slot for slot in found if slot != known[slot.place]]


def _with(slot: SlotTime, new: First | None) -> SlotTime:
    if new is None:
        return slot
    known = [] if slot.first_at is None else [(slot.first_at, bool(slot.is_claimed))]
    first_at, is_claimed = min([new, *known])
    return replace(slot, first_at=first_at, is_claimed=is_claimed)
