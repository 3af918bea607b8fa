"""The XP ledger in memory."""

from collections.abc import Sequence

from domain import levels, paging
from domain.ids import UserId
from domain.paging import Page, Window
from domain.xp import Discrepancy, XpEntry, XpStatus


class FakeXp:
    """Entries in a list; `totals` and `levels` stand for the columns of users, `outbox` for the table."""

    def __init__(self) -> None:
        self.entries: list[XpEntry] = []
        self.totals: dict[str, int] = {}
        self.levels: dict[str, int] = {}
        self.outbox: list[str] = []

    async def add(self, entries: Sequence[XpEntry]) -> list[XpEntry]:
        return [self._add(entry) for entry in entries]

    async def page(self, user_id: UserId, window: Window) -> Page[XpEntry]:
        rows = sorted((e for e in self.entries if e.user_id == user_id), key=lambda e: e.id)
        if not window.backward:
            rows.reverse()
        key = paging.expect(window, str)
        if key is not None:
            rows = [e for e in rows if (e.id > key[0] if window.backward else e.id < key[0])]
        return paging.cut(rows[: window.size + 1], window, lambda e: (e.id,))

    async def by_sources(
        self, source_type: str, source_ids: Sequence[str], *, viewer_id: UserId
    ) -> list[list[XpEntry]]:
        mine = sorted((e for e in self.entries if e.user_id == viewer_id), key=lambda e: e.id)
        return [[e for e in mine if (e.source_type, e.source_id) == (source_type, one)] for one in source_ids]

    async def discrepancies(self) -> list[Discrepancy]:
        found = []
        for user_id in sorted({e.user_id for e in self.entries} | set(self.totals)):
            settled = sum(
                e.amount for e in self.entries if e.user_id == user_id and e.status is XpStatus.SETTLED
            )
            if settled != self.totals.get(user_id, 0):
                total = self.totals.get(user_id, 0)
                found.append(Discrepancy(user_id=UserId(user_id), xp_total=total, settled=settled))
        return found

    def _add(self, entry: XpEntry) -> XpEntry:
        for known in self.entries:
            if _key(known) == _key(entry):
                return known
        self.entries.append(entry)
        if entry.status is XpStatus.SETTLED and entry.amount:
            total = self.totals.get(entry.user_id, 0) + entry.amount
            self.totals[entry.user_id] = total
            self.levels[entry.user_id] = max(self.levels.get(entry.user_id, 1), levels.level_of(total))
            self.outbox.append(entry.id)
        return entry


def _key(entry: XpEntry) -> tuple[str, str, str, str]:
    return entry.user_id, entry.reason.value, entry.source_type, entry.source_id
