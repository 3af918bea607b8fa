"""Flag changes: operators set feature flags and reset them; each act is in the audit log."""

from collections.abc import Mapping

from domain.accounts import audit, roles
from domain.accounts.audit import AuditAction
from domain.accounts.users import Role
from domain.acts import Act
from domain.errors import InvalidInputError, NotFoundError
from domain.feature_flags.flags import Flag, FlagRule, FlagSetting, changed_signal
from domain.feature_flags.work import FeatureFlagsWork
from domain.refusals import all_at_once

MOST_USERS = 100
"""How many users a flag names at most."""
ALL = 100


async def set_flag(work: FeatureFlagsWork, act: Act, flags: Mapping[str, Flag], rule: FlagRule) -> FlagRule:
    """Store what a flag is from now on, in place of what was set before.

    Raises, all at once, ForbiddenError, InvalidInputErrors that name their fields, and NotFoundError for a user that
    there is not.
    """
    with all_at_once() as each:
        with each:
            await require_operator(work, act)
        with each:
            flag = checked_key(flags, rule.key)
            _check_targets(flag, rule)
        with each:
            if rule.percentage is not None and not 0 <= rule.percentage <= ALL:
                raise InvalidInputError(f"percentage must be from 0 to {ALL}.", field="percentage")
        with each:
            await _check_users(work, rule)
    await work.flag_rules.save(rule)
    await audit.record(
        work.audit, act, AuditAction.FEATURE_FLAG_SET, target=rule.key, difference=_difference(rule)
    )
    work.emit(changed_signal(rule.key))
    return rule


async def reset_flag(work: FeatureFlagsWork, act: Act, flags: Mapping[str, Flag], *, key: str) -> None:
    """Remove what was set, so that the flag has its default again; where nothing was set, nothing changes."""
    with all_at_once() as each:
        with each:
            await require_operator(work, act)
        with each:
            checked_key(flags, key)
    if await work.flag_rules.remove(key):
        await audit.record(work.audit, act, AuditAction.FEATURE_FLAG_RESET, target=key)
        work.emit(changed_signal(key))


async def require_operator(work: FeatureFlagsWork, act: Act) -> None:
    """Raise ForbiddenError unless the actor is an operator now, or the platform itself."""
    if act.actor_id is not None:
        await roles.require(work.roles, user_id=act.actor_id, role=Role.OPERATOR, now=act.now)


def checked_key(flags: Mapping[str, Flag], key: str) -> Flag:
    """Return the flag; raises InvalidInputError that names those there are."""
    flag = flags.get(key)
    if flag is None:
        raise InvalidInputError(f"key must be one of {', '.join(sorted(flags))}.", field="key")
    return flag


def setting_of(flag: Flag, rule: FlagRule | None) -> FlagSetting:
    """Return a flag as operators see it."""
    return FlagSetting(
        key=flag.key,
        description=flag.description,
        default=flag.default,
        is_per_user=flag.is_per_user,
        enabled=flag.default if rule is None else rule.is_on_for_some,
        percentage=None if rule is None else rule.percentage,
        roles=[] if rule is None else rule.roles,
        user_ids=[] if rule is None else rule.user_ids,
        changed_at=None if rule is None else rule.changed_at,
        changed_by_id=None if rule is None else rule.changed_by_id,
    )


def _check_targets(flag: Flag, rule: FlagRule) -> None:
    """Raise InvalidInputErrors for users of a flag that is the same for all."""
    given = {"percentage": rule.percentage is not None, "roles": rule.roles, "userIds": rule.user_ids}
    with all_at_once() as each:
        for field, is_given in given.items():
            with each:
                if is_given and not flag.is_per_user:
                    raise InvalidInputError(f"This flag is the same for all; leave {field} out.", field=field)


async def _check_users(work: FeatureFlagsWork, rule: FlagRule) -> None:
    if len(rule.user_ids) > MOST_USERS:
        raise InvalidInputError(f"userIds may hold at most {MOST_USERS}.", field="userIds")
    if rule.user_ids and None in await work.users.by_ids(rule.user_ids):
        raise NotFoundError("There is no such user; name ids of accounts that exist.", field="userIds")


def _difference(rule: FlagRule) -> dict[str, str | None]:
    return {
        "enabled": str(rule.enabled).lower(),
        "percentage": None if rule.percentage is None else str(rule.percentage),
        "roles": ", ".join(role.value for role in rule.roles) or None,
        "users": str(len(rule.user_ids)) if rule.user_ids else None,
    }
