"""Mails of deleted accounts: they name nobody any more, and what became of them still counts."""

from domain.ids import JobId
from domain.mail.mail_events import MailEvent, MailEventKind
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.mail import a_mail
from tests.support.accounts import accepted
from tests.support.privacy import anonymise
from tests.support.schema_client import Asker

PASSWORD = "correct horse battery"


async def test_mails_lose_the_address_keep_what_became_of_them_and_are_not_sent_any_more(ask: Asker) -> None:
    _, viewer = await ask.learner(email="ada@example.org")
    async with ask.postgres.open_work(Meter()) as work:
        sent, waiting = [
            await work.mails.add(a_mail(to="ada@example.org"), job_id=JobId(mint("job"))) for _ in range(2)
        ]
        await work.mails.sent(sent, now=ask.clock())
        await work.mail_events.add(MailEvent(mail_id=sent, kind=MailEventKind.DELIVERED, at=ask.clock()))
    await accepted(ask, viewer, "deleteMyAccount", password=PASSWORD)
    ask.clock.forward(days=14)

    await anonymise(ask.ports)

    async with ask.postgres.open_work(Meter()) as work:
        left = await work.connection.raw.fetch(
            "SELECT m.recipient, sent_at IS NOT NULL AS sent, failure, e.kind FROM mails m "
            "LEFT JOIN mail_events e ON e.mail_id = m.id WHERE m.id = ANY ($1) ORDER BY m.id",
            [sent, waiting],
        )
        assert await work.mails.waiting_one(waiting) is None
    assert [tuple(row) for row in left] == [
        ("", True, None, "DELIVERED"),
        ("", False, "ACCOUNT_DELETED", None),
    ]
