"""Suspending: admins keep users out, and let them in again."""

from datetime import datetime

from domain import access, audit, roles, text
from domain.audit import AuditAction, Origin
from domain.errors import InvalidInputError
from domain.ids import Mint, UserId
from domain.roles import AdminUser
from domain.suspensions import Suspension
from domain.work import Work


async def suspend_user(
    work: Work,
    *,
    actor_id: UserId,
    user_id: UserId,
    reason: str,
    until: datetime | None,
    now: datetime,
    mint: Mint,
    origin: Origin,
) -> AdminUser:
    """Keep a user out, for good or until a moment; the public profile stays.

    Raises ForbiddenError, NotFoundError, InvalidInputError, or LastAdminError.
    """
    told = text.prose(reason, field="reason", longest=500, shortest=1)
    if until is not None and until <= now:
        raise InvalidInputError("until must lie in the future.", field="until")
    account = await roles.held(work.roles, actor_id=actor_id, user_id=user_id, now=now)
    await roles.keep_an_admin(work.roles, account, now=now)
    await work.roles.suspend(user_id, Suspension(since=now, until=until, reason=told))
    await access.withdraw(work.access, user_id=user_id, now=now, emit=work.emit)
    await audit.record(
        work.audit,
        mint=mint,
        now=now,
        actor_id=actor_id,
        action=AuditAction.USER_SUSPENDED,
        target=user_id,
        origin=origin,
        difference={"reason": told, "until": None if until is None else until.isoformat()},
    )
    return await roles.existing(work.roles, user_id, now=now)


async def restore_user(
    work: Work,
    *,
    actor_id: UserId,
    user_id: UserId,
    now: datetime,
    mint: Mint,
    origin: Origin,
) -> AdminUser:
    """Let a suspended user in again; one who is not suspended stays as they are."""
    account = await roles.held(work.roles, actor_id=actor_id, user_id=user_id, now=now)
    if account.suspension is None:
        return account
    await work.roles.suspend(user_id, None)
    await access.withdraw(work.access, user_id=user_id, now=now, emit=work.emit)
    await audit.record(
        work.audit,
        mint=mint,
        now=now,
        actor_id=actor_id,
        action=AuditAction.USER_RESTORED,
        target=user_id,
        origin=origin,
    )
    return await roles.existing(work.roles, user_id, now=now)
