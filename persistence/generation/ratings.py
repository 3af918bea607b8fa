"""Ratings of generated content in Postgres."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import ARRAY, Boolean, Text, bindparam, or_, select, text

from domain.generation.ratings import ContentRating, FeedbackReason, GeneratedFeedback
from domain.ids import GenerationId, UserId
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import PagesPerKey, parent_key
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.generation.generations import content_ratings as ratings
from persistence.tables.generation.generations import generations

_user = bindparam("user_id", type_=ID)
_RATE = Statement(
    text("""
    INSERT INTO content_ratings (user_id, target, generation_id, is_helpful, reason, rated_at)
    VALUES (:user_id, :target, :generation_id, :is_helpful, :reason, :rated_at)
    ON CONFLICT (user_id, target) DO UPDATE SET is_helpful = excluded.is_helpful, reason = excluded.reason,
        rated_at = excluded.rated_at, place = DEFAULT
    """).bindparams(
        _user,
        bindparam("target", type_=ID),
        bindparam("generation_id", type_=ID),
        bindparam("is_helpful", type_=Boolean),
        bindparam("reason", type_=Text),
        bindparam("rated_at", type_=MOMENT),
    )
)
_COUNTS = Statement(
    text("""
    SELECT g.id, count(r.user_id) FILTER (WHERE r.is_helpful), count(r.user_id) FILTER (WHERE NOT r.is_helpful)
    FROM generations g LEFT JOIN content_ratings r ON r.generation_id = g.id
    WHERE g.id = ANY (:ids) AND g.user_id = :user_id GROUP BY g.id
    """).bindparams(bindparam("ids", type_=ARRAY(ID)), _user)
)
_helpful = bindparam("is_helpful", type_=Boolean)
_REASONS: PagesPerKey[FeedbackReason] = PagesPerKey(
    select(ratings.c.target, ratings.c.is_helpful, ratings.c.reason, ratings.c.rated_at, ratings.c.place)
    .join(generations, generations.c.id == ratings.c.generation_id)
    .where(ratings.c.generation_id == parent_key, generations.c.user_id == _user, ratings.c.reason != "")
    .where(or_(_helpful.is_(None), ratings.c.is_helpful == _helpful)),
    order=[ratings.c.place],
    descending=True,
    make=FeedbackReason,
    key_of=lambda reason: (reason.key,),
    name="feedbackReasons",
)


class SqlRatings:
    """Ratings in the table `content_ratings`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def rate(self, rating: ContentRating) -> None:
        """Insert or replace the rating of a user."""
        await self._connection.run(_RATE, **asdict(rating))

    async def counts(self, ids: Sequence[GenerationId], *, user_id: UserId) -> list[GeneratedFeedback | None]:
        """Count the ratings of each generation of the user's."""
        rows = await self._connection.rows(_COUNTS, ids=list(ids), user_id=user_id)
        found = {row[0]: GeneratedFeedback(helpful=row[1], unhelpful=row[2]) for row in rows}
        return [found.get(id_) for id_ in ids]

    async def reasons(
        self, ids: Sequence[GenerationId], window: Window, *, user_id: UserId, is_helpful: bool | None
    ) -> list[Page[FeedbackReason]]:
        """Return a page of reasons per generation."""
        return await _REASONS.read(self._connection, ids, window, user_id=user_id, is_helpful=is_helpful)
