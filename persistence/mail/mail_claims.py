"""Claims of mails in SQL: one worker takes a mail that waits, and others leave it alone until its time is over."""

from typing import Any

from sqlalchemy import bindparam, select, text, update

from domain.mail.mails import Mail, MailKind
from persistence.statements import MOMENT, Statement
from persistence.tables.mail.outbox import mail_layouts, mails


def make_mail(
    id: int,
    to: str,
    kind: str,
    subject: str,
    body: str,
    values: dict[str, Any] | None,
    layout: str | None,
) -> Mail:
    """Return a mail from its columns."""
    return Mail(id=id, to=to, kind=MailKind(kind), subject=subject, body=body, values=values, layout=layout)


IS_WAITING = mails.c.sent_at.is_(None) & mails.c.given_up_at.is_(None)
IS_ID = mails.c.id == bindparam("mail_id")
_is_free = mails.c.claimed_until.is_(None) | (mails.c.claimed_until <= bindparam("now", type_=MOMENT))
CLAIM = Statement(
    update(mails)
    .where(IS_ID, IS_WAITING, _is_free)
    .values(claimed_until=bindparam("until", type_=MOMENT))
    .returning(
        mails.c.id,
        mails.c.recipient,
        mails.c.kind,
        mails.c.subject,
        mails.c.body,
        mails.c["values"],
        select(mail_layouts.c.source).where(mail_layouts.c.id == mails.c.layout_id).scalar_subquery(),
    ),
    make_mail,
)
RELEASE = Statement(update(mails).where(IS_ID).values(claimed_until=text("'epoch'")))
"""Lets others claim the mail; it stays known that it was claimed, and that the server may have taken it."""
