"""Appointing: admins give and take roles."""

from datetime import datetime

from domain import access, audit, roles
from domain.audit import AuditAction, Origin
from domain.errors import InvalidInputError
from domain.ids import Mint, UserId
from domain.roles import AdminUser
from domain.users import Role
from domain.work import Work


async def set_roles(
    work: Work,
    *,
    actor_id: UserId,
    user_id: UserId,
    wanted: list[Role],
    now: datetime,
    mint: Mint,
    origin: Origin,
) -> AdminUser:
    """Replace the roles of a user; LEARNER always stays.

    Raises ForbiddenError, NotFoundError, LastAdminError, or InvalidInputError for SERVICE, which is no person's.
    """
    account = await roles.held(work.roles, actor_id=actor_id, user_id=user_id, now=now)
    if Role.SERVICE in wanted and Role.SERVICE not in account.roles:
        raise InvalidInputError("SERVICE is not for people; create an API key instead.", field="roles")
    held = [role for role in Role if role in wanted or role is Role.LEARNER]
    if held == account.roles:
        return account
    if Role.ADMIN not in held:
        await roles.keep_an_admin(work.roles, account, now=now)
    await work.roles.set_roles(user_id, held)
    await access.withdraw(work.access, user_id=user_id, now=now, emit=work.emit)
    await audit.record(
        work.audit,
        mint=mint,
        now=now,
        actor_id=actor_id,
        action=AuditAction.ROLES_SET,
        target=user_id,
        origin=origin,
        difference={"before": _named(account.roles), "after": _named(held)},
    )
    return await roles.existing(work.roles, user_id, now=now)


def _named(roles: list[Role]) -> str:
    return ", ".join(role.value for role in roles)
