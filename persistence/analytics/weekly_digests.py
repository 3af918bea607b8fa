"""Weekly digests in Postgres: who wants them, and who has got which."""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    Date,
    Integer,
    Text,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    update,
)

from domain.analytics.weekly_digests import SEND_DIGEST, DigestReader
from domain.ids import UserId
from persistence.accounts.roles import is_active
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.accounts.users import users
from persistence.tables.jobs.jobs import jobs
from persistence.tables.mail.email_preferences import email_preferences
from persistence.tables.spaced_review.review_cards import review_cards

_monday = bindparam("monday", type_=Date)
_wanted = (email_preferences.c.user_id == users.c.id) & email_preferences.c.weekly_digest
_is_due = (
    _wanted
    & or_(email_preferences.c.digest_monday.is_(None), email_preferences.c.digest_monday < _monday)
    & users.c.email_verified
    & users.c.deleting_at.is_(None)
    & is_active(bindparam("now", type_=MOMENT))
)
_ZONES = Statement(select(users.c.time_zone).distinct().where(_wanted), str)
_has_job = exists().where(
    jobs.c.user_id == users.c.id,
    jobs.c.kind == SEND_DIGEST.name,
    jobs.c.arguments["monday"].astext == bindparam("monday_text", type_=Text),
)
_DUE = Statement(
    select(users.c.id)
    .where(_is_due, not_(_has_job))
    .where(users.c.time_zone == any_(bindparam("zones", type_=ARRAY(Text))))
    .where(users.c.id > bindparam("after", type_=ID))
    .order_by(users.c.id)
    .limit(bindparam("most", type_=Integer)),
    UserId,
)
_CLAIM = Statement(
    update(email_preferences)
    .where(_is_due)
    .where(users.c.id == bindparam("user_id", type_=ID))
    .values(digest_monday=_monday)
    .returning(users.c.email, users.c.handle, users.c.time_zone),
    DigestReader,
)
_DUE_REVIEWS = Statement(
    select(func.count())
    .select_from(review_cards)
    .where(review_cards.c.user_id == bindparam("of_user", type_=ID))
    .where(review_cards.c.state != literal_column("'NEW'"))
    .where(review_cards.c.suspended_at.is_(None))
    .where(review_cards.c.due_at <= bindparam("now", type_=MOMENT))
)


class SqlDigests:
    """Digests in the table `email_preferences`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def zones(self) -> list[str]:
        """Return the time zones of those who want digests."""
        return await self._connection.all(_ZONES)

    async def due(
        self, zones: list[str], monday: date, *, now: datetime, after: UserId | None, limit: int
    ) -> list[UserId]:
        """Return who wants the digest of that Monday and has no job for it, by id."""
        return await self._connection.all(
            _DUE,
            zones=zones,
            monday=monday,
            monday_text=monday.isoformat(),
            now=now,
            after=after or "",
            most=limit,
        )

    async def claim(self, user_id: UserId, monday: date, *, now: datetime) -> DigestReader | None:
        """Note that the user has got the digest of that Monday; None if they have already, or want none."""
        return await self._connection.first(_CLAIM, user_id=user_id, monday=monday, now=now)

    async def due_reviews(self, user_id: UserId, *, now: datetime) -> int:
        """Return how many review cards of the user are due."""
        return int(await self._connection.value(_DUE_REVIEWS, of_user=user_id, now=now))
