"""Ratings of generated content in Postgres."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    SmallInteger,
    Text,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
)

from domain.generation.ratings import (
    AnswerRatings,
    ContentRating,
    FeedbackReason,
    GeneratedFeedback,
    RatingFilter,
)
from domain.ids import GenerationId, UserId
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import Pages, PagesPerKey, parent_key
from persistence.statements import ID, MOMENT, Statement, columns_for
from persistence.tables.generation.generations import content_ratings as ratings
from persistence.tables.generation.generations import generations

_user = bindparam("user_id", type_=ID)
_RATE = Statement(
    text("""
    INSERT INTO content_ratings (user_id, target, generation_id, is_helpful, reason, rated_at, message_id, model,
        prompt_version)
    VALUES (:user_id, :target, :generation_id, :is_helpful, :reason, :rated_at, :message_id, :model, :prompt_version)
    ON CONFLICT (user_id, target) DO UPDATE SET is_helpful = excluded.is_helpful, reason = excluded.reason,
        rated_at = excluded.rated_at, model = excluded.model, prompt_version = excluded.prompt_version, place = DEFAULT
    """).bindparams(
        _user,
        bindparam("target", type_=ID),
        bindparam("generation_id", type_=ID),
        bindparam("is_helpful", type_=Boolean),
        bindparam("reason", type_=Text),
        bindparam("rated_at", type_=MOMENT),
        bindparam("message_id", type_=ID),
        bindparam("model", type_=Text),
        bindparam("prompt_version", type_=SmallInteger),
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
_message, _model = bindparam("message_id", type_=ID), bindparam("model", type_=Text)
_OWN: Pages[ContentRating] = Pages(
    select(*columns_for(ContentRating, ratings))
    .where(ratings.c.user_id == _user)
    .where(or_(_message.is_(None), ratings.c.message_id == _message))
    .where(or_(_helpful.is_(None), ratings.c.is_helpful == _helpful)),
    order=[ratings.c.target],
    descending=True,
    make=ContentRating,
    key_of=lambda rating: (rating.target,),
    name="contentRatings",
)
_version = func.coalesce(ratings.c.prompt_version, literal_column("0"), type_=Integer)
_answers = (
    select(
        ratings.c.model,
        _version.label("version"),
        func.count().filter(ratings.c.is_helpful).label("helpful"),
        func.count().filter(~ratings.c.is_helpful).label("unhelpful"),
    )
    .where(ratings.c.message_id.is_not(None))
    .where(or_(_model.is_(None), ratings.c.model == _model))
    .group_by(ratings.c.model, _version)
    .subquery("answers")
)


def _counted(model: str, version: int, helpful: int, unhelpful: int) -> AnswerRatings:
    return AnswerRatings(model=model, prompt_version=version or None, helpful=helpful, unhelpful=unhelpful)


_OF_ANSWERS: Pages[AnswerRatings] = Pages(
    select(*_answers.c),
    order=[_answers.c.version, _answers.c.model],
    descending=True,
    make=_counted,
    key_of=lambda counts: (counts.prompt_version or 0, counts.model),
    name="answerRatings",
)


class SqlRatings:
    """Ratings in the table `content_ratings`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def rate(self, rating: ContentRating) -> None:
        """Insert or replace the rating of a user."""
        await self._connection.run(_RATE, **asdict(rating))

    async def page(self, asked: RatingFilter, window: Window, *, user_id: UserId) -> Page[ContentRating]:
        """Return a user's ratings."""
        return await _OWN.read(
            self._connection,
            window,
            user_id=user_id,
            message_id=asked.message_id,
            is_helpful=asked.is_helpful,
        )

    async def of_answers(self, window: Window, *, model: str | None) -> Page[AnswerRatings]:
        """Count the ratings of answers in chats."""
        return await _OF_ANSWERS.read(self._connection, window, model=model)

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
