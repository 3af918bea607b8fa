"""The activity log in Postgres: one list of the acts in topics, chats and threads, and of generations."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Integer, Text, bindparam, text

from domain.analytics.activity_log import ActivityFilter, LoggedAct, LoggedActivity
from domain.entities import entity
from domain.ids import UserId
from domain.paging import Page, Window, cut, expect
from persistence.analytics.explorations import GENERATED
from persistence.database import SqlConnection
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement

_LONGEST_SUMMARY = 120
_NAME = "activity"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_MICROSECONDS = range(*((moment - _EPOCH) // timedelta(microseconds=1) for moment in _EVER))


@entity
class _ActSource:
    """Where the acts of a kind are: rows of the learner, or rows `below` these, such as messages of a chat."""

    at: str
    summary: str
    rows: str
    key: str
    below: str | None = None
    duration: str = "CAST(NULL AS interval)"
    has_object: bool = True


_CHAINS = "topic_chains c WHERE c.owner_id = :user_id"
_CHATS = "explore_chats c WHERE c.user_id = :user_id"
_THREADS = "threads h WHERE h.owner_id = :user_id"
_SOURCES = {
    LoggedAct.TOPIC_CHAIN_CREATED: _ActSource(at="c.created_at", summary="c.title", rows=_CHAINS, key="c.id"),
    LoggedAct.TOPIC_EXPLORED: _ActSource(
        at="t.explored_at",
        summary="t.name",
        rows=_CHAINS,
        key="t.id",
        below="topics t WHERE t.chain_id = c.id",
    ),
    LoggedAct.CHAT_STARTED: _ActSource(
        at="c.started_at", summary="coalesce(c.title, c.topic, '')", rows=_CHATS, key="c.id"
    ),
    LoggedAct.QUESTION_ASKED: _ActSource(
        at="m.asked_at",
        summary="m.question",
        rows=_CHATS,
        key="m.id",
        below="chat_messages m WHERE m.chat_id = c.id",
        duration="m.ended_at - m.started_at",
    ),
    LoggedAct.THREAD_CREATED: _ActSource(at="h.created_at", summary="h.title", rows=_THREADS, key="h.id"),
    LoggedAct.CONTENT_ADDED: _ActSource(
        at="n.created_at",
        summary="n.title",
        rows=_THREADS,
        key="n.id",
        below="thread_contents n WHERE n.thread_id = h.id",
    ),
    LoggedAct.GENERATED: _ActSource(
        at="a.started_at",
        summary="a.purpose",
        rows=GENERATED.removeprefix("FROM "),
        key="a.id",
        duration="a.latency_ms * interval '1 millisecond'",
        has_object=False,
    ),
}


def _acts(kind: LoggedAct, direction: str, keyed: bool) -> str:
    """Return the statement of the first acts of a kind, which an index by their moments gives in order.

    Of acts below rows, the first ones are below those rows whose own first act is earliest in the list.
    """
    source = _SOURCES[kind]
    at, key = source.at, source.key
    inside = f"AND {at} >= :since AND {at} < :until"
    if keyed:
        inside += f" AND ({at}, {key}) {'<' if direction == 'DESC' else '>'} (:after_at, :after_key)"
    first = f"ORDER BY {at} {direction}, {key} {direction} LIMIT"
    shown = f"""'{kind.value}' AS kind, (extract(epoch FROM {at}) * 1000000)::bigint AS microseconds, {key} AS key,
        {key if source.has_object else "CAST(NULL AS text)"} AS object_id,
        left(regexp_replace({source.summary}, '\\s+', ' ', 'g'), {_LONGEST_SUMMARY}) AS summary,
        {at} AS occurred_at, {source.duration} AS duration"""
    is_asked = f"AND (:kinds IS NULL OR '{kind.value}' = ANY (:kinds))"
    if source.below is None:
        return f"(SELECT {shown} FROM {source.rows} {is_asked} {inside} {first} :page_size)"  # noqa: S608 - texts of this module
    table, where = source.rows.split(" WHERE ")
    above = f"{table.split()[1]}.id"
    return f"""(SELECT {shown} FROM (
            SELECT {above} FROM {table} CROSS JOIN LATERAL (
                SELECT {at} AS at, {key} AS key FROM {source.below} {inside} {first} 1) newest
            WHERE {where} {is_asked} ORDER BY newest.at {direction}, newest.key {direction} LIMIT :page_size
        ) {table.split()[1]} CROSS JOIN LATERAL (
            SELECT * FROM {source.below} {inside} {first} :page_size) {key.split(".")[0]}
        {first} :page_size)"""  # noqa: S608 - texts of this module


def _page(*, backward: bool, keyed: bool) -> Statement[LoggedActivity]:
    direction = "ASC" if backward else "DESC"
    arms = " UNION ALL ".join(_acts(kind, direction, keyed) for kind in LoggedAct)
    given: list[Any] = [
        bindparam("user_id", type_=ID),
        bindparam("kinds", type_=ARRAY(Text)),
        bindparam("since", type_=MOMENT),
        bindparam("until", type_=MOMENT),
        bindparam("page_size", type_=Integer),
    ]
    if keyed:
        given += [bindparam("after_at", type_=MOMENT), bindparam("after_key", type_=ID)]
    return Statement(
        text(f"{arms} ORDER BY microseconds {direction}, key {direction} LIMIT :page_size").bindparams(
            *given
        ),
        maker(LoggedActivity, kind=member_of(LoggedAct)),
    )


_PAGES = {
    (backward, keyed): _page(backward=backward, keyed=keyed)
    for backward in (False, True)
    for keyed in (False, True)
}


class SqlActivityLog:
    """The log from the tables of topics, chats, threads and calls of language models."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def page(self, asked: ActivityFilter, window: Window, *, user_id: UserId) -> Page[LoggedActivity]:
        """Return the user's acts, the latest first."""
        values: dict[str, Any] = {
            "kinds": None if asked.kinds is None else [kind.value for kind in asked.kinds],
            "since": asked.since or _EVER[0],
            "until": asked.until or _EVER[1],
        }
        key = expect(window, _NAME, _MICROSECONDS, str)
        if key is not None:
            microseconds, values["after_key"] = key
            values["after_at"] = _EPOCH + timedelta(microseconds=int(microseconds))
        found = await self._connection.all(
            _PAGES[window.backward, key is not None], user_id=user_id, page_size=window.size + 1, **values
        )
        return cut(found, window, lambda act: (act.microseconds, act.key), _NAME)
