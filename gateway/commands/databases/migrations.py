"""Commands `migrate`, `seed` and `reconcile`."""

import argparse

from domain.unit_of_work import Meter
from gateway.commands import seeding, stores
from gateway.commands.errors import CommandError
from gateway.databases import migrations
from gateway.settings.environment import Settings


async def migrate(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Bring the database to the newest migration or to `--to`; `--sql` prints the statements, `--check` compares."""
    before = await migrations.current(url)
    if arguments.check:
        print(f"The database is {_place(before)}; this version needs {migrations.newest()}.")
        return 1 if migrations.is_behind(before) else 0
    target = arguments.to or migrations.newest()
    if target not in migrations.numbers():
        raise CommandError(f"There is no such migration; the newest is {migrations.newest()}.")
    if before is not None and before not in migrations.numbers():
        if arguments.to is None and not arguments.sql:
            print(f"The database is {_place(before)}, newer than this version ({target}); nothing to do.")
            return 0
        raise CommandError(f"The database is {_place(before)}, which this version does not know.")
    is_down = before is not None and target < before
    if is_down and not (arguments.down or arguments.sql):
        raise CommandError(
            f"The database is {_place(before)}; going back to {target} may lose data: repeat it with --down."
        )
    if arguments.sql:
        migrations.print_sql(url, before, target)
        return 0
    try:
        await migrations.move(url, before, target)
    except migrations.TablesLockedError:
        place = _place(await migrations.current(url))
        raise CommandError(
            f"Other transactions hold locks on the tables; the database is {place}: end them, and repeat the command."
        ) from None
    print(f"The database is at migration {target}.")
    return 0


def _place(version: str | None) -> str:
    return f"at migration {version}" if version else "empty"


async def seed(settings: Settings, url: str, _arguments: argparse.Namespace) -> int:
    """Import the demo content and create the demo accounts; a second run changes nothing."""
    if settings.production:
        raise CommandError("Demo accounts have public passwords; they are not created in production.")
    await migrations.upgrade(url)
    async with stores.opened(url) as postgres:
        await seeding.seed(postgres)
    print(seeding.accounts_table())
    return 0


async def reconcile(_settings: Settings, url: str, _arguments: argparse.Namespace) -> int:
    """Compare each learner's settled XP entries with the total; print those that differ, and fail if there are any."""
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        differences = await reads.xp.discrepancies()
        checked = await reads.users.count()
    for difference in differences:
        print(
            f"{difference.user_id}: entries sum to {difference.settled}, the total is {difference.xp_total}"
        )
    print(f"{checked} learners checked, {len(differences)} differ.")
    return 1 if differences else 0
