"""The activity log in Postgres: one list of the acts in topics, chats and threads, and of generations."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    Interval,
    Text,
    any_,
    bindparam,
    column,
    or_,
    select,
    text,
)

from domain.analytics.activity_log import ActivityFilter, LoggedAct, LoggedActivity
from domain.ids import UserId
from domain.paging import Page, Window
from persistence.analytics.explorations import GENERATED
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT

_LONGEST_SUMMARY = 120
_NO_DURATION = "CAST(NULL AS interval)"
_SOURCES: dict[LoggedAct, tuple[str, str, str, str, str]] = {
    LoggedAct.TOPIC_CHAIN_CREATED: (
        "c.id",
        "c.title",
        "c.created_at",
        _NO_DURATION,
        "topic_chains c WHERE c.owner_id = :user_id",
    ),
    LoggedAct.TOPIC_EXPLORED: (
        "t.id",
        "t.name",
        "t.explored_at",
        _NO_DURATION,
        (
            "topics t JOIN topic_chains c ON c.id = t.chain_id "
            "WHERE c.owner_id = :user_id AND t.explored_at IS NOT NULL"
        ),
    ),
    LoggedAct.CHAT_STARTED: (
        "c.id",
        "coalesce(c.title, c.topic, '')",
        "c.started_at",
        _NO_DURATION,
        "explore_chats c WHERE c.user_id = :user_id",
    ),
    LoggedAct.QUESTION_ASKED: (
        "m.id",
        "m.question",
        "m.asked_at",
        "m.ended_at - m.started_at",
        "chat_messages m JOIN explore_chats c ON c.id = m.chat_id WHERE c.user_id = :user_id",
    ),
    LoggedAct.THREAD_CREATED: (
        "h.id",
        "h.title",
        "h.created_at",
        _NO_DURATION,
        "threads h WHERE h.owner_id = :user_id",
    ),
    LoggedAct.CONTENT_ADDED: (
        "n.id",
        "n.title",
        "n.created_at",
        _NO_DURATION,
        "thread_contents n JOIN threads h ON h.id = n.thread_id WHERE h.owner_id = :user_id",
    ),
    LoggedAct.GENERATED: (
        "NULL",
        "a.purpose",
        "a.started_at",
        "a.latency_ms * interval '1 millisecond'",
        f"{GENERATED.removeprefix('FROM ')}",
    ),
}
"""By kind: the object, the summary, the moment, the duration, and where the acts are."""


def _acts(kind: LoggedAct) -> str:
    object_id, summary, at, duration, source = _SOURCES[kind]
    key = "a.id" if object_id == "NULL" else object_id
    return f"""SELECT '{kind.value}' AS kind, (extract(epoch FROM {at}) * 1000000)::bigint AS microseconds,
        {key} AS key, {object_id} AS object_id,
        left(regexp_replace({summary}, '\\s+', ' ', 'g'), {_LONGEST_SUMMARY})
            AS summary, {at} AS occurred_at, {duration} AS duration FROM {source}"""  # noqa: S608 - texts of this module


_log = (
    text(" UNION ALL ".join(map(_acts, LoggedAct)))
    .bindparams(bindparam("user_id", type_=ID))
    .columns(
        column("kind", Text),
        column("microseconds", BigInteger),
        column("key", ID),
        column("object_id", ID),
        column("summary", Text),
        column("occurred_at", DateTime(timezone=True)),
        column("duration", Interval),
    )
    .subquery("log")
)
_kinds, _since, _until = (
    bindparam("kinds", type_=ARRAY(Text)),
    bindparam("since", type_=MOMENT),
    bindparam("until", type_=MOMENT),
)
_PAGES = Pages(
    select(*_log.c)
    .where(or_(_kinds.is_(None), _log.c.kind == any_(_kinds)))
    .where(or_(_since.is_(None), _log.c.occurred_at >= _since))
    .where(or_(_until.is_(None), _log.c.occurred_at < _until)),
    order=[_log.c.microseconds, _log.c.key],
    descending=True,
    make=maker(LoggedActivity, kind=member_of(LoggedAct)),
    key_of=lambda act: (act.microseconds, act.key),
    name="activity",
)


class SqlActivityLog:
    """The log from the tables of topics, chats, threads and calls of language models."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def page(self, asked: ActivityFilter, window: Window, *, user_id: UserId) -> Page[LoggedActivity]:
        """Return the user's acts, the latest first."""
        kinds = None if asked.kinds is None else [kind.value for kind in asked.kinds]
        return await _PAGES.read(
            self._connection, window, user_id=user_id, kinds=kinds, since=asked.since, until=asked.until
        )
