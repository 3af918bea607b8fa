"""Review cards in Postgres, with their logs."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Date, Integer, bindparam, text

from domain.gamification.streaks import UserZone
from domain.ids import QuestionId, ReviewCardId, UserId
from domain.paging import Page, Window
from domain.spaced_review.cards import CalibrationDecile, ForecastDay, ReviewCard, ReviewFilter, Subject
from domain.spaced_review.memory import Outcome
from domain.spaced_review.review_log import LogEntry
from domain.spaced_review.review_settings import USUAL_NEW_A_DAY
from persistence.content.score_only import is_score_only
from persistence.database import SqlConnection
from persistence.spaced_review import card_statements, card_writes
from persistence.spaced_review.card_statements import CARD, CARDS, IS_ASKED, SHOWN, card_of
from persistence.statements import ID, Statement, by_key
from persistence.tables.content.provenances import is_unreviewed

_ids, _viewer = bindparam("ids", type_=ARRAY(ID)), bindparam("viewer_id", type_=ID)
_local_date = bindparam("local_date", type_=Date)
_BY_IDS = Statement(
    text(f"""
    SELECT {CARD} FROM {CARDS} WHERE c.id = ANY (:ids) AND {SHOWN}
    """).bindparams(_ids, _viewer),  # noqa: S608 - constants
    card_of,
)
_SUBJECT = f"""q.lineage_id, q.id, q.author_id, {IS_ASKED} AS is_asked, {is_score_only("q")},
        {is_unreviewed("q.lineage_id")}, {CARD}"""
_OF_CARDS = Statement(
    text(f"""
    SELECT {_SUBJECT} FROM {CARDS}
    WHERE c.id = ANY (:ids) AND c.user_id = :viewer_id
    """).bindparams(_ids, _viewer)  # noqa: S608 - constants
)
_SUBJECTS = Statement(
    text(f"""
    SELECT v.id, {_SUBJECT} FROM questions v
    JOIN questions q ON q.lineage_id = v.lineage_id AND q.replaced_by_id IS NULL
    LEFT JOIN review_cards c ON c.lineage_id = v.lineage_id AND c.user_id = :viewer_id
    WHERE v.id = ANY (:ids)
    """).bindparams(_ids, _viewer)  # noqa: S608 - constants
)
_COUNT = Statement(text("SELECT count(*) FROM review_cards WHERE user_id = :viewer_id").bindparams(_viewer))
_ALL = Statement(
    text(f"""
    SELECT {CARD} FROM {CARDS} WHERE c.user_id = :viewer_id AND c.id > :after ORDER BY c.id LIMIT :most
    """).bindparams(  # noqa: S608 - constants
        _viewer, bindparam("after", type_=ID), bindparam("most", type_=Integer)
    ),
    card_of,
)
_REVIEWED = Statement(
    text("""
    SELECT count(DISTINCT (r.card_id, r.reviewed_at, r.client_id)) FROM review_log r
    WHERE r.user_id = :viewer_id AND r.local_date = :local_date AND r.kind = 'REVIEW' AND NOT EXISTS (
        SELECT FROM review_log u WHERE u.card_id = r.card_id AND u.kind = 'UNDO' AND u.undoes = r.client_id)
    """).bindparams(_viewer, _local_date)
)
_TENTHS = 10


class SqlReviewCards:
    """Cards in the table `review_cards`, their logs in `review_log`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def by_ids(self, ids: Sequence[ReviewCardId], *, viewer_id: UserId) -> list[ReviewCard | None]:
        """Return the viewer's own cards that they may see, one slot per id."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id)
        return by_key(ids, found, lambda card: card.id)

    async def questions_shown(
        self, ids: Sequence[ReviewCardId], *, viewer_id: UserId
    ) -> list[QuestionId | None]:
        """Return the newest version of the question of each card that `by_ids` returns."""
        cards = await self.by_ids(ids, viewer_id=viewer_id)
        return [None if card is None else card.question_id for card in cards]

    async def subjects_of_cards(
        self, ids: Sequence[ReviewCardId], *, user_id: UserId
    ) -> list[Subject | None]:
        """Return the question of each of the user's own cards, one slot per id."""
        rows = await self._connection.rows(_OF_CARDS, ids=list(ids), viewer_id=user_id)
        subjects = [_subject(*row) for row in rows]
        found = {subject.card.id: subject for subject in subjects if subject.card is not None}
        return [found.get(id_) for id_ in ids]

    async def subjects(self, ids: Sequence[QuestionId], *, user_id: UserId) -> list[Subject | None]:
        """Return one slot per question, of any version."""
        rows = await self._connection.rows(_SUBJECTS, ids=list(ids), viewer_id=user_id)
        found = {asked: _subject(*columns) for asked, *columns in rows}
        return [found.get(id_) for id_ in ids]

    async def count(self, user_id: UserId) -> int:
        """Return how many cards the user has."""
        return int(await self._connection.value(_COUNT, viewer_id=user_id))

    async def add(self, cards: Sequence[ReviewCard]) -> None:
        """Insert new cards; a card of a learner and question that exists stays as it is."""
        if cards:
            await self._connection.run(card_writes.ADD, rows=[card_writes.new_row(card) for card in cards])

    async def save(self, cards: Sequence[ReviewCard], outcomes: Sequence[Sequence[Outcome]]) -> None:
        """Store what follows from logs, for all cards in one statement."""
        rows = [card_writes.saved_row(*pair) for pair in zip(cards, outcomes, strict=True)]
        await self._connection.run(card_writes.SAVE, rows=rows)

    async def set_aside(self, card: ReviewCard) -> None:
        """Store whether a card is suspended or buried."""
        await self._connection.run(
            card_writes.SET_ASIDE,
            card_id=card.id,
            suspended_at=card.suspended_at,
            buried_until=card.buried_until,
        )

    async def append(self, entries: Sequence[LogEntry]) -> None:
        """Insert entries; those that are there already change nothing."""
        await self._connection.run(
            card_writes.APPEND, rows=[card_writes.entry_row(entry) for entry in entries]
        )

    async def log(self, ids: Sequence[ReviewCardId]) -> list[LogEntry]:
        """Return the entries of some cards."""
        return await self._connection.all(card_writes.LOG, ids=list(ids))

    async def all_of(self, user_id: UserId, *, after: ReviewCardId | None, limit: int) -> list[ReviewCard]:
        """Return a learner's cards by id."""
        return await self._connection.all(_ALL, viewer_id=user_id, after=after or "", most=limit)

    async def queue(
        self, window: Window, filters: ReviewFilter, *, viewer_id: UserId, now: datetime, today: date
    ) -> Page[ReviewCard]:
        """Return the cards that are due, then new ones."""
        page = await card_statements.QUEUE.read(
            self._connection,
            window,
            viewer_id=viewer_id,
            now=now,
            today=today,
            usual_new_a_day=USUAL_NEW_A_DAY,
            exam_type_id=filters.exam_type_id,
            domain_id=filters.domain_id,
        )
        keys = {row[0].id: page.key_of(row) for row in page.nodes}
        return Page(
            nodes=[row[0] for row in page.nodes],
            key_of=lambda card: keys[card.id],
            has_next_page=page.has_next_page,
            has_previous_page=page.has_previous_page,
        )

    async def page(self, window: Window, filters: ReviewFilter, *, viewer_id: UserId) -> Page[ReviewCard]:
        """Return the viewer's cards, newest first."""
        return await card_statements.NEWEST_FIRST.read(
            self._connection,
            window,
            viewer_id=viewer_id,
            exam_type_id=filters.exam_type_id,
            domain_id=filters.domain_id,
            state=None if filters.state is None else filters.state.value,
            is_suspended=filters.is_suspended,
        )

    async def reviewed_on(self, user_id: UserId, local_date: date) -> int:
        """Return how many reviews of a date count."""
        return int(await self._connection.value(_REVIEWED, viewer_id=user_id, local_date=local_date))

    async def forecast(self, user_id: UserId, *, zone: UserZone, first: date, days: int) -> list[ForecastDay]:
        """Return how many cards come up on each date, in one statement."""
        found = await self._connection.all(
            card_statements.FORECAST,
            viewer_id=user_id,
            first=first,
            last=first + timedelta(days=days - 1),
            time_zone=zone.time_zone,
            day_start_hour=zone.day_start_hour,
        )
        return [ForecastDay(local_date=day, due=due) for day, due in found]

    async def calibration(self, user_id: UserId) -> list[CalibrationDecile]:
        """Return the tenths that have predictions, in one statement."""
        found = await self._connection.all(card_statements.CALIBRATION, viewer_id=user_id)
        return [
            CalibrationDecile(
                from_chance=decile / _TENTHS,
                to_chance=(decile + 1) / _TENTHS,
                reviews=reviews,
                predicted=round(predicted, 3),
                recalled=round(recalled, 3),
            )
            for decile, reviews, predicted, recalled in found
        ]


def _subject(
    lineage_id: QuestionId,
    question_id: QuestionId,
    author_id: UserId,
    is_asked: bool,
    is_secret: bool,
    without_review: bool,
    *card: Any,
) -> Subject:
    return Subject(
        lineage_id=lineage_id,
        question_id=question_id,
        author_id=author_id,
        is_asked=is_asked,
        is_score_only=is_secret,
        is_unreviewed=without_review,
        card=None if card[0] is None else card_of(*card),
    )
