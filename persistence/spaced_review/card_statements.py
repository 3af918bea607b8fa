"""Statements of review cards: the columns of a card, and which cards wait for an open attempt."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Double,
    Integer,
    Select,
    SmallInteger,
    Text,
    bindparam,
    column,
    select,
    text,
)

from domain.spaced_review.cards import ReviewCard
from domain.spaced_review.memory import CardState
from persistence.content.question_versions import lineage
from persistence.content.score_only import is_score_only
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement

card_of = maker(ReviewCard, state=member_of(CardState))
_TYPES: dict[str, Any] = {
    "id": ID,
    "user_id": ID,
    "lineage_id": ID,
    "question_id": ID,
    "created_at": MOMENT,
    "state": Text,
    "step": SmallInteger,
    "stability": Double,
    "difficulty": Double,
    "due_at": MOMENT,
    "last_reviewed_at": MOMENT,
    "reviews": Integer,
    "lapses": Integer,
    "introduced_on": Date,
    "suspended_at": MOMENT,
    "buried_until": MOMENT,
}
"""The columns of a card in the order of its fields."""
CARD = ", ".join("q.id AS question_id" if name == "question_id" else f"c.{name}" for name in _TYPES)
CARDS = "review_cards c JOIN questions q ON q.lineage_id = c.lineage_id AND q.replaced_by_id IS NULL"
"""Cards with the newest version of their question."""
IS_ASKED = f"""{lineage("q")} = ANY (ARRAY(
    SELECT {lineage("o")} FROM quiz_attempts a JOIN attempt_slots s ON s.attempt_id = a.id
    JOIN questions o ON o.id = s.question_id
    WHERE a.user_id = :viewer_id AND a.state = 'IN_PROGRESS'
    AND NOT (a.feedback = 'AFTER_EACH' AND s.answered_at IS NOT NULL)))"""  # noqa: S608 - names of columns
"""Whether an open attempt of the viewer asks the question `q` without showing it yet; read once for all rows."""
SHOWN = f"c.user_id = :viewer_id AND NOT {IS_ASKED} AND NOT {is_score_only('q')}"
"""The viewer's cards that they may see: of questions that no open attempt, and no quiz with the score only, asks."""
_OF_CONTENT = """(:exam_type_id IS NULL OR q.exam_type_id = :exam_type_id)
    AND (:domain_id IS NULL OR q.domain_id = :domain_id)"""
_ASKABLE = "c.suspended_at IS NULL AND (c.buried_until IS NULL OR c.buried_until <= :now)"
_QUEUE = f"""
    SELECT {CARD}, 0 AS place, (extract(epoch FROM c.due_at) * 1000)::bigint AS at_ms FROM {CARDS}
    WHERE {SHOWN} AND c.state <> 'NEW' AND c.due_at <= :now AND {_ASKABLE} AND {_OF_CONTENT}
    UNION ALL (
        SELECT {CARD}, 1, 0 FROM {CARDS}
        WHERE {SHOWN} AND c.state = 'NEW' AND {_ASKABLE} AND {_OF_CONTENT} ORDER BY c.id LIMIT greatest(0, coalesce(
            (SELECT s.new_a_day FROM review_settings s WHERE s.user_id = :viewer_id), :usual_new_a_day
        ) - (SELECT count(*) FROM review_cards b WHERE b.user_id = :viewer_id AND b.introduced_on = :today))
    )"""  # noqa: S608 - constants
_LISTED = f"""
    SELECT {CARD} FROM {CARDS} WHERE {SHOWN} AND {_OF_CONTENT} AND (:state IS NULL OR c.state = :state)
    AND (:is_suspended IS NULL OR :is_suspended = (c.suspended_at IS NOT NULL))"""  # noqa: S608 - constants
_PARAMETERS: dict[str, Any] = {
    "viewer_id": ID,
    "exam_type_id": ID,
    "domain_id": ID,
    "state": Text,
    "is_suspended": Boolean,
    "now": MOMENT,
    "usual_new_a_day": Integer,
    "today": Date,
}


def _rows(sql: str, *more: Any) -> Any:
    given = [bindparam(name, type_=type_) for name, type_ in _PARAMETERS.items() if f":{name}" in sql]
    columns = [column(name, type_) for name, type_ in _TYPES.items()]
    return text(_typed(sql)).bindparams(*given).columns(*columns, *more).subquery("listed")


def _typed(sql: str) -> str:
    """Return the SQL with the parameters that may be null cast, so that Postgres knows their types."""
    for name in ("exam_type_id", "domain_id", "state"):
        sql = sql.replace(f":{name}", f"CAST(:{name} AS text)")
    return sql.replace(":is_suspended", "CAST(:is_suspended AS boolean)")


def _cards_in(rows: Any) -> Select[Any]:
    return select(*(rows.c[name] for name in _TYPES))


_queued = _rows(_QUEUE, column("place", Integer), column("at_ms", BigInteger))
QUEUE: Pages[tuple[ReviewCard, int, int]] = Pages(
    select(*(_queued.c[name] for name in (*_TYPES, "place", "at_ms"))),
    order=[_queued.c.place, _queued.c.at_ms, _queued.c.id],
    make=lambda *columns: (card_of(*columns[:-2]), *columns[-2:]),
    key_of=lambda row: (row[1], row[2], row[0].id),
    name="reviewQueue",
)
_listed = _rows(_LISTED)
NEWEST_FIRST: Pages[ReviewCard] = Pages(
    _cards_in(_listed),
    order=[_listed.c.id],
    descending=True,
    make=card_of,
    key_of=lambda card: (card.id,),
    name="reviewCards",
)


def _of_viewer(sql: str, make: Any, **types: Any) -> Statement[Any]:
    given = {"viewer_id": ID} | types
    return Statement(text(sql).bindparams(*(bindparam(n, type_=t) for n, t in given.items())), make)


FORECAST = _of_viewer(
    f"""
    SELECT days.day, count(c.id)::int FROM generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day')
        AS series (at) CROSS JOIN LATERAL (SELECT series.at::date AS day) days LEFT JOIN (
        SELECT c.id, greatest(
            (c.due_at AT TIME ZONE :time_zone - make_interval(hours => :day_start_hour))::date, CAST(:first AS date)
        ) AS day FROM {CARDS} WHERE {SHOWN} AND c.state <> 'NEW' AND c.suspended_at IS NULL
    ) c ON c.day = days.day GROUP BY days.day ORDER BY days.day
    """,  # noqa: S608 - constants
    lambda day, due: (day, due),
    first=Date,
    last=Date,
    time_zone=Text,
    day_start_hour=Integer,
)
CALIBRATION = _of_viewer(
    f"""
    SELECT least(floor(o.predicted * 10), 9)::int AS decile, count(*)::int, avg(o.predicted),
        avg(o.recalled::int)::double precision
    FROM {CARDS} CROSS JOIN LATERAL unnest(c.predicted, c.recalled) AS o (predicted, recalled)
    WHERE {SHOWN} GROUP BY decile ORDER BY decile
    """,  # noqa: S608 - constants
    lambda *columns: columns,
)
