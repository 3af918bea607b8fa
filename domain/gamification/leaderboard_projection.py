"""Projection of the XP ledger onto the leaderboards; the boards can be rebuilt from the ledger."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

from domain import ids
from domain.entities import entity
from domain.gamification.leaderboards import (
    Board,
    BoardKey,
    LeaderboardScope,
    LeaderboardWindow,
    board_of,
    topic_of,
)
from domain.ids import UserId, XpEntryId
from domain.signals import Signal

BATCH = 5_000
_ALL_TIME = board_of(
    LeaderboardScope.GLOBAL, LeaderboardWindow.ALL_TIME, datetime.min.replace(tzinfo=UTC)
).key


@entity
class OutboxEntry:
    """A settled entry of the ledger that is not on the boards yet."""

    entry_id: XpEntryId
    user_id: UserId
    amount: int
    occurred_at: datetime


@entity
class XpSum:
    """The sum of some entries of one learner on one board.

    `reached_at` is the latest time among them, in milliseconds, and `last_gain` the sum of the entries of that time:
    all the awards of one quiz are one gain. The order in which sums are added does not matter, so an updated board and
    a rebuilt one are equal.
    """

    board: BoardKey
    user_id: UserId
    xp: int
    reached_at: datetime
    last_gain: int


@entity
class BoardVersion:
    """The new version of a changed board."""

    board: BoardKey
    version: int


class Projection(Protocol):
    """The boards for writing; every change takes one lock and gives each changed board a new version."""

    async def claim(self) -> bool:
        """Take the lock until the commit; return False if another projector has it."""

    async def take(self, limit: int) -> list[OutboxEntry]:
        """Remove up to `limit` entries from the outbox and return them, oldest first."""

    async def add(self, sums: list[XpSum], *, now: datetime) -> list[BoardVersion]:
        """Add the sums to the boards; at most one per board and learner."""

    async def rebuild(self, board: Board, *, written_before: str | None, now: datetime) -> BoardVersion:
        """Compute a board from the ledger: the entries of its span, with ids before `written_before` if given.

        Entries in the outbox are left to the projector.
        """

    async def set_on_boards(self, user_id: UserId, *, on_boards: bool, now: datetime) -> list[BoardVersion]:
        """Store the learner's choice and follow it; return the boards that changed. Raises NotFoundError."""

    async def lock(self) -> None:
        """Wait for the lock and take it until the commit."""

    async def lapsed(self, *, now: datetime) -> list[UserId]:
        """Return up to 100 learners who are hidden though their suspension has ended by `now`."""

    async def refresh(self, user_id: UserId, *, now: datetime) -> list[BoardVersion]:
        """Show the learner, or hide them if they opted out or are suspended; return the boards that changed.

        Take the lock first.
        """


async def project(
    projection: Projection, *, now: datetime, emit: Callable[[Signal], None], limit: int = BATCH
) -> int:
    """Add up to `limit` ledger entries to the boards; return how many, or 0 while another projector works."""
    if not await projection.claim():
        return 0
    entries = await projection.take(limit)
    if entries:
        _emit(await projection.add(sums_of(entries), now=now), emit)
    return len(entries)


async def rebuild(
    projection: Projection, *, board: Board, now: datetime, emit: Callable[[Signal], None]
) -> None:
    """Compute a board from the ledger, after a loss of data or a change of the rules."""
    last = None if board.closes_at is None else _first_id_at(board.closes_at)
    _emit([await projection.rebuild(board, written_before=last, now=now)], emit)


async def set_on_boards(
    projection: Projection, *, user_id: UserId, on_boards: bool, now: datetime, emit: Callable[[Signal], None]
) -> None:
    """Show a learner on the boards, or hide them: then only they see their rank."""
    _emit(await projection.set_on_boards(user_id, on_boards=on_boards, now=now), emit)


async def show_lapsed(projection: Projection, *, now: datetime, emit: Callable[[Signal], None]) -> None:
    """Show learners again whose suspension has ended by itself."""
    lapsed = await projection.lapsed(now=now)
    if lapsed:
        await projection.lock()
    for user_id in lapsed:
        _emit(await projection.refresh(user_id, now=now), emit)


def signals_of(changed: list[BoardVersion]) -> list[Signal]:
    """Return the signals for new versions of boards."""
    return [Signal(topic=topic_of(board.board), body=str(board.version)) for board in changed]


def sums_of(entries: Iterable[OutboxEntry]) -> list[XpSum]:
    """Add up entries per board and learner, sorted by these, so that rows are locked in one order."""
    sums: dict[tuple[BoardKey, UserId], XpSum] = {}
    for entry in entries:
        moment = _in_milliseconds(entry.occurred_at)
        for board in boards_of(entry):
            key = (board, entry.user_id)
            added = XpSum(
                board=board,
                user_id=entry.user_id,
                xp=entry.amount,
                reached_at=moment,
                last_gain=entry.amount,
            )
            sums[key] = combine(sums[key], added) if key in sums else added
    return [sums[key] for key in sorted(sums)]


def combine(a: XpSum, b: XpSum) -> XpSum:
    """Add two sums of the same board and learner."""
    latest = max(a.reached_at, b.reached_at)
    return XpSum(
        board=a.board,
        user_id=a.user_id,
        xp=a.xp + b.xp,
        reached_at=latest,
        last_gain=sum(each.last_gain for each in (a, b) if each.reached_at == latest),
    )


def boards_of(entry: OutboxEntry) -> list[BoardKey]:
    """Return the boards on which an entry counts: that of all time, and that of its week unless it is late.

    An entry is late if it was written to the ledger after the week had closed. Its id holds that time, so the answer
    does not depend on when the projector runs.
    """
    year, week, _ = entry.occurred_at.astimezone(UTC).isocalendar()
    board, first_late_id = _week(year, week)
    return [_ALL_TIME, board] if entry.entry_id < first_late_id else [_ALL_TIME]


@lru_cache(maxsize=64)
def _week(year: int, week: int) -> tuple[BoardKey, str]:
    """Return the board of an ISO week and the smallest id of an entry that is too late for it."""
    monday = datetime.fromisocalendar(year, week, 1).replace(tzinfo=UTC)
    board = board_of(LeaderboardScope.GLOBAL, LeaderboardWindow.WEEKLY, monday)
    assert board.closes_at is not None  # noqa: S101 - a week has an end
    return board.key, _first_id_at(board.closes_at)


def _first_id_at(moment: datetime) -> str:
    """Return the smallest id that a ledger entry can get at `moment`; ids sort by time."""
    prefix = ids.PREFIXES[XpEntryId]
    return ids.compose(prefix, milliseconds=int(moment.timestamp() * 1_000), randomness=bytes(10))


def _in_milliseconds(moment: datetime) -> datetime:
    """Cut a time to milliseconds, which clients see and sort by."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)


def _emit(changed: list[BoardVersion], emit: Callable[[Signal], None]) -> None:
    for signal in signals_of(changed):
        emit(signal)
