"""The XP ledger in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from domain import paging
from domain.gamification import levels
from domain.gamification.xp import Discrepancy, GoalXp, PendingXp, XpEntry, XpReason, XpStatus, pending_of
from domain.ids import AttemptId, UserId, XpEntryId
from domain.paging import Page, Window


class FakeXp:
    """Entries in a list; `totals` and `levels` stand for columns of users, `outbox` for its table."""

    def __init__(self) -> None:
        self.entries: list[XpEntry] = []
        self.totals: dict[str, int] = {}
        self.levels: dict[str, int] = {}
        self.outbox: list[str] = []

    async def add(self, entries: Sequence[XpEntry]) -> list[XpEntry]:
        return [self._add(entry) for entry in entries]

    async def lock(self, user_id: UserId) -> None:
        """Nothing runs at the same time."""

    async def by_id(self, entry_id: XpEntryId) -> XpEntry | None:
        return next((e for e in self.entries if e.id == entry_id), None)

    async def by_ids(self, ids: Sequence[XpEntryId], *, viewer_id: UserId) -> list[XpEntry | None]:
        mine = {e.id: e for e in self.entries if e.user_id == viewer_id}
        return [mine.get(id_) for id_ in ids]

    async def pending(self, window: Window) -> Page[PendingXp]:
        rows = sorted((e for e in self.entries if e.status is XpStatus.PENDING), key=lambda e: e.id)
        if window.backward:
            rows.reverse()
        key = paging.expect(window, "pendingXp", str)
        if key is not None:
            rows = [e for e in rows if (e.id < key[0] if window.backward else e.id > key[0])]
        found = [pending_of(e) for e in rows[: window.size + 1]]
        return paging.cut(found, window, lambda p: (p.entry.id,), "pendingXp")

    async def due(self, *, before: datetime, limit: int) -> list[XpEntry]:
        findings = [e for e in self.entries if e.status is not XpStatus.SETTLED or e.reverses_id is not None]
        suspects = {e.user_id for e in findings if e.occurred_at > before}
        withheld = sorted((e for e in self.entries if e.status is XpStatus.PENDING), key=lambda e: e.id)
        return [e for e in withheld if e.occurred_at <= before and e.user_id not in suspects][:limit]

    async def decide(self, ids: Sequence[XpEntryId], status: XpStatus) -> list[XpEntry]:
        decided = []
        for place, entry in enumerate(self.entries):
            if entry.id in ids and entry.status is XpStatus.PENDING:
                self.entries[place] = replace(entry, status=status)
                decided.append(self.entries[place])
                self._count(self.entries[place])
        return decided

    async def earned_on(self, user_id: UserId, reason: XpReason, local_date: date) -> int:
        mine = [e for e in self._counting(user_id) if e.reason is reason]
        return sum(e.amount for e in mine if e.local_date == local_date)

    async def goal_xp(
        self, user_id: UserId, *, local_date: date, about_id: str | None, since: datetime
    ) -> GoalXp:
        goals = XpReason.GOAL_COMPLETED
        paid = [e for e in self._counting(user_id) if e.reason is goals and e.amount > 0]
        spent = [e.occurred_at for e in paid if e.source_type == "goal"]
        rest = [e for e in self._counting(user_id) if e.reason is not goals and e.occurred_at >= since]
        rest = [e for e in rest if all(e.occurred_at > moment for moment in spent)]
        return GoalXp(
            paid_on_date=sum(e.local_date == local_date for e in paid),
            about_paid=about_id in {e.source_id for e in paid if e.source_type != "goal"},
            unspent=sum(e.amount for e in rest if e.status is XpStatus.SETTLED),
        )

    def _counting(self, user_id: UserId) -> list[XpEntry]:
        return [e for e in self.entries if e.user_id == user_id and e.status is not XpStatus.REVERSED]

    async def page(self, user_id: UserId, window: Window) -> Page[XpEntry]:
        rows = sorted((e for e in self.entries if e.user_id == user_id), key=lambda e: e.id)
        if not window.backward:
            rows.reverse()
        key = paging.expect(window, "xpEntries", str)
        if key is not None:
            rows = [e for e in rows if (e.id > key[0] if window.backward else e.id < key[0])]
        return paging.cut(rows[: window.size + 1], window, lambda e: (e.id,), "xpEntries")

    async def of_attempts(self, ids: Sequence[AttemptId], *, viewer_id: UserId) -> list[list[XpEntry]]:
        mine = sorted((e for e in self.entries if e.user_id == viewer_id), key=lambda e: e.id)
        sources = {"attempt", "regrade"}
        return [
            [e for e in mine if e.source_type in sources and e.source_id.partition("/")[0] == id_]
            for id_ in ids
        ]

    async def by_sources(self, source: str, ids: Sequence[str], *, viewer_id: UserId) -> list[list[XpEntry]]:
        mine = sorted((e for e in self.entries if e.user_id == viewer_id), key=lambda e: e.id)
        return [[e for e in mine if (e.source_type, e.source_id) == (source, id_)] for id_ in ids]

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
        self._count(entry)
        return entry

    def _count(self, entry: XpEntry) -> None:
        if entry.status is XpStatus.SETTLED and entry.amount:
            total = self.totals.get(entry.user_id, 0) + entry.amount
            self.totals[entry.user_id] = total
            self.levels[entry.user_id] = max(self.levels.get(entry.user_id, 1), levels.level_of(total))
            self.outbox.append(entry.id)


def _key(entry: XpEntry) -> tuple[str, str, str, str]:
    return entry.user_id, entry.reason.value, entry.source_type, entry.source_id
