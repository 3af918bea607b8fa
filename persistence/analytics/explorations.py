"""Explorations in Postgres: the acts in topics, chats and threads and the calls of language models, counted by day."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, bindparam, text

from domain.ai.calls import AiCallStatus
from domain.ai.requests import Purpose
from domain.analytics.explorations import (
    LONGEST_PAUSE,
    MOST_CURRENT,
    CurrentTopic,
    ExplorationDay,
    ExplorationFigures,
)
from domain.gamification.streaks import UserZone
from domain.ids import UserId
from persistence.database import SqlConnection
from persistence.row_mapping import maker
from persistence.statements import ID, MOMENT, Statement

_IN_CHATS = ", ".join(f"'{each.value}'" for each in (Purpose.CHAT, Purpose.TITLE, Purpose.SUGGESTIONS))
_CALLS = "FROM ai_calls a WHERE a.caller_id = :user_id AND a.latency_ms IS NOT NULL"
GENERATED = f"{_CALLS} AND a.status = '{AiCallStatus.ANSWERED.value}' AND a.purpose NOT IN ({_IN_CHATS})"
"""Where the calls are with which a language model wrote something else than an answer in a chat, or about a chat."""
_OWN_TOPICS = "FROM topics t JOIN topic_chains c ON c.id = t.chain_id WHERE c.owner_id = :user_id"
_OWN_MESSAGES = "FROM chat_messages m JOIN explore_chats c ON c.id = m.chat_id WHERE c.user_id = :user_id"
_OWN_CONTENTS = "FROM thread_contents n JOIN threads h ON h.id = n.thread_id WHERE h.owner_id = :user_id"
_ACTS_OF_CHATS = f"""
    SELECT c.id AS chat_id, c.started_at AS at FROM explore_chats c WHERE c.user_id = :user_id
    UNION ALL SELECT m.chat_id, m.asked_at {_OWN_MESSAGES}"""  # noqa: S608 - texts of this module
_COUNTED = {
    "topics_explored": ("t.explored_at", f"{_OWN_TOPICS} AND t.explored_at IS NOT NULL"),
    "topic_chains": ("c.created_at", "FROM topic_chains c WHERE c.owner_id = :user_id"),
    "chats": ("c.started_at", "FROM explore_chats c WHERE c.user_id = :user_id"),
    "messages": ("m.asked_at", _OWN_MESSAGES),
    "threads": ("h.created_at", "FROM threads h WHERE h.owner_id = :user_id"),
    "contents": ("n.created_at", _OWN_CONTENTS),
    "generations": ("a.started_at", GENERATED),
}
"""By figure: the moment of each act that counts one, and where it is."""
_ACTS = " UNION ALL ".join(
    f"SELECT '{name}' AS figure, {at} AS at, 1 AS amount {source}" for name, (at, source) in _COUNTED.items()
)
_NAMES = (*_COUNTED, "tokens_used", "microseconds")
_SUMS = ", ".join(
    f"coalesce(sum(d.amount) FILTER (WHERE d.figure = '{name}'), 0)::bigint AS {name}" for name in _NAMES
)
_DAYS = f"""
    WITH acts AS (
        {_ACTS}
        UNION ALL SELECT 'tokens_used', a.started_at, a.tokens_in + a.tokens_out {_CALLS}
        UNION ALL SELECT 'microseconds', at, least(extract(epoch FROM at - before) * 1000000, :longest_pause)
        FROM (SELECT at, lag(at) OVER (PARTITION BY chat_id ORDER BY at) AS before FROM ({_ACTS_OF_CHATS}) o) g
        WHERE before IS NOT NULL
    ), dated AS (
        SELECT ((e.at AT TIME ZONE coalesce(z.old_time_zone, u.time_zone))
            - make_interval(hours => coalesce(z.old_day_start_hour, u.day_start_hour)))::date AS local_date,
            e.figure, e.amount
        FROM acts e JOIN users u ON u.id = :user_id
        LEFT JOIN LATERAL (
            SELECT old_time_zone, old_day_start_hour FROM zone_changes
            WHERE user_id = u.id AND changed_at > e.at ORDER BY changed_at LIMIT 1) z ON true
        WHERE CAST(:since AS timestamptz) IS NULL OR e.at >= :since
    ), days AS (SELECT d.local_date, {_SUMS} FROM dated d GROUP BY d.local_date)
    SELECT u.time_zone, u.day_start_hour,
        greatest(
            (SELECT max(last_active_at) FROM explore_chats WHERE user_id = u.id),
            (SELECT max(changed_at) FROM threads WHERE owner_id = u.id),
            (SELECT max(changed_at) FROM topic_chains WHERE owner_id = u.id),
            (SELECT max(t.explored_at) {_OWN_TOPICS}),
            (SELECT max(a.started_at) {_CALLS})),
        (SELECT json_agg(json_build_array(k.id, k.title, k.explored, k.topics) ORDER BY k.acted_at DESC, k.id DESC)
            FROM (
                SELECT c.id, c.title, greatest(c.changed_at, max(t.explored_at), max(t.created_at)) AS acted_at,
                    count(t.explored_at) AS explored, count(t.id) AS topics
                FROM topic_chains c JOIN topics t ON t.chain_id = c.id WHERE c.owner_id = u.id GROUP BY c.id
                HAVING count(t.explored_at) < count(t.id)
                ORDER BY acted_at DESC, c.id DESC LIMIT {MOST_CURRENT}) k),
        days.*
    FROM users u LEFT JOIN days ON true WHERE u.id = :user_id ORDER BY days.local_date"""  # noqa: S608 - texts of this module
_FIGURES = Statement(
    text(_DAYS).bindparams(
        bindparam("user_id", type_=ID),
        bindparam("since", type_=MOMENT),
        bindparam("longest_pause", LONGEST_PAUSE // timedelta(microseconds=1), type_=BigInteger),
    )
)


_current = maker(CurrentTopic)


class SqlExplorations:
    """Explorations from the tables of topics, chats, threads and calls of language models."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def figures(self, user_id: UserId, *, since: datetime | None) -> ExplorationFigures | None:
        """Return the days with acts from a moment on, by date."""
        rows = await self._connection.rows(_FIGURES, user_id=user_id, since=since)
        if not rows:
            return None
        time_zone, day_start_hour, last_active_at, current = rows[0][:4]
        return ExplorationFigures(
            zone=UserZone(time_zone=time_zone, day_start_hour=day_start_hour),
            days=[_day(*row[4:]) for row in rows if row[4] is not None],
            last_active_at=last_active_at,
            current_topics=[_current(*each) for each in current or []],
        )


def _day(local_date: Any, *amounts: int) -> ExplorationDay:
    counts = dict(zip(_NAMES, amounts, strict=True))
    spent = timedelta(microseconds=counts.pop("microseconds"))
    return ExplorationDay(local_date=local_date, time_spent=spent, **counts)
