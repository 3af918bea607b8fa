"""Leaderboards in memory."""

from collections.abc import Sequence
from datetime import datetime

from domain.errors import NotFoundError
from domain.gamification.leaderboard_projection import BoardVersion, OutboxEntry, XpSum, combine, sums_of
from domain.gamification.leaderboards import Board, BoardKey, BoardPage, LeaderboardEntry
from domain.ids import UserId
from domain.paging import Page, Window, cut, expect
from persistence.gamification.leaderboard_pages import KINDS, NAME, key_of


class FakeBoards:
    """Boards and their projection in one; `outbox` and `ledger` stand for the tables of the ledger."""

    def __init__(self) -> None:
        self.on_boards: dict[UserId, bool] = {}
        self.outbox: list[OutboxEntry] = []
        self.ledger: list[OutboxEntry] = []
        self.reads = 0
        self._sums: dict[BoardKey, dict[UserId, XpSum]] = {}
        self._versions: dict[BoardKey, int] = {}
        self._latest = 0

    async def page(self, board: Board, *, top: int, viewers: Sequence[UserId]) -> BoardPage:
        self.reads += 1
        shown = self._shown(board.key)
        before = [key for key in self._versions if board.family <= key < board.key]
        version = self._versions.get(board.key, self._versions[max(before)] if before else 0)
        own = {
            viewer: self._entry(total) for viewer in viewers if (total := self._counted(board.key, viewer))
        }
        return BoardPage(
            version=version,
            opened=board.key in self._versions,
            total=len(shown),
            top=shown[:top],
            viewers=own,
        )

    async def around(self, board: Board, *, user_id: UserId, count: int) -> list[LeaderboardEntry]:
        total = self._counted(board.key, user_id)
        if total is None:
            return []
        own = self._entry(total)
        others = [e for e in self._shown(board.key) if e.user_id != user_id]
        place = sum(_order(e) < _order(own) for e in others)
        return [*others[max(0, place - count) : place], own, *others[place : place + count]]

    async def ranking(self, board: Board, window: Window) -> Page[LeaderboardEntry]:
        key = expect(window, NAME, *KINDS)
        shown = self._shown(board.key)
        if window.backward:
            shown.reverse()
        if key is not None:
            bound = (-key[0], *key[1:])
            shown = [e for e in shown if (_key(e) < bound if window.backward else _key(e) > bound)]
        return cut(shown[: window.size + 1], window, key_of, NAME)

    async def claim(self) -> bool:
        return True

    async def take(self, limit: int) -> list[OutboxEntry]:
        self.outbox.sort(key=lambda entry: entry.entry_id)
        taken, self.outbox = self.outbox[:limit], self.outbox[limit:]
        return taken

    async def add(self, sums: list[XpSum], *, now: datetime) -> list[BoardVersion]:
        for added in sums:
            board = self._sums.setdefault(added.board, {})
            known = board.get(added.user_id)
            board[added.user_id] = combine(known, added) if known else added
        return self._bump({added.board for added in sums})

    async def rebuild(self, board: Board, *, written_before: str | None, now: datetime) -> BoardVersion:
        waiting = {entry.entry_id for entry in self.outbox}
        counted = sums_of(entry for entry in self.ledger if entry.entry_id not in waiting)
        self._sums[board.key] = {each.user_id: each for each in counted if each.board == board.key}
        return self._bump({board.key})[0]

    async def set_on_boards(self, user_id: UserId, *, on_boards: bool, now: datetime) -> list[BoardVersion]:
        if user_id not in self.on_boards:
            raise NotFoundError("There is no such user.")
        changed = self.on_boards[user_id] != on_boards
        self.on_boards[user_id] = on_boards
        return self._bump({key for key, board in self._sums.items() if changed and user_id in board})

    async def lock(self) -> None:
        """Nothing runs at the same time."""

    async def lapsed(self, *, now: datetime) -> list[UserId]:
        return []  # the fake knows no suspensions

    async def refresh(self, user_id: UserId, *, now: datetime) -> list[BoardVersion]:
        return []

    def _bump(self, keys: set[BoardKey]) -> list[BoardVersion]:
        for key in sorted(keys):
            self._latest += 1
            self._versions[key] = self._latest
        return [BoardVersion(board=key, version=self._versions[key]) for key in sorted(keys)]

    def _shown(self, key: BoardKey) -> list[LeaderboardEntry]:
        users = self._sums.get(key, {})
        counted = [total for user in users if self.on_boards[user] and (total := self._counted(key, user))]
        return sorted((self._entry(total) for total in counted), key=_order)

    def _counted(self, key: BoardKey, user_id: UserId) -> XpSum | None:
        total = self._sums.get(key, {}).get(user_id)
        return total if total and total.xp > 0 else None

    def _entry(self, total: XpSum) -> LeaderboardEntry:
        better = sum(
            other.xp > total.xp and self.on_boards[user] for user, other in self._sums[total.board].items()
        )
        return LeaderboardEntry(
            user_id=total.user_id,
            rank=1 + better,
            xp=total.xp,
            delta=total.last_gain,
            reached_at=total.reached_at,
        )


def _order(entry: LeaderboardEntry) -> tuple[int, datetime, str]:
    return -entry.xp, entry.reached_at, entry.user_id


def _key(entry: LeaderboardEntry) -> tuple[int, int, str]:
    xp, milliseconds, user_id = key_of(entry)
    return -xp, milliseconds, user_id
