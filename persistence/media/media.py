"""Media in Postgres."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Integer, any_, bindparam, delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from domain.ids import MediaId, OptionId, QuestionId
from domain.media.media import Media, MediaType, MediaUse, QuestionImage, name_of
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.media.media import media, question_media

_columns = columns_for(Media, media)
_as_media: Callable[..., Media] = Media
_as_image: Callable[..., QuestionImage] = QuestionImage
_ids = bindparam("ids", type_=ARRAY(ID))


_ADD = Statement(
    insert(media)
    .values({c.name: bindparam(c.name) for c in media.c})
    .on_conflict_do_update(
        constraint="media_author_id_sha256_key", set_={"created_at": bindparam("created_at")}
    )
    .returning(*_columns),
    Media,
)
_USE = Statement(
    insert(question_media)
    .values({c.name: bindparam(c.name) for c in question_media.c})
    .on_conflict_do_nothing()
)
_BY_IDS = Statement(select(*_columns).where(media.c.id == any_(_ids)), Media)
_OF_QUESTIONS = Statement(
    select(question_media.c.question_id, *_columns)
    .join_from(question_media, media, media.c.id == question_media.c.media_id)
    .where(question_media.c.question_id == any_(_ids))
    .order_by(question_media.c.question_id, question_media.c.position),
    lambda question_id, *values: (question_id, _as_media(*values)),
)
_shown = select(
    question_media.c.question_id, question_media.c.option_id, question_media.c.alt, *_columns
).join_from(question_media, media, media.c.id == question_media.c.media_id)


def _image(question_id: str, option_id: str | None, alt: str, *values: Any) -> QuestionImage:
    return _as_image(question_id, option_id, alt, _as_media(*values))


_SHOWN_BY = Statement(
    _shown.where(question_media.c.question_id == any_(_ids)).order_by(
        question_media.c.question_id, question_media.c.position
    ),
    _image,
)
_SHOWN_IN = Statement(_shown.where(question_media.c.option_id == any_(_ids)), _image)
_unused = (
    select(media.c.id)
    .where(media.c.created_at < bindparam("before", type_=MOMENT))
    .where(~exists().where(question_media.c.media_id == media.c.id))
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_REMOVE_UNUSED = Statement(
    delete(media).where(media.c.id.in_(_unused)).returning(media.c.sha256, media.c.content_type)
)
_STILL_THERE = Statement(
    select(media.c.sha256).where(media.c.sha256 == any_(bindparam("hashes", type_=ARRAY(ID)))), str
)


class SqlMedia:
    """Images in the table `media`, their uses in `question_media`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, new: Sequence[Media]) -> list[Media]:
        """Insert images; one of the same bytes counts as new again, so that it is not removed as unused."""
        stored = []
        for each in new:
            stored += await self._connection.all(_ADD, **asdict(each))
        return stored

    async def use(self, uses: Sequence[MediaUse]) -> None:
        """Insert uses."""
        for each in uses:
            await self._connection.run(_USE, **asdict(each))

    async def by_ids(self, ids: Sequence[MediaId]) -> list[Media | None]:
        """Return one slot per id."""
        return by_key(ids, await self._connection.all(_BY_IDS, ids=list(ids)), lambda each: each.id)

    async def of_questions(self, ids: Sequence[QuestionId]) -> list[list[Media]]:
        """Return the images of each question, in their order."""
        found: dict[str, list[Media]] = {}
        for question_id, each in await self._connection.all(_OF_QUESTIONS, ids=list(ids)):
            found.setdefault(question_id, []).append(each)
        return [found.get(each, []) for each in ids]

    async def shown_by(self, ids: Sequence[QuestionId]) -> list[list[QuestionImage]]:
        """Return the images of each question as it shows them."""
        found: dict[str, list[QuestionImage]] = {}
        for each in await self._connection.all(_SHOWN_BY, ids=list(ids)):
            found.setdefault(each.question_id, []).append(each)
        return [found.get(each, []) for each in ids]

    async def shown_in(self, ids: Sequence[OptionId]) -> list[QuestionImage | None]:
        """Return one slot per option."""
        return by_key(
            ids,
            await self._connection.all(_SHOWN_IN, ids=list(ids)),
            lambda each: OptionId(each.option_id or ""),
        )

    async def remove_unused(self, *, before: datetime, most: int) -> list[str]:
        """Delete images; return the names of the files that no other author's image has."""
        removed = await self._connection.rows(_REMOVE_UNUSED, before=before, most=most)
        hashes = [row[0] for row in removed]
        still = set(await self._connection.all(_STILL_THERE, hashes=hashes)) if hashes else set()
        return [name_of(row[0], MediaType(row[1])) for row in removed if row[0] not in still]
