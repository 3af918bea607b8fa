"""Answers about leaderboards, and the stream of their changes."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from domain import leaderboards
from domain.leaderboards import (
    DEFAULT_AROUND,
    DEFAULT_TOP,
    LARGEST_TOP,
    Leaderboard,
    LeaderboardEntry,
    LeaderboardScope,
    LeaderboardWindow,
)
from domain.paging import Page, Window
from resolvers.board_screens import Update, Wish
from resolvers.context import Context
from resolvers.listening import Listener


async def leaderboard(
    context: Context,
    *,
    scope: LeaderboardScope = LeaderboardScope.GLOBAL,
    period: LeaderboardWindow = LeaderboardWindow.ALL_TIME,
    top: int = LARGEST_TOP,
    own: bool = True,
    resumable: bool = True,
) -> Leaderboard:
    """Return a board as the caller sees it; a `resumable` one is a state that a subscription may go on from."""
    viewer_id = context.viewer.user_id if context.viewer else None
    async with context.open_reads() as reads:
        shown = await leaderboards.read(
            reads.boards, scope=scope, window=period, viewer_id=viewer_id, now=context.now(), top=top, own=own
        )
    if resumable:
        context.ports.boards.remember(shown)
    return shown


async def entries(board: Leaderboard, context: Context, *, top: int = DEFAULT_TOP) -> list[LeaderboardEntry]:  # noqa: ARG001 - the signature of a resolver
    """Return the first entries, which were read together with the board."""
    return board.top[: leaderboards.checked_top(top)]


async def around(board: Leaderboard, context: Context, *, n: int = DEFAULT_AROUND) -> list[LeaderboardEntry]:
    """Return the caller's entry with its neighbours; nothing for the anonymous and those without XP."""
    if context.viewer is None:
        return []
    async with context.open_reads() as reads:
        return await leaderboards.around(reads.boards, board=board.board, user_id=context.user_id, n=n)


async def ranking(board: Leaderboard, context: Context, *, window: Window) -> Page[LeaderboardEntry]:
    """Return a page of the whole board."""
    viewer_id = context.viewer.user_id if context.viewer else None
    async with context.open_reads() as reads:
        return await leaderboards.ranking(reads.boards, board=board.board, window=window, viewer_id=viewer_id)


async def leaderboard_changed(
    context: Context,
    *,
    scope: LeaderboardScope = LeaderboardScope.GLOBAL,
    period: LeaderboardWindow = LeaderboardWindow.ALL_TIME,
    top: int = DEFAULT_TOP,
    after: str | None = None,
) -> AsyncGenerator[Update, None]:
    """Stream a board as the caller sees it."""
    ports = context.ports
    viewer_id = context.viewer.user_id if context.viewer else None
    wish = Wish(scope=scope, window=period, first=leaderboards.checked_top(top), viewer_id=viewer_id)
    updates = ports.boards.updates(
        wish, after=context.mark or after, open_reads=ports.open_reads, signals=ports.signals, now=ports.now
    )
    async with aclosing(updates) as messages:
        async for message in messages:
            yield message


async def listen_to_leaderboard(
    context: Context,
    listener: Listener,
    *,
    scope: LeaderboardScope = LeaderboardScope.GLOBAL,
    period: LeaderboardWindow = LeaderboardWindow.ALL_TIME,
    top: int = DEFAULT_TOP,
    after: str | None = None,
) -> Update:
    """Return the first message of `leaderboard_changed`; the listener is told the others."""
    ports = context.ports
    viewer_id = context.viewer.user_id if context.viewer else None
    wish = Wish(scope=scope, window=period, first=leaderboards.checked_top(top), viewer_id=viewer_id)
    return await ports.boards.join(
        listener,
        wish,
        after=context.mark or after,
        open_reads=ports.open_reads,
        signals=ports.signals,
        now=ports.now,
    )
