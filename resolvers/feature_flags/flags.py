"""Resolvers of feature flags: those of the caller, and what operators set."""

from domain.accounts import roles as role_rules
from domain.accounts.users import Role
from domain.errors import InvalidInputError
from domain.feature_flags import flag_changes
from domain.feature_flags.flag_table import FLAGS
from domain.feature_flags.flags import FlagRule, FlagSetting, FlagState
from domain.ids import UserId
from domain.refusals import all_at_once, refuse
from resolvers.context import Context


async def feature_flags(context: Context) -> list[FlagState]:
    """Return the flags as they are for the caller, by key."""
    flags = context.ports.flags
    return [
        FlagState(key=key, description=flag.description, enabled=flags.is_on(flag, context.viewer))
        for key, flag in sorted(FLAGS.items())
    ]


async def feature_flag_settings(context: Context, *, enabled: bool | None = None) -> list[FlagSetting]:
    """Return what is set for each flag, for an operator, by key."""
    async with context.open_reads() as reads:
        await role_rules.require(reads.roles, user_id=context.user_id, role=Role.OPERATOR, now=context.now())
        rules = {rule.key: rule for rule in await reads.flag_rules.all()}
    settings = [flag_changes.setting_of(flag, rules.get(key)) for key, flag in sorted(FLAGS.items())]
    return [each for each in settings if enabled is None or each.enabled is enabled]


async def set_feature_flag(
    context: Context,
    *,
    key: str,
    enabled: bool,
    percentage: int | None = None,
    roles: list[Role] | None = None,
    user_ids: list[UserId] | None = None,
) -> FlagSetting:
    """Store what a flag is from now on."""
    with all_at_once() as each:
        for field, listed in (("roles", roles), ("userIds", user_ids)):
            with each:
                if listed == []:
                    raise InvalidInputError(
                        f"{field} may not be empty: leave it out for everybody, or set enabled to false.",
                        field=field,
                    )
        act = context.act()
        rule = FlagRule(
            key=key,
            enabled=enabled,
            percentage=percentage,
            roles=sorted(set(roles or ()), key=lambda role: role.value),
            user_ids=sorted(set(user_ids or ())),
            changed_at=act.now,
            changed_by_id=act.actor_id,
        )
        async with context.open_work() as work:
            await flag_changes.set_flag(work, act, FLAGS, rule)
            refuse(each.refusals)
            rules = await work.flag_rules.all()
    context.ports.flags.show(rules)
    return flag_changes.setting_of(FLAGS[key], rule)


async def reset_feature_flag(context: Context, *, key: str) -> FlagSetting:
    """Remove what was set for a flag."""
    async with context.open_work() as work:
        await flag_changes.reset_flag(work, context.act(), FLAGS, key=key)
        rules = await work.flag_rules.all()
    context.ports.flags.show(rules)
    return flag_changes.setting_of(FLAGS[key], None)
