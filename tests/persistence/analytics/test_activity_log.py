"""The activity log in Postgres: a page reads as many rows of a learner with many acts as of one with few."""

from typing import Any

from domain.analytics.activity_log import ActivityFilter
from domain.paging import Window
from domain.unit_of_work import Meter
from persistence.analytics import activity_log
from tests.support.plans import rows_read
from tests.support.schema_client import Asker

_CHATS = """INSERT INTO explore_chats (id, user_id, topic, started_at, last_active_at, message_count, tokens,
    time_spent, suggested_questions, suggested_after)
    SELECT 'chat_' || $1 || lpad(n::text, 6, '0'), $1, 'Sets', $2::timestamptz - n * interval '1 day', $2, 0, 0,
        interval '0', '{}', 0 FROM generate_series(1, 20) n"""
_MESSAGES = """INSERT INTO chat_messages (id, chat_id, number, question, answer, state, writing, tokens, asked_at,
    ended_at)
    SELECT 'chatmessage_' || c.id || lpad(n::text, 6, '0'), c.id, n, 'Why?', '', 'CANCELLED', 1, 0,
        c.started_at + n * interval '7 seconds', c.started_at + n * interval '7 seconds'
    FROM explore_chats c CROSS JOIN generate_series(1, $2::int) n WHERE c.user_id = $1"""
PAGE = 20


async def test_a_page_reads_no_more_rows_for_more_acts(ask: Asker) -> None:
    few, _ = await ask.learner()
    many, _ = await ask.learner()
    read: dict[str, list[int]] = {}
    async with ask.postgres.open_work(Meter()) as work:
        raw = work.connection.raw  # type: ignore[attr-defined]
        for user, messages in ((few, 50), (many, 2_000)):
            await raw.execute(_CHATS, user.id, ask.clock())
            await raw.execute(_MESSAGES, user.id, messages)
        await raw.execute("ANALYZE explore_chats")
        await raw.execute("ANALYZE chat_messages")
        for user in (few, many):
            page = await work.activity_log.page(ActivityFilter(), Window(size=PAGE), user_id=user.id)
            microseconds, key = page.nodes[-1].microseconds, page.nodes[-1].key
            for (backward, keyed), statement in activity_log._PAGES.items():
                values: dict[str, Any] = {"user_id": user.id, "kinds": None, "page_size": PAGE + 1}
                values |= dict(zip(("since", "until"), activity_log._EVER, strict=True))
                if keyed:
                    at = activity_log._EPOCH + activity_log.timedelta(microseconds=microseconds)
                    values |= {"after_at": at, "after_key": key}
                explained = await raw.fetchval(
                    f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.sql}", *statement.arguments(values)
                )
                found = rows_read(explained[0]["Plan"])
                read.setdefault(f"{backward} {keyed}", []).append(found)

    for kind, (of_few, of_many) in read.items():
        assert of_many <= of_few * 1.2, (kind, read)
        assert of_many < 1_000, (kind, read)
