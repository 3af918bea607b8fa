"""Answers about the caller's dashboard."""

from domain.analytics import dashboards
from domain.analytics.dashboards import Dashboard
from resolvers.context import Context


async def viewer_dashboard(context: Context) -> Dashboard:
    """Return the caller's dashboard, read in one statement."""
    async with context.open_reads() as reads:
        return await dashboards.of_user(reads.dashboards, user_id=context.user_id, now=context.now())
