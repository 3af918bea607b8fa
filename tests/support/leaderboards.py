"""Leaderboard stores of a test, in memory or in Postgres, and changes of them."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from domain.gamification import leaderboard_projection
from domain.gamification.leaderboard_projection import OutboxEntry, Projection
from domain.gamification.leaderboards import Board, Boards, LeaderboardEntry
from domain.ids import UserId
from domain.signals import Signal
from persistence.stores import SqlWork
from tests.builders import a_user, mint
from tests.builders.leaderboards import EVER, MONDAY
from tests.fakes.leaderboards import FakeBoards


class BoardStores:
    """Boards with their projection, and changes of them."""

    boards: Boards
    projection: Projection

    def __init__(self) -> None:
        self.signals: list[Signal] = []

    async def learner(self, *, on_boards: bool = True) -> UserId:
        raise NotImplementedError

    async def write(self, entries: Iterable[OutboxEntry]) -> None:
        """Write entries to the ledger and its outbox."""
        raise NotImplementedError

    @asynccontextmanager
    async def rolled_back(self) -> AsyncIterator["BoardStores"]:
        """Return stores whose changes are undone at the end."""
        raise NotImplementedError
        yield self

    async def learners(self, count: int) -> list[UserId]:
        return sorted([await self.learner() for _ in range(count)])

    async def project(self, limit: int = 5_000) -> int:
        return await leaderboard_projection.project(
            self.projection, now=MONDAY, emit=self.signals.append, limit=limit
        )

    async def earn(self, *entries: OutboxEntry) -> None:
        await self.write(entries)
        await self.project()

    async def set_on_boards(self, user_id: UserId, on_boards: bool) -> None:
        await leaderboard_projection.set_on_boards(
            self.projection, user_id=user_id, on_boards=on_boards, now=MONDAY, emit=self.signals.append
        )

    async def rebuild(self, board: Board) -> None:
        await leaderboard_projection.rebuild(
            self.projection, board=board, now=MONDAY, emit=self.signals.append
        )

    async def top(self, board: Board = EVER, count: int = 100) -> list[LeaderboardEntry]:
        return (await self.boards.page(board, top=count, viewers=[])).top

    async def own(self, user_id: UserId, board: Board = EVER) -> LeaderboardEntry | None:
        return (await self.boards.page(board, top=0, viewers=[user_id])).viewers.get(user_id)

    async def version(self, board: Board = EVER) -> int:
        return (await self.boards.page(board, top=0, viewers=[])).version


class FakeBoardStores(BoardStores):
    def __init__(self) -> None:
        super().__init__()
        self.boards = self.projection = self.fake = FakeBoards()

    async def learner(self, *, on_boards: bool = True) -> UserId:
        user_id = UserId(mint("user"))
        self.fake.on_boards[user_id] = on_boards
        return user_id

    async def write(self, entries: Iterable[OutboxEntry]) -> None:
        entries = list(entries)
        self.fake.ledger += entries
        self.fake.outbox += entries

    @asynccontextmanager
    async def rolled_back(self) -> AsyncIterator[BoardStores]:
        yield FakeBoardStores()


class SqlBoardStores(BoardStores):
    def __init__(self, work: SqlWork) -> None:
        super().__init__()
        self.work = work
        self.boards, self.projection = work.boards, work.boards_projection
        self.raw: Any = work.boards._connection.raw

    async def learner(self, *, on_boards: bool = True) -> UserId:
        user = await self.work.users.add(a_user())
        await self.raw.execute("UPDATE users SET on_boards = $2 WHERE id = $1", user.id, on_boards)
        return user.id

    async def write(self, entries: Iterable[OutboxEntry]) -> None:
        entries = list(entries)
        await self.raw.executemany(
            "INSERT INTO xp_entries (id, user_id, amount, reason, source_type, source_id, rule_version, "
            "explanation, occurred_at, local_date, status) "
            "VALUES ($1, $2, $3, 'ADJUSTMENT', 'test', $1, 1, '', $4, '2026-11-16', 'SETTLED')",
            [(entry.entry_id, entry.user_id, entry.amount, entry.occurred_at) for entry in entries],
        )
        await self.raw.executemany(
            "INSERT INTO xp_outbox VALUES ($1, $2, $3, $4)",
            [(entry.entry_id, entry.user_id, entry.amount, entry.occurred_at) for entry in entries],
        )

    @asynccontextmanager
    async def rolled_back(self) -> AsyncIterator[BoardStores]:
        transaction = self.raw.transaction()
        await transaction.start()
        try:
            yield SqlBoardStores(self.work)
        finally:
            await transaction.rollback()


def board_stores_of(request: pytest.FixtureRequest) -> BoardStores:
    """Return the stores for a fixture with the parameters "fake" and "sql"."""
    return FakeBoardStores() if request.param == "fake" else SqlBoardStores(request.getfixturevalue("work"))
