"""Events of mails in Postgres."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Text, bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from domain.mail.mail_events import MailEvent, MailResults
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.mail.mail_events import mail_events, mail_reports
from persistence.tables.mail.outbox import mails

_ADD = Statement(
    text("""
    WITH new AS (
        INSERT INTO mail_events (mail_id, kind, at, status, is_hard)
        SELECT id, :kind, :at, :status, :is_hard FROM mails WHERE id = :mail_id
        ON CONFLICT DO NOTHING RETURNING mail_id
    )
    SELECT m.recipient FROM new JOIN mails m ON m.id = new.mail_id
    """).bindparams(
        bindparam("mail_id", type_=BigInteger),
        bindparam("kind", type_=ID),
        bindparam("at", type_=MOMENT),
        bindparam("status", type_=Text),
        bindparam("is_hard", type_=Boolean),
    )
)
_SOFT_BOUNCES = Statement(
    select(func.count())
    .select_from(mails.join(mail_events, mail_events.c.mail_id == mails.c.id))
    .where(mails.c.recipient == bindparam("recipient", type_=Text))
    .where(mail_events.c.kind == "BOUNCED", ~mail_events.c.is_hard)
    .where(mail_events.c.at >= bindparam("since", type_=MOMENT))
)
_ADD_REPORT = Statement(
    insert(mail_reports)
    .values(id=bindparam("report_id"), received_at=bindparam("now", type_=MOMENT))
    .on_conflict_do_nothing(index_elements=["id"])
    .returning(mail_reports.c.id)
)
_FORGET_REPORTS = Statement(
    delete(mail_reports).where(mail_reports.c.received_at < bindparam("before", type_=MOMENT))
)
_RESULTS = Statement(
    text("""
    SELECT (SELECT count(*) FROM mails WHERE sent_at > :since AND kind <> 'NOBODY'),
        (SELECT count(*) FROM mail_events WHERE kind = 'BOUNCED' AND at > :since),
        (SELECT count(*) FROM mail_events WHERE kind = 'COMPLAINED' AND at > :since),
        (SELECT count(*) FROM mails WHERE given_up_at > :since AND suppressed_by IS NOT NULL)
    """).bindparams(bindparam("since", type_=MOMENT)),
    MailResults,
)


class SqlMailEvents:
    """Events in the table `mail_events`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, event: MailEvent) -> str | None:
        """Store an event; return the mail's recipient.

        None if the mail is unknown or has an event of this kind; an empty one if it is no longer known.
        """
        recipient: str | None = await self._connection.value(
            _ADD,
            mail_id=event.mail_id,
            kind=event.kind.value,
            at=event.at,
            status=event.status,
            is_hard=event.is_hard,
        )
        return recipient

    async def is_first_report(self, report_id: str, *, now: datetime) -> bool:
        """Note the id of a report; tell whether it is new."""
        return await self._connection.value(_ADD_REPORT, report_id=report_id, now=now) is not None

    async def forget_reports(self, *, before: datetime) -> None:
        """Forget the ids of reports that came before then."""
        await self._connection.run(_FORGET_REPORTS, before=before)

    async def results(self, *, since: datetime) -> MailResults:
        """Count what became of mails since then."""
        (found,) = await self._connection.all(_RESULTS, since=since)
        return found

    async def soft_bounces(self, recipient: str, *, since: datetime) -> int:
        """Return how many mails to a recipient bounced softly since then."""
        return int(await self._connection.value(_SOFT_BOUNCES, recipient=recipient, since=since))
