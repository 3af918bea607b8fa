"""Pending XP: withheld entries are settled by a rule after a day, or settled and reversed by moderators."""

from datetime import datetime

from domain import text
from domain.accounts import audit, roles
from domain.accounts.audit import AuditAction
from domain.accounts.users import Role
from domain.acts import Act
from domain.errors import DomainError, ForbiddenError, NotFoundError
from domain.gamification import xp
from domain.gamification.work import GamificationWork
from domain.gamification.xp import Award, PendingXp, XpEntry, XpReason, XpStatus
from domain.gamification.xp_rules import CURRENT
from domain.ids import XpEntryId
from domain.paging import Page, Window
from domain.refusals import all_at_once

LONGEST_REASON = 500
_REVERSED = "xp"
"""The source type of a correction; its source id is the reversed entry, so that none is reversed twice."""


class XpNotPendingError(DomainError):
    """The entry is not pending: it was settled or reversed before."""

    code = "XP_NOT_PENDING"


class XpAlreadyReversedError(DomainError):
    """The entry was reversed before, or is a correction itself."""

    code = "XP_ALREADY_REVERSED"


async def page(work: GamificationWork, act: Act, window: Window) -> Page[PendingXp]:
    """Return the withheld entries, oldest first; raises ForbiddenError unless the actor is a moderator."""
    await roles.require(work.roles, user_id=act.user_id, role=Role.MODERATOR, now=act.now)
    return await work.xp.pending(window)


async def settle(work: GamificationWork, act: Act, *, entry_id: XpEntryId, reason: str) -> XpEntry:
    """Let a withheld entry count, with a reason in the audit log; an act without actor is the platform's.

    Raises InvalidInputError, ForbiddenError, NotFoundError or XpNotPendingError.
    """
    entry, reason = await _judged(work, act, entry_id, reason)
    settled = await work.xp.decide([entry.id], XpStatus.SETTLED)
    if not settled:
        raise XpNotPendingError(f"This entry is {entry.status.value}; only pending XP is settled.")
    await _record(work, act, AuditAction.XP_SETTLED, entry, reason)
    return settled[0]


async def reverse(work: GamificationWork, act: Act, *, entry_id: XpEntryId, reason: str) -> XpEntry:
    """Reject a withheld entry, or write the correction of a settled one; return the rejected entry or the correction.

    Raises InvalidInputError, ForbiddenError, NotFoundError or XpAlreadyReversedError.
    """
    entry, reason = await _judged(work, act, entry_id, reason)
    reversed_ = await work.xp.decide([entry.id], XpStatus.REVERSED)
    result = reversed_[0] if reversed_ else await _correct(work, act, entry, reason)
    await _record(work, act, AuditAction.XP_REVERSED, entry, reason)
    return result


async def settle_due(work: GamificationWork, *, now: datetime, limit: int) -> int:
    """Settle at most `limit` withheld entries that had no further finding for a day; return how many there were.

    A further finding is another withheld, rejected or corrected entry of the learner within that time.
    """
    due = await work.xp.due(before=now - CURRENT.settled_after, limit=limit)
    for user_id in sorted({entry.user_id for entry in due}):
        await work.xp.lock(user_id)
    settled = await work.xp.decide([entry.id for entry in due], XpStatus.SETTLED)
    for user_id in sorted({entry.user_id for entry in settled}):
        work.emit(xp.ledger_signal(user_id))
    return len(due)


async def _judged(work: GamificationWork, act: Act, entry_id: XpEntryId, reason: str) -> tuple[XpEntry, str]:
    """Return the entry to judge, its learner locked, and the checked reason; raises ForbiddenError for one's own XP."""
    with all_at_once() as each:
        with each:
            reason = text.prose(reason, field="reason", longest=LONGEST_REASON, shortest=1)
        if act.actor_id is not None:
            await roles.require(work.roles, user_id=act.actor_id, role=Role.MODERATOR, now=act.now)
        entry = await work.xp.by_id(entry_id)
        if entry is None:
            raise NotFoundError("There is no such entry.", field="entryId")
    if entry.user_id == act.actor_id:
        raise ForbiddenError("Another moderator has to judge your own XP.", field="entryId")
    await work.xp.lock(entry.user_id)
    return entry, reason


async def _correct(work: GamificationWork, act: Act, entry: XpEntry, reason: str) -> XpEntry:
    """Write the negative entry of a settled one."""
    current = await work.xp.by_id(entry.id)
    if current is None or current.status is not XpStatus.SETTLED or current.reverses_id is not None:
        raise XpAlreadyReversedError("This entry was reversed before, or is a correction.", field="entryId")
    correction = Award(
        user_id=entry.user_id,
        reason=XpReason.ADJUSTMENT,
        source_type=_REVERSED,
        source_id=entry.id,
        amount=-entry.amount,
        occurred_at=entry.occurred_at,
        local_date=entry.local_date,
        explanation=f"A moderator took back {entry.amount} XP: {reason}",
        reverses_id=entry.id,
    )
    (wanted,) = xp.entries_of([correction], mint=act.mint)
    (stored,) = await work.xp.add([wanted])
    if stored.id != wanted.id:
        raise XpAlreadyReversedError("This entry was reversed before, or is a correction.", field="entryId")
    return stored


async def _record(work: GamificationWork, act: Act, action: AuditAction, entry: XpEntry, reason: str) -> None:
    difference = {"entry": entry.id, "amount": str(entry.amount), "reason": reason}
    await audit.record(work.audit, act, action, target=entry.user_id, difference=difference)
    work.emit(xp.ledger_signal(entry.user_id))
