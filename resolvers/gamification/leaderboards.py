"""Resolvers of leaderboards, and the subscription to their changes."""

from domain.gamification import leaderboards
from domain.gamification.leaderboards import (
    DEFAULT_AROUND,
    DEFAULT_TOP,
    LARGEST_TOP,
    Leaderboard,
    LeaderboardEntry,
    LeaderboardScope,
    LeaderboardWindow,
)
from domain.paging import Page, Window
from resolvers.context import Context
from resolvers.live.board_updates import BoardRequest, Update
from resolvers.live.listeners import Listener


async def leaderboard(
    context: Context,
    *,
    scope: LeaderboardScope = LeaderboardScope.GLOBAL,
    period: LeaderboardWindow = LeaderboardWindow.ALL_TIME,
    top: int = LARGEST_TOP,
    own: bool = True,
    resumable: bool = True,
) -> Leaderboard:
    """Return a board as the caller sees it; a subscription can resume from a `resumable` one."""
    viewer_id = context.viewer_id
    async with context.open_reads() as reads:
        shown = await leaderboards.read(
            reads.boards, scope=scope, window=period, viewer_id=viewer_id, now=context.now(), top=top, own=own
        )
    if resumable:
        context.ports.boards.remember(shown)
    return shown


async def entries(board: Leaderboard, context: Context, *, top: int = DEFAULT_TOP) -> list[LeaderboardEntry]:  # noqa: ARG001 - the signature of a resolver
    """Return the first entries, which were read with the board."""
    return board.top[: leaderboards.checked_top(top)]


async def around(board: Leaderboard, context: Context, *, n: int = DEFAULT_AROUND) -> list[LeaderboardEntry]:
    """Return the caller's entry with its neighbours; empty for an anonymous caller or one without XP."""
    if context.viewer is None:
        return []
    async with context.open_reads() as reads:
        return await leaderboards.around(reads.boards, board=board.board, user_id=context.user_id, n=n)


async def ranking(board: Leaderboard, context: Context, *, window: Window) -> Page[LeaderboardEntry]:
    """Return a page of the whole board."""
    viewer_id = context.viewer_id
    async with context.open_reads() as reads:
        return await leaderboards.ranking(reads.boards, board=board.board, window=window, viewer_id=viewer_id)


async def leaderboard_changed(
    context: Context,
    listener: Listener,
    *,
    scope: LeaderboardScope = LeaderboardScope.GLOBAL,
    period: LeaderboardWindow = LeaderboardWindow.ALL_TIME,
    top: int = DEFAULT_TOP,
    after: str | None = None,
) -> Update:
    """Let a listener join a board as the caller sees it; return its first message."""
    ports = context.ports
    request = BoardRequest(
        scope=scope, window=period, first=leaderboards.checked_top(top), viewer_id=context.viewer_id
    )
    return await ports.boards.join(
        listener,
        request,
        after=context.last_event_id or after,
        open_reads=ports.open_reads,
        signals=ports.signals,
        now=ports.now,
    )
