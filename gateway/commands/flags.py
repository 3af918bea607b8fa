"""Commands `flags list`, `set` and `reset`."""

import argparse

from domain.accounts.users import Role
from domain.acts import by_platform
from domain.feature_flags import flag_changes
from domain.feature_flags.flag_table import FLAGS
from domain.feature_flags.flags import FlagRule
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import account_lookup, stores
from gateway.commands.tables import print_rows
from gateway.settings.environment import Settings


async def list_flags(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print the flags: whether each is on, and for whom."""
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        rules = {rule.key: rule for rule in await reads.flag_rules.all()}
    settings = [flag_changes.setting_of(flag, rules.get(key)) for key, flag in sorted(FLAGS.items())]
    rows = [
        {
            "flag": each.key,
            "on": each.enabled,
            "percentage": each.percentage,
            "roles": [role.value for role in each.roles],
            "users": len(each.user_ids),
            "default": each.default,
            "changed": each.changed_at,
        }
        for each in settings
    ]
    print_rows(rows, as_json=arguments.json, empty="There are no flags.")
    return 0


async def set_flag(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Switch a flag on or off."""
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        users = [(await account_lookup.account(work, name)).user_id for name in arguments.user]
        rule = FlagRule(
            key=arguments.flag,
            enabled=arguments.state == "on",
            percentage=arguments.percentage,
            roles=[Role(name) for name in sorted(set(arguments.role))],
            user_ids=sorted(set(users)),
            changed_at=act.now,
            changed_by_id=None,
        )
        await flag_changes.set_flag(work, act, FLAGS, rule)
    whom = "" if rule.is_for_all or not rule.enabled else " for those who were named"
    print(f"{rule.key} is {arguments.state}{whom}.")
    return 0


async def reset_flag(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Give a flag its default again."""
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        await flag_changes.reset_flag(work, act, FLAGS, key=arguments.flag)
    print(f"{arguments.flag} is {'on' if FLAGS[arguments.flag].default else 'off'}, its default.")
    return 0
