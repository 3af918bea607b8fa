"""What commands do to the database as a whole: bring it to the newest migration, fill it, and prove its sums."""

import argparse

from domain.work import Meter
from gateway.commands import seeding, stores
from gateway.commands.errors import CommandError
from gateway.databases import migrating
from gateway.settings.environment import Settings


async def migrate(_configured: Settings, url: str, _arguments: argparse.Namespace) -> int:
    """Bring the database to the newest migration."""
    await migrating.upgrade(url)
    print(f"The database is at migration {migrating.newest()}.")
    return 0


async def seed(configured: Settings, url: str, _arguments: argparse.Namespace) -> int:
    """Import the demo content and create the demo accounts; the second time changes nothing."""
    if configured.production:
        raise CommandError("Demo accounts have public passwords; they are not created in production.")
    await migrating.upgrade(url)
    async with stores.opened(url) as postgres:
        await seeding.seed(postgres)
    print(seeding.accounts_table())
    return 0


async def reconcile(_configured: Settings, url: str, _arguments: argparse.Namespace) -> int:
    """Compare each learner's settled entries with the total; name those who differ and fail."""
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        differences = await reads.xp.discrepancies()
        checked = await reads.users.count()
    for difference in differences:
        print(
            f"{difference.user_id}: entries sum to {difference.settled}, the total says {difference.xp_total}"
        )
    print(f"{checked} learners checked, {len(differences)} differ.")
    return 1 if differences else 0
