"""The audit log in memory."""

from dataclasses import replace

from domain.accounts.audit import AuditAction, AuditDetail, AuditEntry, AuditFilter, NewAuditEntry, bounds
from domain.ids import AuditEntryId, UserId
from domain.paging import Page, Window, cut, expect


class FakeAudit:
    """Entries in a list, oldest first."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []

    async def add(self, entry: NewAuditEntry) -> None:
        details = [AuditDetail(name=name, value=value) for name, value in entry.difference.items()]
        self.entries.append(
            AuditEntry(
                id=entry.id,
                actor_id=entry.actor_id,
                action=entry.action,
                target=entry.target,
                difference=details,
                address=entry.address,
                session_id=entry.session_id,
                happened_at=entry.happened_at,
            )
        )

    async def add_all(self, entries: list[NewAuditEntry]) -> None:
        for entry in entries:
            await self.add(entry)

    async def page(self, asked: AuditFilter, window: Window) -> Page[AuditEntry]:
        lowest, highest = bounds(asked)
        found = [
            entry
            for entry in self.entries
            if lowest <= entry.id < highest
            and asked.actor_id in (None, entry.actor_id)
            and asked.action in (None, entry.action)
            and asked.target in (None, entry.target)
        ]
        return _page(found, window)

    async def page_of(self, user_id: UserId, window: Window) -> Page[AuditEntry]:
        return _page(self._of(user_id), window)

    async def by_ids_of(self, user_id: UserId, ids: list[AuditEntryId]) -> list[AuditEntry | None]:
        own = {entry.id: entry for entry in self._of(user_id)}
        return [own.get(id_) for id_ in ids]

    def _of(self, user_id: UserId) -> list[AuditEntry]:
        return [
            entry if entry.actor_id == user_id else replace(entry, address=None, session_id=None)
            for entry in self.entries
            if user_id in (entry.actor_id, entry.target)
        ]

    async def forget(self, user_id: UserId) -> None:
        self.entries = [
            replace(
                entry,
                address=None if entry.actor_id == user_id else entry.address,
                difference=[]
                if entry.target == user_id and entry.action is not AuditAction.ROLES_SET
                else entry.difference,
            )
            for entry in self.entries
        ]


def _page(entries: list[AuditEntry], window: Window) -> Page[AuditEntry]:
    ordered = sorted(entries, key=lambda entry: entry.id, reverse=not window.backward)
    key = expect(window, "auditLog", str)
    if key is not None:
        last = key[0]
        ordered = [e for e in ordered if (e.id > last if window.backward else e.id < last)]
    return cut(ordered[: window.size + 1], window, lambda entry: (entry.id,), "auditLog")
