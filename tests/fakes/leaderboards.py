"""Boards in memory."""

from collections.abc import Sequence
from datetime import datetime

from domain.boards_projection import BoardVersion, Earned, Tally, tallied, together
from domain.errors import NotFoundError
from domain.ids import UserId
from domain.leaderboards import Board, BoardKey, BoardPage, LeaderboardEntry
from domain.paging import Page, Window, cut, expect
from persistence.board_rankings import key_of


class FakeBoards:
    """Boards and projection at once; `outbox` and `ledger` stand for the tables of the ledger."""

    def __init__(self) -> None:
        self.on_boards: dict[UserId, bool] = {}
        self.outbox: list[Earned] = []
        self.ledger: list[Earned] = []
        self.reads = 0
        self._tallies: dict[BoardKey, dict[UserId, Tally]] = {}
        self._versions: dict[BoardKey, int] = {}
        self._latest = 0

    async def page(self, board: Board, *, top: int, viewers: Sequence[UserId]) -> BoardPage:
        self.reads += 1
        shown = self._shown(board.key)
        before = [key for key in self._versions if board.family <= key < board.key]
        version = self._versions.get(board.key, self._versions[max(before)] if before else 0)
        own = {
            viewer: self._entry(tally) for viewer in viewers if (tally := self._counted(board.key, viewer))
        }
        return BoardPage(
            version=version,
            opened=board.key in self._versions,
            total=len(shown),
            top=shown[:top],
            viewers=own,
        )

    async def around(self, board: Board, *, user_id: UserId, count: int) -> list[LeaderboardEntry]:
        tally = self._counted(board.key, user_id)
        if tally is None:
            return []
        own = self._entry(tally)
        others = [e for e in self._shown(board.key) if e.user_id != user_id]
        place = sum(_order(e) < _order(own) for e in others)
        return [*others[max(0, place - count) : place], own, *others[place : place + count]]

    async def ranking(self, board: Board, window: Window) -> Page[LeaderboardEntry]:
        key = expect(window, int, int, str, field="before" if window.backward else "after")
        shown = self._shown(board.key)
        if window.backward:
            shown.reverse()
        if key is not None:
            bound = (-key[0], *key[1:])
            shown = [e for e in shown if (_key(e) < bound if window.backward else _key(e) > bound)]
        return cut(shown[: window.size + 1], window, key_of)

    async def claim(self) -> bool:
        return True

    async def take(self, limit: int) -> list[Earned]:
        self.outbox.sort(key=lambda one: one.entry_id)
        taken, self.outbox = self.outbox[:limit], self.outbox[limit:]
        return taken

    async def add(self, tallies: list[Tally], *, now: datetime) -> list[BoardVersion]:
        for tally in tallies:
            board = self._tallies.setdefault(tally.board, {})
            known = board.get(tally.user_id)
            board[tally.user_id] = together(known, tally) if known else tally
        return self._bump({tally.board for tally in tallies})

    async def rebuild(self, board: Board, *, written_before: str | None, now: datetime) -> BoardVersion:
        waiting = {one.entry_id for one in self.outbox}
        counted = tallied(one for one in self.ledger if one.entry_id not in waiting)
        self._tallies[board.key] = {t.user_id: t for t in counted if t.board == board.key}
        return self._bump({board.key})[0]

    async def appear(self, user_id: UserId, *, on_boards: bool, now: datetime) -> list[BoardVersion]:
        if user_id not in self.on_boards:
            raise NotFoundError("There is no such user.")
        changed = self.on_boards[user_id] != on_boards
        self.on_boards[user_id] = on_boards
        return self._bump({key for key, board in self._tallies.items() if changed and user_id in board})

    def _bump(self, keys: set[BoardKey]) -> list[BoardVersion]:
        for key in sorted(keys):
            self._latest += 1
            self._versions[key] = self._latest
        return [BoardVersion(board=key, version=self._versions[key]) for key in sorted(keys)]

    def _shown(self, key: BoardKey) -> list[LeaderboardEntry]:
        users = self._tallies.get(key, {})
        counted = [t for user in users if self.on_boards[user] and (t := self._counted(key, user))]
        return sorted((self._entry(tally) for tally in counted), key=_order)

    def _counted(self, key: BoardKey, user_id: UserId) -> Tally | None:
        tally = self._tallies.get(key, {}).get(user_id)
        return tally if tally and tally.xp > 0 else None

    def _entry(self, tally: Tally) -> LeaderboardEntry:
        better = sum(
            other.xp > tally.xp and self.on_boards[user] for user, other in self._tallies[tally.board].items()
        )
        return LeaderboardEntry(
            user_id=tally.user_id,
            rank=1 + better,
            xp=tally.xp,
            delta=tally.last_gain,
            reached_at=tally.reached_at,
        )


def _order(entry: LeaderboardEntry) -> tuple[int, datetime, str]:
    return -entry.xp, entry.reached_at, entry.user_id


def _key(entry: LeaderboardEntry) -> tuple[int, int, str]:
    xp, milliseconds, user_id = key_of(entry)
    return -xp, milliseconds, user_id
