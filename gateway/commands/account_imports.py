"""Command `users import`: the data export of a user becomes an account of this instance."""

import argparse
import json
from typing import Any

from domain.acts import by_platform
from domain.privacy import account_transfers
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import files, stores
from gateway.commands.errors import CommandError
from gateway.commands.tables import print_rows
from gateway.settings.environment import Settings

_LARGEST = 256 << 20


async def import_account(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Create the account of an export, or complete it, in one transaction; print what came and what did not."""
    document = _document(files.read(arguments.file, largest=_LARGEST))
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        done = await account_transfers.bring(work, act, document)
    rows = [
        {
            "section": each.name,
            "given": each.given,
            "stored": each.stored,
            "present": each.present,
            "left out": each.left,
        }
        for each in done.sections
    ]
    print_rows(rows, as_json=False, empty="The export has no rows beside the account.")
    if done.left_out:
        left = ", ".join(f"{name} ({count})" for name, count in sorted(done.left_out.items()))
        print(f"Not brought: {left}.")
    if done.is_new:
        print(
            f"Created {done.handle} ({done.user_id}) without a password; run questpath users set-password "
            f"{done.handle}, or let its owner reset it."
        )
    else:
        print(f"{done.handle} ({done.user_id}) was here.")
    return 0


def _document(content: str) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError:
        raise CommandError("The file is not JSON.") from None
    if not isinstance(document, dict):
        raise CommandError("The file is no export of a user.")
    return document
