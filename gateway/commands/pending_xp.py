"""Commands `xp pending`, `xp settle` and `xp reverse`."""

import argparse

from domain.acts import by_platform
from domain.gamification import pending_xp
from domain.ids import XpEntryId
from domain.paging import LARGEST_PAGE, window
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import stores
from gateway.settings.environment import Settings


async def pending(_settings: Settings, url: str, _arguments: argparse.Namespace) -> int:
    """Print the oldest withheld XP: entry, learner, amount, when it settles, and why it is withheld."""
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        found = await reads.xp.pending(window(first=LARGEST_PAGE))
    for entry in found.nodes:
        print(
            f"{entry.entry.id}  {entry.user_id}  {entry.entry.amount} XP  "
            f"settles {entry.settles_at:%Y-%m-%d %H:%M}  {entry.entry.explanation}"
        )
    print(f"{len(found.nodes)} entries{', and more' if found.has_next_page else ''}.")
    return 0


async def settle(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Let a withheld entry count; the reason goes to the audit log."""
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        entry = await pending_xp.settle(
            work, act, entry_id=XpEntryId(arguments.entry), reason=arguments.reason
        )
    print(f"Settled {entry.amount} XP of {entry.user_id}.")
    return 0


async def reverse(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Take XP back; the reason goes to the audit log."""
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        entry = await pending_xp.reverse(
            work, act, entry_id=XpEntryId(arguments.entry), reason=arguments.reason
        )
    print(f"Reversed {abs(entry.amount)} XP of {entry.user_id}.")
    return 0
