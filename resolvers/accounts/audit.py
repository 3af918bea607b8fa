"""Resolvers of the audit log."""

from datetime import datetime

from domain.accounts import audit, roles
from domain.accounts.audit import AuditAction, AuditEntry, AuditFilter
from domain.accounts.users import Role, Viewer
from domain.ids import AuditEntryId, UserId
from domain.paging import Page, Window
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def audit_entries_by_id(context: Context, ids: list[AuditEntryId]) -> list[AuditEntry | None]:
    """Load the viewer's own acts and the acts on the viewer."""
    async with context.open_reads() as reads:
        return await reads.audit.by_ids_of(context.user_id, ids)


async def audit_log(
    context: Context,
    *,
    window: Window,
    actor_id: UserId | None = None,
    action: AuditAction | None = None,
    target: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[AuditEntry]:
    """Return a page of the log for an admin, newest first."""
    asked = audit.checked_filter(
        AuditFilter(actor_id=actor_id, action=action, target=target, since=since, until=until)
    )
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=Role.ADMIN, now=context.now())
        return await reads.audit.page(asked, window)


async def viewer_audit_log(viewer: Viewer, context: Context, *, window: Window) -> Page[AuditEntry]:
    """Return a page of what the caller did and what was done to them, newest first."""
    async with context.open_reads() as reads:
        return await reads.audit.page_of(viewer.user_id, window)
