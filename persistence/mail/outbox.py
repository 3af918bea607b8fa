"""Mail outbox in Postgres; the queue of mails is that of their jobs."""

from datetime import datetime

from sqlalchemy import Integer, Text, bindparam, case, delete, func, null, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from domain.ids import JobId
from domain.mail.mails import Mail, NewMail
from persistence.database import SqlConnection
from persistence.mail.mail_claims import CLAIM, IS_ID, IS_WAITING, RELEASE, make_mail
from persistence.mail.paces import TAKE_TURN
from persistence.statements import MOMENT, Statement
from persistence.tables.mail.outbox import mail_layouts, mail_paces, mails

STATE = case(
    (mails.c.sent_at.is_not(None), "SENT"),
    (mails.c.suppressed_by.is_not(None), "SUPPRESSED"),
    (mails.c.given_up_at.is_not(None), "REFUSED"),
    else_="WAITING",
)
"""What became of a mail on our side; `mail_events` has what happened to it after it left."""
_ADD = Statement(
    insert(mails)
    .values(
        {name: bindparam(name) for name in ("recipient", "kind", "subject", "body", "job_id", "layout_id")}
    )
    .values(values=bindparam("content", type_=JSONB(none_as_null=True)))
    .returning(mails.c.id)
)
_WAITING_ONE = Statement(
    select(
        mails.c.id,
        mails.c.recipient,
        mails.c.kind,
        mails.c.subject,
        mails.c.body,
        mails.c["values"],
        mail_layouts.c.source,
    )
    .select_from(mails.outerjoin(mail_layouts, mail_layouts.c.id == mails.c.layout_id))
    .where(IS_ID, IS_WAITING),
    make_mail,
)
_RECIPIENT = Statement(select(mails.c.recipient).where(IS_ID))
_WITHOUT_JOB = Statement(
    select(mails.c.id)
    .where(IS_WAITING, mails.c.job_id.is_(None))
    .order_by(mails.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True),
    int,
)
_SET_JOB = Statement(update(mails).where(IS_ID).values(job_id=bindparam("job_id")))
_SENT = Statement(  # also for one that was given up while the server took it: sent is sent
    update(mails)
    .where(IS_ID, mails.c.sent_at.is_(None))
    .values(sent_at=bindparam("now", type_=MOMENT), given_up_at=None, body="", values=null(), failure=None)
)
_GIVEN_UP = Statement(
    update(mails)
    .where(IS_ID, IS_WAITING)
    .values(
        given_up_at=bindparam("now", type_=MOMENT),
        body="",
        values=null(),
        failure=bindparam("reason", type_=Text),
    )
)
_SUPPRESSED = Statement(
    update(mails)
    .where(IS_ID, IS_WAITING)
    .values(
        given_up_at=bindparam("now", type_=MOMENT),
        body="",
        values=null(),
        failure=null(),
        suppressed_by=bindparam("reason", type_=Text),
    )
)
_MANY = {
    "recipient": "text[]",
    "kind": "text[]",
    "subject": "text[]",
    "body": "text[]",
    "values": "jsonb[]",
    "layout_id": "text[]",
    "job_id": "text[]",
}
_quoted = ", ".join(f'"{name}"' for name in _MANY)
_ADD_ALL = Statement(
    text(f"""
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest({", ".join(f"CAST(:{name} AS {kind})" for name, kind in _MANY.items())})
            WITH ORDINALITY AS given ({_quoted}, place)
    ), added AS (
        INSERT INTO mails ({_quoted}) SELECT {_quoted} FROM given ORDER BY place RETURNING id, job_id
    )
    SELECT added.id FROM added JOIN given USING (job_id) ORDER BY place
    """),  # noqa: S608 - names of columns
    int,
)
_KEEP_LAYOUT = Statement(
    insert(mail_layouts)
    .values(id=bindparam("layout_id"), source=bindparam("source"))
    .on_conflict_do_nothing(index_elements=["id"])
)
_FORGET_LAYOUTS = Statement(
    text("DELETE FROM mail_layouts l WHERE NOT EXISTS (SELECT FROM mails m WHERE m.layout_id = l.id)")
)
_FORGET_PACES = Statement(delete(mail_paces).where(mail_paces.c.next_at < bindparam("before", type_=MOMENT)))
_is_old = func.coalesce(mails.c.sent_at, mails.c.given_up_at, mails.c.posted_at) < bindparam(
    "before", type_=MOMENT
)
_FORGET_RECIPIENTS = Statement(
    update(mails)
    .where(_is_old, (mails.c.recipient != "") | IS_WAITING)
    .values(
        recipient="",
        subject="",
        body="",
        values=null(),
        given_up_at=case(
            (IS_WAITING, bindparam("now", type_=MOMENT)),
            else_=mails.c.given_up_at,
        ),
        failure=case((IS_WAITING, "WAITED_TOO_LONG"), else_=mails.c.failure),
    )
)
_FORGET = Statement(delete(mails).where(_is_old, ~IS_WAITING))
_WAITING = Statement(select(func.count()).select_from(mails).where(IS_WAITING))


