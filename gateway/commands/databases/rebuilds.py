"""Commands `rebuild boards`, `analytics` and `statistics`: derived tables are computed again from their sources."""

import argparse
from datetime import timedelta

from domain.analytics import learner_analytics
from domain.gamification import leaderboard_projection, leaderboards
from domain.gamification.leaderboards import LeaderboardScope, LeaderboardWindow
from domain.quality import item_projection
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import stores
from gateway.settings.environment import Settings

_DEADLINE_S = 3_600.0
_WEEK = timedelta(days=7)


async def boards(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Compute the board of all time and those of the last weeks from the XP ledger, each in one transaction."""
    now = secrets_and_ids.now()
    weekly = [
        leaderboards.board_of(LeaderboardScope.GLOBAL, LeaderboardWindow.WEEKLY, now - ago * _WEEK)
        for ago in range(arguments.weeks)
    ]
    ever = leaderboards.board_of(LeaderboardScope.GLOBAL, LeaderboardWindow.ALL_TIME, now)
    async with stores.opened(url, statement_deadline_s=_DEADLINE_S) as postgres:
        for board in [ever, *weekly]:
            async with postgres.open_work(Meter()) as work:
                await leaderboard_projection.rebuild(
                    work.boards_projection, board=board, now=now, emit=work.emit
                )
            print(f"{board.key} is computed from the ledger.")
    return 0


async def analytics(_settings: Settings, url: str, _arguments: argparse.Namespace) -> int:
    """Compute the roll-ups of analytics from the graded attempts; attempts that end meanwhile wait."""
    async with (
        stores.opened(url, statement_deadline_s=_DEADLINE_S) as postgres,
        postgres.open_work(Meter()) as work,
    ):
        attempts = await learner_analytics.rebuild(work.analytics)
    print(f"The roll-ups are computed from {attempts} graded attempts.")
    return 0


async def statistics(_settings: Settings, url: str, _arguments: argparse.Namespace) -> int:
    """Compute the statistics of questions from the graded attempts; attempts that end meanwhile wait."""
    async with (
        stores.opened(url, statement_deadline_s=_DEADLINE_S) as postgres,
        postgres.open_work(Meter()) as work,
    ):
        attempts = await item_projection.rebuild(work)
    print(f"The statistics are computed from {attempts} attempts.")
    return 0
