"""Settings of spaced review in Postgres."""

from datetime import datetime

from sqlalchemy import Integer, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from domain.ids import UserId
from domain.spaced_review.review_settings import ReviewSettings
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement, columns_for
from persistence.tables.spaced_review.review_cards import review_settings

_columns = columns_for(ReviewSettings, review_settings)
_OF_USER = Statement(
    select(*_columns).where(review_settings.c.user_id == bindparam("of_user", type_=ID)), ReviewSettings
)
_added = insert(review_settings).values({c.name: bindparam(c.name) for c in review_settings.c})
_SAVE = Statement(
    _added.on_conflict_do_update(
        index_elements=["user_id"],
        set_={c.name: _added.excluded[c.name] for c in review_settings.c if c.name != "user_id"},
    )
)
_NEXT_TO_FIT = Statement(
    text("""
    SELECT c.user_id FROM review_cards c LEFT JOIN review_settings s ON s.user_id = c.user_id
    WHERE c.user_id > :after AND (s.fitted_at IS NULL OR s.fitted_at < :fitted_before)
    GROUP BY c.user_id, s.fitted_reviews
    HAVING sum(c.reviews) >= :least AND (sum(c.reviews) - coalesce(s.fitted_reviews, 0)) * :growth >= sum(c.reviews)
    ORDER BY c.user_id LIMIT 1
    """).bindparams(
        bindparam("after", type_=ID),
        bindparam("fitted_before", type_=MOMENT),
        bindparam("least", type_=Integer),
        bindparam("growth", type_=Integer),
    ),
    str,
)


class SqlReviewSettings:
    """Settings in the table `review_settings`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def of_user(self, user_id: UserId) -> ReviewSettings | None:
        """Return a learner's settings, None for the usual ones."""
        return await self._connection.first(_OF_USER, of_user=user_id)

    async def next_to_fit(
        self, *, least: int, growth: int, fitted_before: datetime, after: UserId | None
    ) -> UserId | None:
        """Return the next learner by id whose parameters are to be fitted."""
        found = await self._connection.first(
            _NEXT_TO_FIT, least=least, growth=growth, fitted_before=fitted_before, after=after or ""
        )
        return None if found is None else UserId(found)

    async def save(self, settings: ReviewSettings) -> None:
        """Insert or replace a learner's settings."""
        await self._connection.run(_SAVE, **{c.name: getattr(settings, c.name) for c in review_settings.c})
