"""Resolvers and batches of daily targets, and the stream of a learner's progress."""

from collections.abc import AsyncIterator
from datetime import date

from domain.accounts.users import Viewer
from domain.learning import daily_targets
from domain.learning.daily_targets import DailyKind, DailyTarget, TargetDay, TargetStreak
from domain.learning.progress_checks import progress_signal
from domain.learning.targets import target_changes, target_progress
from domain.paging import Page, Window
from domain.signals import newest
from resolvers.batches import Rows, batch
from resolvers.context import Context

LOOK_EVERY_S = 30.0
"""How often the stream of progress looks by itself, in seconds, in case a signal was lost."""


@batch(Rows.VIEWER)
async def streaks_by_target(context: Context, targets: list[tuple[DailyKind, date]]) -> list[TargetStreak]:
    """Load the streaks of the viewer's own targets, each as of a date."""
    async with context.open_reads() as reads:
        days = await reads.daily_targets.days(context.user_id)
    return [
        daily_targets.streak_of((day for day in days if day.kind is kind), today=today)
        for kind, today in targets
    ]


@batch(Rows.VIEWER)
async def history_by_kind(context: Context, kinds: list[str], *, window: Window) -> list[Page[TargetDay]]:
    """Load the dates on which the viewer's own targets were reached, newest first."""
    async with context.open_reads() as reads:
        return await reads.daily_targets.history(context.user_id, kinds, window)


async def viewer_daily_targets(context: Context) -> list[DailyTarget]:
    """Return the caller's targets as they stand now."""
    async with context.open_reads() as reads:
        return await target_progress.of_user(reads, context.user_id, now=context.now())


async def set_daily_target(context: Context, *, kind: DailyKind, target: int) -> DailyTarget:
    """Set the caller's target of a kind."""
    async with context.open_work() as work:
        return await target_changes.set_target(work, context.act(), kind=kind, target=target)


async def remove_daily_target(context: Context, *, kind: DailyKind) -> DailyTarget:
    """Remove the caller's target of a kind."""
    async with context.open_work() as work:
        return await target_changes.remove_target(work, context.act(), kind=kind)


async def viewer_progress(context: Context) -> AsyncIterator[Viewer]:
    """Yield the caller now, and each time that their daily targets or goals have moved."""
    topic = progress_signal(context.user_id).topic
    async with context.ports.signals.listen(topic) as signals:
        while True:
            context.forget()
            yield context.caller
            await newest(signals, within=LOOK_EVERY_S)
