"""Resolvers of what the caller did in topics, chats and threads."""

from datetime import datetime

from domain.accounts.users import Viewer
from domain.analytics import activity_log, explorations
from domain.analytics.activity_log import ActivityFilter, LoggedAct, LoggedActivity
from domain.analytics.explorations import Exploration
from domain.analytics.performance import Period
from domain.paging import Page, Window
from resolvers.analytics.learner_analytics import Analytics
from resolvers.context import Context


async def explore(analytics: Analytics, context: Context, *, period: Period) -> Exploration:
    """Return what the learner did in a period."""
    async with context.open_reads() as reads:
        return await explorations.of_user(
            reads.explorations, user_id=analytics.user_id, period=period, now=context.now()
        )


async def viewer_activity(
    viewer: Viewer,
    context: Context,
    *,
    window: Window,
    kinds: list[LoggedAct] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[LoggedActivity]:
    """Return a page of what the caller did, the latest first."""
    asked = activity_log.checked_filter(ActivityFilter(kinds=kinds, since=since, until=until))
    async with context.open_reads() as reads:
        return await reads.activity_log.page(asked, window, user_id=viewer.user_id)
