"""Administration of accounts: admins set roles, suspend users and restore them."""

from collections.abc import Collection
from datetime import datetime

from domain import text
from domain.accounts import access_revocation, audit, roles
from domain.accounts.audit import AuditAction
from domain.accounts.roles import AdminUser
from domain.accounts.suspensions import Suspension
from domain.accounts.users import Role
from domain.accounts.work import AccountsWork
from domain.acts import Act
from domain.errors import InvalidInputError
from domain.ids import UserId
from domain.refusals import all_at_once


async def set_roles(work: AccountsWork, act: Act, *, user_id: UserId, wanted: list[Role]) -> AdminUser:
    """Replace the roles of a user; LEARNER always stays.

    Raises ForbiddenError, NotFoundError or LastAdminError.
    """
    account = await roles.locked_account(work.roles, act, user_id)
    return await _replace_roles(work, act, account, wanted)


async def set_roles_as_operator(
    work: AccountsWork, act: Act, *, user_id: UserId, grant: Collection[Role], revoke: Collection[Role]
) -> AdminUser:
    """Add and remove roles of a user, as an act of the platform; LEARNER always stays.

    Raises NotFoundError or LastAdminError.
    """
    await work.roles.lock()
    account = await roles.existing(work.roles, user_id, now=act.now)
    wanted = [role for role in Role if role in {*account.roles, *grant} and role not in revoke]
    return await _replace_roles(work, act, account, wanted)


async def _replace_roles(work: AccountsWork, act: Act, account: AdminUser, wanted: list[Role]) -> AdminUser:
    user_id = account.user_id
    after = [role for role in Role if role in wanted or role is Role.LEARNER]
    if after == account.roles:
        return account
    if Role.ADMIN not in after:
        await roles.keep_an_admin(work.roles, account, now=act.now)
    await work.roles.set_roles(user_id, after)
    await access_revocation.revoke(work.access, act, user_id=user_id, emit=work.emit)
    difference = {"before": _names(account.roles), "after": _names(after)}
    await audit.record(work.audit, act, AuditAction.ROLES_SET, target=user_id, difference=difference)
    return await roles.existing(work.roles, user_id, now=act.now)


async def _store(work: AccountsWork, act: Act, user_id: UserId, suspension: Suspension | None) -> None:
    """Store the suspension or its end, and hide or show the user on the boards at once."""
    await work.board_membership.lock()
    await work.roles.suspend(user_id, suspension)
    for signal in await work.board_membership.refresh(user_id, now=act.now):
        work.emit(signal)


def _names(roles: list[Role]) -> str:
    return ", ".join(role.value for role in roles)


async def suspend_user(
    work: AccountsWork, act: Act, *, user_id: UserId, reason: str, until: datetime | None
) -> AdminUser:
    """Suspend a user until a moment, or until an admin restores them; boards hide them at once.

    The public profile stays. Raises ForbiddenError, NotFoundError, InvalidInputError, or LastAdminError.
    """
    with all_at_once() as each:
        with each:
            reason = text.prose(reason, field="reason", longest=500, shortest=1)
        with each:
            if until is not None and until <= act.now:
                raise InvalidInputError("until must be in the future.", field="until")
        account = await roles.locked_account(work.roles, act, user_id)
    await roles.keep_an_admin(work.roles, account, now=act.now)
    await _store(work, act, user_id, Suspension(since=act.now, until=until, reason=reason))
    await access_revocation.revoke(work.access, act, user_id=user_id, emit=work.emit)
    difference = {"reason": reason, "until": None if until is None else until.isoformat()}
    await audit.record(work.audit, act, AuditAction.USER_SUSPENDED, target=user_id, difference=difference)
    return await roles.existing(work.roles, user_id, now=act.now)


async def restore_user(work: AccountsWork, act: Act, *, user_id: UserId) -> AdminUser:
    """Lift a suspension; a user who is not suspended stays as they are.

    Raises ForbiddenError or NotFoundError.
    """
    account = await roles.locked_account(work.roles, act, user_id)
    if account.suspension is None:
        return account
    await _store(work, act, user_id, None)
    await access_revocation.revoke(work.access, act, user_id=user_id, emit=work.emit)
    await audit.record(work.audit, act, AuditAction.USER_RESTORED, target=user_id)
    return await roles.existing(work.roles, user_id, now=act.now)
