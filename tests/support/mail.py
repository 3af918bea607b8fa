"""Reads the mails that wait to be sent."""

import re
from datetime import UTC, datetime

from domain.mail.mails import Mail
from domain.unit_of_work import Meter
from persistence.work import Postgres

_TOKEN = re.compile(r"#token=([0-9a-f]{64})")
_WAITING = "SELECT id FROM mails WHERE sent_at IS NULL AND given_up_at IS NULL ORDER BY id"


async def posted(postgres: Postgres) -> list[Mail]:
    """Return the mails posted since the last call, and mark them as sent."""
    async with postgres.open_work(Meter()) as work:
        ids = [row["id"] for row in await work.connection.raw.fetch(_WAITING)]
        mails = [mail for mail in [await work.mails.waiting_one(id_) for id_ in ids] if mail is not None]
        for mail in mails:
            await work.mails.sent(mail.id, now=datetime(2026, 1, 1, tzinfo=UTC))
    return mails


def token_in(mail: Mail) -> str:
    """Return the secret of the link in a mail."""
    found = _TOKEN.search(mail.body)
    assert found is not None, mail
    return found[1]
