"""Answers about the audit log."""

from datetime import datetime

from domain import audit, roles
from domain.audit import AuditAction, AuditEntry, AuditFilter
from domain.ids import UserId
from domain.paging import Page, Window
from domain.users import Role, Viewer
from resolvers.context import Context


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
