"""Resolvers of time allowances."""

from domain.accounts.users import Viewer
from domain.assessment import time_allowance_changes
from domain.assessment import time_allowances as allowances
from domain.assessment.time_allowances import TimeAllowance
from domain.ids import UserId
from domain.paging import Page, Window
from resolvers.context import Context


async def viewer_time_multiplier(viewer: Viewer, context: Context) -> float:
    """Return by how much the caller's time limits are multiplied."""
    async with context.open_reads() as reads:
        return float(await allowances.multiplier_of(reads.time_allowances, viewer.user_id))


async def time_allowances(
    context: Context, *, window: Window, user_id: UserId | None = None
) -> Page[TimeAllowance]:
    """Return a page of the learners who have more time, for a moderator."""
    async with context.open_reads() as reads:
        return await time_allowance_changes.page(reads, context.act(), window, user_id=user_id)


async def set_time_multiplier(
    context: Context, *, user_id: UserId, multiplier: float, reason: str
) -> TimeAllowance:
    """Set by how much a learner's time limits are multiplied."""
    async with context.open_work() as work:
        return await time_allowance_changes.set_multiplier(
            work, context.act(), user_id=user_id, multiplier=multiplier, reason=reason
        )
