"""Resolvers of XP and levels."""

from domain.accounts.users import User, Viewer
from domain.gamification import levels
from domain.gamification.levels import LevelProgress
from domain.gamification.xp import XpEntry
from domain.ids import XpEntryId
from domain.paging import Page, Window
from resolvers.accounts import loaders
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def xp_entries_by_id(context: Context, ids: list[XpEntryId]) -> list[XpEntry | None]:
    """Load the viewer's own entries."""
    async with context.open_reads() as reads:
        return await reads.xp.by_ids(ids, viewer_id=context.user_id)


async def level_progress(viewer: Viewer, context: Context) -> LevelProgress | None:
    """Return how far the caller is towards the next level."""
    user: User | None = await context.load(loaders.users_by_id, viewer.user_id)
    return None if user is None else levels.progress(level=user.level, xp_total=user.xp_total)


async def viewer_xp(viewer: Viewer, context: Context, *, window: Window) -> Page[XpEntry]:
    """Return a page of the caller's ledger, newest first."""
    async with context.open_reads() as reads:
        return await reads.xp.page(viewer.user_id, window)
