"""Reading the mails that wait to be sent."""

import re
from datetime import UTC, datetime

from domain.mails import Mail
from domain.work import Meter
from persistence.work import Postgres

FAR = datetime(2099, 1, 1, tzinfo=UTC)
_TOKEN = re.compile(r"#token=([0-9a-f]{64})")


async def posted(postgres: Postgres) -> list[Mail]:
    """Return the mails that were posted since the last time, and let nobody else read them."""
    async with postgres.open_work(Meter()) as work:
        return await work.mails.take(now=datetime(2026, 1, 1, tzinfo=UTC), until=FAR, limit=100)


def token_in(mail: Mail) -> str:
    """Return the secret of the link in a mail."""
    found = _TOKEN.search(mail.body)
    assert found is not None, mail
    return found[1]
