"""Builders of leaderboards: XP of a given time, and a board computed naively from the rules."""

import itertools
import os
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from domain import ids
from domain.gamification.leaderboard_projection import OutboxEntry
from domain.gamification.leaderboards import (
    Board,
    LeaderboardEntry,
    LeaderboardScope,
    LeaderboardWindow,
    board_of,
)
from domain.ids import UserId, XpEntryId

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
"""The first moment of ISO week 47 of 2026."""

EVER = board_of(LeaderboardScope.GLOBAL, LeaderboardWindow.ALL_TIME, MONDAY)
WEEK = board_of(LeaderboardScope.GLOBAL, LeaderboardWindow.WEEKLY, MONDAY)
WEEK_BEFORE = board_of(LeaderboardScope.GLOBAL, LeaderboardWindow.WEEKLY, MONDAY - timedelta(days=1))

_ticks = itertools.count()


def an_entry_id(written_at: datetime) -> XpEntryId:
    """Return the id of a ledger entry that was written at a given time."""
    milliseconds = int(written_at.timestamp() * 1_000)
    return XpEntryId(ids.compose("xp", milliseconds=milliseconds, randomness=os.urandom(10)))


def earned(user_id: str, amount: int = 10, **values: Any) -> OutboxEntry:
    at = values.get("at", MONDAY + timedelta(hours=1, seconds=next(_ticks) % 3_000))
    return OutboxEntry(
        entry_id=an_entry_id(values.get("written_at", at)),
        user_id=UserId(user_id),
        amount=amount,
        occurred_at=at,
    )


def naive(
    board: Board, ledger: Iterable[OutboxEntry], *, hidden: Iterable[str] = ()
) -> list[LeaderboardEntry]:
    """Compute a whole board in the simplest way, without its hidden learners."""
    counted: dict[UserId, list[OutboxEntry]] = defaultdict(list)
    for entry in ledger:
        if board.closes_at is None or (
            board.opens_at is not None
            and board.opens_at <= entry.occurred_at < board.closes_at
            and written_at(entry) < board.closes_at
        ):
            counted[entry.user_id].append(entry)
    shown = [_shown(user, entries) for user, entries in counted.items() if user not in set(hidden)]
    shown = [entry for entry in shown if entry.xp > 0]
    for entry in shown:
        object.__setattr__(entry, "rank", 1 + sum(other.xp > entry.xp for other in shown))
    return sorted(shown, key=lambda e: (-e.xp, e.reached_at, e.user_id))


def written_at(entry: OutboxEntry) -> datetime:
    value = 0
    for digit in entry.entry_id.removeprefix("xp_"):
        value = value * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(digit)
    return datetime.fromtimestamp((value >> 80) / 1_000, UTC)


def in_milliseconds(moment: datetime) -> datetime:
    return moment - timedelta(microseconds=moment.microsecond % 1_000)


def _shown(user_id: UserId, entries: list[OutboxEntry]) -> LeaderboardEntry:
    latest = max(in_milliseconds(entry.occurred_at) for entry in entries)
    return LeaderboardEntry(
        user_id=user_id,
        rank=0,
        xp=sum(entry.amount for entry in entries),
        delta=sum(entry.amount for entry in entries if in_milliseconds(entry.occurred_at) == latest),
        reached_at=latest,
    )