class SqlMails:
    """Mails in the table `mails`; a finished one loses its content, which may contain a secret."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, mail: NewMail, *, job_id: JobId) -> int:
        """Store a mail that the job sends once the transaction is committed; return its id."""
        mail_id: int = await self._connection.value(
            _ADD,
            recipient=mail.to,
            kind=mail.kind.value,
            subject=mail.subject,
            body=mail.body,
            content=mail.values,
            job_id=job_id,
            layout_id=mail.layout_id,
        )
        self._connection.counting().mails += 1
        return mail_id

    async def add_all(self, mails: list[NewMail], *, job_ids: list[JobId]) -> list[int]:
        """Store mails, each with its job, in one statement; return their ids, in order."""
        ids = await self._connection.all(
            _ADD_ALL,
            recipient=[mail.to for mail in mails],
            kind=[mail.kind.value for mail in mails],
            subject=[mail.subject for mail in mails],
            body=[mail.body for mail in mails],
            values=[mail.values for mail in mails],
            layout_id=[mail.layout_id for mail in mails],
            job_id=job_ids,
        )
        self._connection.counting().mails += len(ids)
        return ids

    async def keep_layout(self, layout_id: str, source: str) -> None:
        """Store a layout that mails may name, unless it is there; it stays as long as one of them is kept."""
        await self._connection.run(_KEEP_LAYOUT, layout_id=layout_id, source=source)

    async def take_turn(self, mail_id: int, *, every_s: dict[str, float], now: datetime) -> float | None:
        """Take the next turn of each pace, for a mail that needs consent; return the seconds until the last of them."""
        names = sorted(every_s)
        wait: float | None = await self._connection.value(
            TAKE_TURN, mail_id=mail_id, names=names, every_s=[every_s[name] for name in names], now=now
        )
        return wait

    async def waiting_one(self, mail_id: int) -> Mail | None:
        """Return a mail that waits; None once it was sent, given up or removed."""
        return await self._connection.first(_WAITING_ONE, mail_id=mail_id)

    async def claim(self, mail_id: int, *, now: datetime, until: datetime) -> Mail | None:
        """Return a mail that waits and that nobody else sends, and keep others from sending it until then."""
        return await self._connection.first(CLAIM, mail_id=mail_id, now=now, until=until)

    async def release(self, mail_id: int) -> None:
        """Let others send the mail."""
        await self._connection.run(RELEASE, mail_id=mail_id)

    async def recipient(self, mail_id: int) -> str | None:
        """Return to whom a mail is or was; None if it is unknown, and empty once that was forgotten."""
        recipient: str | None = await self._connection.value(_RECIPIENT, mail_id=mail_id)
        return recipient

    async def sent(self, mail_id: int, *, now: datetime) -> None:
        """Mark a mail as sent and delete its content."""
        await self._connection.run(_SENT, mail_id=mail_id, now=now)

    async def given_up(self, mail_id: int, *, reason: str, now: datetime) -> None:
        """Mark a mail as undeliverable and delete its content."""
        await self._connection.run(_GIVEN_UP, mail_id=mail_id, reason=reason, now=now)

    async def suppressed(self, mail_id: int, *, reason: str, now: datetime) -> None:
        """Mark a mail as not sent because its address is suppressed, and delete its content."""
        await self._connection.run(_SUPPRESSED, mail_id=mail_id, reason=reason, now=now)

    async def without_job(self, *, limit: int) -> list[int]:
        """Return and lock mails that wait and that no job sends, oldest first."""
        return await self._connection.all(_WITHOUT_JOB, most=limit)

    async def set_job(self, mail_id: int, job_id: JobId) -> None:
        """Store which job sends the mail."""
        await self._connection.run(_SET_JOB, mail_id=mail_id, job_id=job_id)

    async def forget_recipients(self, *, before: datetime, now: datetime) -> None:
        """Remove address and subject of mails that ended before then, and give up those that wait since before then."""
        await self._connection.run(_FORGET_RECIPIENTS, before=before, now=now)

    async def forget(self, *, before: datetime) -> None:
        """Delete the mails that ended before then."""
        await self._connection.run(_FORGET, before=before)
        await self._connection.run(_FORGET_LAYOUTS)
        await self._connection.run(_FORGET_PACES, before=before)

    async def waiting(self) -> int:
        """Return how many mails are neither sent nor given up."""
        return int(await self._connection.value(_WAITING))
