"""Mails in Postgres: a queue that any number of processes may take from."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from domain.mails import Mail, MailKind, NewMail
from persistence.base import Statement, metadata
from persistence.engine import Connection

_MOMENT = DateTime(timezone=True)

mails = Table(
    "mails",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("posted_at", _MOMENT, nullable=False, server_default=text("now()")),
    Column("due_at", _MOMENT),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("sent_at", _MOMENT),
    Column("given_up_at", _MOMENT),
    Column("failure", Text),
    Index("mails_waiting_idx", "id", postgresql_where=text("sent_at IS NULL AND given_up_at IS NULL")),
)


def _mail(id: int, to: str, kind: str, subject: str, body: str, tries: int) -> Mail:
    return Mail(id=id, to=to, kind=MailKind(kind), subject=subject, body=body, tries=tries)


_waiting = mails.c.sent_at.is_(None) & mails.c.given_up_at.is_(None)
_id = mails.c.id == bindparam("mail_id")
_ADD = Statement(
    insert(mails).values({name: bindparam(name) for name in ("recipient", "kind", "subject", "body")})
)
_due = (
    select(mails.c.id)
    .where(_waiting)
    .where(or_(mails.c.due_at.is_(None), mails.c.due_at <= bindparam("now", type_=_MOMENT)))
    .order_by(mails.c.id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_TAKE = Statement(
    update(mails)
    .where(mails.c.id.in_(select(_due.c.id)))
    .values(due_at=bindparam("until", type_=_MOMENT), tries=mails.c.tries + 1)
    .returning(mails.c.id, mails.c.recipient, mails.c.kind, mails.c.subject, mails.c.body, mails.c.tries),
    _mail,
)
_SENT = Statement(
    update(mails).where(_id).values(sent_at=bindparam("now", type_=_MOMENT), body="", failure=None)
)
_FAILED = Statement(
    update(mails)
    .where(_id)
    .values(due_at=bindparam("again", type_=_MOMENT), failure=bindparam("reason", type_=Text))
)
_GIVEN_UP = Statement(
    update(mails)
    .where(_id)
    .values(given_up_at=bindparam("now", type_=_MOMENT), body="", failure=bindparam("reason", type_=Text))
)
_FORGET = Statement(
    delete(mails).where(
        func.coalesce(mails.c.sent_at, mails.c.given_up_at) < bindparam("before", type_=_MOMENT)
    )
)
_WAITING = Statement(select(func.count()).select_from(mails).where(_waiting))


class SqlMails:
    """Letters in the table `mails`; the body of one that is done is emptied, because it may hold a secret."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, mail: NewMail) -> None:
        """Store a letter that may be sent as soon as the transaction is committed."""
        await self._connection.run(
            _ADD, recipient=mail.to, kind=mail.kind.value, subject=mail.subject, body=mail.body
        )
        self._connection.counting().mails += 1

    async def take(self, *, now: datetime, until: datetime, limit: int) -> list[Mail]:
        """Return letters that are due, oldest first; a row that another process is taking is passed over."""
        taken = await self._connection.all(_TAKE, now=now, until=until, limit=limit)
        return sorted(taken, key=lambda mail: mail.id)

    async def sent(self, mail_id: int, *, now: datetime) -> None:
        """Mark a letter as sent and forget its body."""
        await self._connection.run(_SENT, mail_id=mail_id, now=now)

    async def failed(self, mail_id: int, *, reason: str, due_at: datetime) -> None:
        """Let a letter be tried again from `due_at` on."""
        await self._connection.run(_FAILED, mail_id=mail_id, reason=reason, again=due_at)

    async def given_up(self, mail_id: int, *, reason: str, now: datetime) -> None:
        """Mark a letter as never to be sent and forget its body."""
        await self._connection.run(_GIVEN_UP, mail_id=mail_id, reason=reason, now=now)

    async def forget(self, *, before: datetime) -> None:
        """Delete the letters that were sent or given up before then."""
        await self._connection.run(_FORGET, before=before)

    async def waiting(self) -> int:
        """Return how many letters are neither sent nor given up."""
        return int(await self._connection.value(_WAITING))
