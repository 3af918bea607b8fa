"""Answers about XP and levels."""

from domain import levels
from domain.levels import LevelProgress
from domain.paging import Page, Window
from domain.users import User, Viewer
from domain.xp import XpEntry
from resolvers import loaders
from resolvers.context import Context


async def level_progress(viewer: Viewer, context: Context) -> LevelProgress | None:
    """Tell how far the caller is towards the next level."""
    user: User | None = await context.load(loaders.users_by_id, viewer.user_id)
    return None if user is None else levels.progress(level=user.level, xp_total=user.xp_total)


async def viewer_xp(viewer: Viewer, context: Context, *, window: Window) -> Page[XpEntry]:
    """Return a page of the caller's ledger, newest first."""
    async with context.open_reads() as reads:
        return await reads.xp.page(viewer.user_id, window)
