"""Answers about the caller's dashboard."""

from domain import dashboards
from domain.dashboards import Dashboard
from resolvers.context import Context


async def viewer_dashboard(context: Context) -> Dashboard:
    """Return where the caller stands, in one statement."""
    async with context.open_reads() as reads:
        return await dashboards.of_user(reads.dashboards, user_id=context.user_id, now=context.now())
