"""Resolvers of pending XP, for moderators."""

from domain.gamification import pending_xp as withheld
from domain.gamification.xp import PendingXp, XpEntry
from domain.ids import XpEntryId
from domain.paging import Page, Window
from resolvers.context import Context


async def pending_xp(context: Context, *, window: Window) -> Page[PendingXp]:
    """Return a page of withheld XP, oldest first."""
    async with context.open_reads() as reads:
        return await withheld.page(reads, context.act(), window)


async def settle_pending_xp(context: Context, *, entry_id: XpEntryId, reason: str) -> XpEntry:
    """Let withheld XP count."""
    async with context.open_work() as work:
        return await withheld.settle(work, context.act(), entry_id=entry_id, reason=reason)


async def reverse_xp(context: Context, *, entry_id: XpEntryId, reason: str) -> XpEntry:
    """Take XP back."""
    async with context.open_work() as work:
        return await withheld.reverse(work, context.act(), entry_id=entry_id, reason=reason)
