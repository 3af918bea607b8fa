"""Commands `mail bounce` and `mail suppressions list|add|lift`."""

import argparse
import asyncio
import mailbox
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from domain.acts import by_platform
from domain.ids import SuppressionId
from domain.mail import delivery_reports, suppression_administration
from domain.mail.mail_events import MailEvent
from domain.mail.mail_keys import MailKeys
from domain.mail.suppressions import Suppression, SuppressionReason
from domain.paging import LARGEST_PAGE, window
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import stores
from gateway.commands.errors import CommandError
from gateway.commands.tables import print_rows
from gateway.mail import bounce_messages, mail_keys
from gateway.mail.bounce_messages import LARGEST_MESSAGE, BounceMessage, MessageKind
from gateway.settings.environment import Settings
from persistence.work import Postgres

_WORDS = {
    "BOUNCED": "bounces",
    "COMPLAINED": "complaints",
    "DELIVERED": "deliveries",
    "KNOWN": "known already",
    "DELAYED": "only delayed",
    "NO_MAIL_OF_OURS": "of no mail of ours",
    "OTHER": "no bounces",
}


async def bounce(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Read one message from stdin, or all of a mailbox, and record what became of our mails."""
    keys = mail_keys.of_settings(settings)
    counts: Counter[str] = Counter()
    async with stores.opened(url) as postgres:
        for raw in _messages(arguments):
            found = await asyncio.to_thread(bounce_messages.read, raw, keys)
            counts[await _record(postgres, keys, found)] += 1
    told = [f"{counts[name]} {words}" for name, words in _WORDS.items() if counts[name]]
    total = sum(counts.values())
    print(f"{total} {'message' if total == 1 else 'messages'}: {', '.join(told) or 'none'}.")
    return 0


async def list_suppressions(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print the newest suppressions that pass the filter, at most 100."""
    reason = None if arguments.reason is None else SuppressionReason(arguments.reason)
    asked = suppression_administration.checked_filter(
        mail_keys.of_settings(settings), reason=reason, email=arguments.email
    )
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        page = await reads.suppressions.page(asked, window(first=LARGEST_PAGE))
    print_rows(
        [_row(each) for each in page.nodes], as_json=arguments.json, empty="There are no such suppressions."
    )
    return 0


async def add_suppression(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Stop every mail to an address."""
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        made = await suppression_administration.suppress(
            work, act, mail_keys.of_settings(settings), email=arguments.email, reason=arguments.reason
        )
    print(f"{made.id} stops every mail to this address.")
    return 0


async def lift_suppression(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Let an address get mails again."""
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        lifted = await suppression_administration.lift(
            work, act, SuppressionId(arguments.suppression), reason=arguments.reason
        )
    print(f"{lifted.id} is lifted; it was for {lifted.reason.value}.")
    return 0


def _messages(arguments: argparse.Namespace) -> Iterator[bytes]:
    """Yield the raw messages, each cut to the size that is read."""
    if arguments.mbox is None and arguments.maildir is None:
        yield sys.stdin.buffer.read(LARGEST_MESSAGE)
        return
    path = arguments.mbox or arguments.maildir
    if not (path.is_file() if arguments.mbox else (path / "cur").is_dir()):
        raise CommandError(f"{path} is no {'mbox file' if arguments.mbox else 'Maildir'}.")
    box: mailbox.Mailbox[Any] = (
        mailbox.mbox(path, create=False) if arguments.mbox else mailbox.Maildir(path, create=False)
    )
    with closing(box):
        for key in box.keys():  # noqa: SIM118 - iterating over a mailbox yields parsed messages
            with box.get_file(key) as file:
                yield file.read(LARGEST_MESSAGE)


async def _record(postgres: Postgres, keys: MailKeys, found: BounceMessage) -> str:
    """Record what a message says; return its outcome."""
    if found.kind is not MessageKind.FINAL or found.event is None:
        return found.kind.value
    if found.mail_id is None:
        return "NO_MAIL_OF_OURS"
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    event = MailEvent(mail_id=found.mail_id, kind=found.event, at=act.now, status=found.status)
    async with postgres.open_work(Meter()) as work:
        recorded = await delivery_reports.record(work, act, keys, event)
    return found.event.value if recorded.is_new else "KNOWN"


def _row(each: Suppression) -> dict[str, Any]:
    return {
        "suppression": each.id,
        "reason": each.reason.value,
        "since": each.since,
        "note": each.note,
    }
