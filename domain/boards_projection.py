"""How XP reaches the boards: the ledger is the truth, the boards are a projection that can be built again."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

from domain import ids
from domain.entities import entity
from domain.ids import UserId, XpEntryId
from domain.leaderboards import Board, BoardKey, LeaderboardScope, LeaderboardWindow, board_of, topic_of
from domain.signals import Signal

BATCH = 5_000
_ALL_TIME = board_of(
    LeaderboardScope.GLOBAL, LeaderboardWindow.ALL_TIME, datetime.min.replace(tzinfo=UTC)
).key


@entity
class Earned:
    """A settled entry of the ledger that the boards have not seen yet."""

    entry_id: XpEntryId
    user_id: UserId
    amount: int
    occurred_at: datetime


@entity
class Tally:
    """What some entries add up to for one learner on one board.

    `xp` is their sum, `reached_at` the latest moment among them in milliseconds, `last_gain` the sum of those of
    that moment: all the awards of one quiz are one gain. Tallies add up in any order, so that a board which was
    kept up to date and one that was built again are equal.
    """

    board: BoardKey
    user_id: UserId
    xp: int
    reached_at: datetime
    last_gain: int


@entity
class BoardVersion:
    """The version that a change gave to a board."""

    board: BoardKey
    version: int


class Projection(Protocol):
    """The boards for writing; every change happens under one lock and gives each changed board a new version."""

    async def claim(self) -> bool:
        """Take the lock until the commit; False where another projector holds it."""

    async def take(self, limit: int) -> list[Earned]:
        """Remove and return up to `limit` entries that the boards have not seen, oldest first."""

    async def add(self, tallies: list[Tally], *, now: datetime) -> list[BoardVersion]:
        """Add the tallies to the boards; at most one per board and learner."""

    async def rebuild(self, board: Board, *, written_before: str | None, now: datetime) -> BoardVersion:
        """Compute a board from the ledger: entries of its span with ids before `written_before`, if given.

        What waits in the outbox is left for the projector.
        """

    async def appear(self, user_id: UserId, *, on_boards: bool, now: datetime) -> list[BoardVersion]:
        """Let a learner appear on the boards or not; returns the boards that changed."""


async def project(
    projection: Projection, *, now: datetime, emit: Callable[[Signal], None], limit: int = BATCH
) -> int:
    """Bring up to `limit` ledger entries to the boards; returns how many, 0 also where another projector is at it."""
    if not await projection.claim():
        return 0
    earned = await projection.take(limit)
    if earned:
        _announce(await projection.add(tallied(earned), now=now), emit)
    return len(earned)


async def rebuild(
    projection: Projection, *, board: Board, now: datetime, emit: Callable[[Signal], None]
) -> None:
    """Compute a board from the ledger alone, as after a loss or a change of the rules."""
    last = None if board.closes_at is None else _first_id_at(board.closes_at)
    _announce([await projection.rebuild(board, written_before=last, now=now)], emit)


async def appear(
    projection: Projection,
    *,
    user_id: UserId,
    on_boards: bool,
    now: datetime,
    emit: Callable[[Signal], None],
) -> None:
    """Let a learner appear on the boards, or opt out: then only they see their rank."""
    _announce(await projection.appear(user_id, on_boards=on_boards, now=now), emit)


def tallied(earned: Iterable[Earned]) -> list[Tally]:
    """Add up entries per board and learner, in the order of these two so that rows are locked in one order."""
    tallies: dict[tuple[BoardKey, UserId], Tally] = {}
    for one in earned:
        moment = _in_milliseconds(one.occurred_at)
        for key in boards_of(one):
            place = (key, one.user_id)
            tally = Tally(
                board=key, user_id=one.user_id, xp=one.amount, reached_at=moment, last_gain=one.amount
            )
            tallies[place] = together(tallies[place], tally) if place in tallies else tally
    return [tallies[place] for place in sorted(tallies)]


def together(one: Tally, other: Tally) -> Tally:
    """Add two tallies of the same board and learner."""
    latest = max(one.reached_at, other.reached_at)
    return Tally(
        board=one.board,
        user_id=one.user_id,
        xp=one.xp + other.xp,
        reached_at=latest,
        last_gain=sum(t.last_gain for t in (one, other) if t.reached_at == latest),
    )


def boards_of(one: Earned) -> list[BoardKey]:
    """Return the boards on which an entry counts: that of all time, and that of its week unless it came too late.

    Late is what was written to the ledger after the week had closed; the id of an entry holds when that was, so
    that the answer does not depend on when the projector comes around.
    """
    year, week, _ = one.occurred_at.astimezone(UTC).isocalendar()
    key, closed_from = _week(year, week)
    return [_ALL_TIME, key] if one.entry_id < closed_from else [_ALL_TIME]


@lru_cache(maxsize=64)
def _week(year: int, week: int) -> tuple[BoardKey, str]:
    """Return the board of an ISO week and the first id that is written too late for it."""
    monday = datetime.fromisocalendar(year, week, 1).replace(tzinfo=UTC)
    board = board_of(LeaderboardScope.GLOBAL, LeaderboardWindow.WEEKLY, monday)
    assert board.closes_at is not None  # noqa: S101 - a week has an end
    return board.key, _first_id_at(board.closes_at)


def _first_id_at(moment: datetime) -> str:
    """Return the smallest id of a ledger entry that can be minted at `moment`; byte order is time order."""
    prefix = ids.PREFIXES[XpEntryId]
    return ids.compose(prefix, milliseconds=int(moment.timestamp() * 1_000), randomness=bytes(10))


def _in_milliseconds(moment: datetime) -> datetime:
    """Cut a moment to milliseconds, which is what clients see and sort by."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)


def _announce(changed: list[BoardVersion], emit: Callable[[Signal], None]) -> None:
    for board in changed:
        emit(Signal(topic=topic_of(board.board), body=str(board.version)))
