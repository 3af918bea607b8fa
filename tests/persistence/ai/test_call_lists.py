"""Lists of calls on a filled table: a rare status, purpose or model is found by an index."""

from typing import Any

import pytest

from domain.unit_of_work import Meter
from persistence.ai import calls
from tests.support.plans import rows_read
from tests.support.schema_client import Asker

_FILL = """INSERT INTO ai_calls (id, caller_id, purpose, prompt, prompt_version, model, provider, status, attempts,
    tokens_in, tokens_out, cost, latency_ms, started_at)
    SELECT 'aicall_' || lpad(n::text, 8, '0'), $1, CASE WHEN n <= 5 THEN 'QUIZ' ELSE 'CHAT' END, 'p', 1,
        CASE WHEN n <= 5 THEN 'rare' ELSE 'usual' END, 'o', CASE WHEN n <= 5 THEN 'REFUSED' ELSE 'ANSWERED' END, 1,
        10, 10, 0, 100, $2::timestamptz - (20001 - n) * interval '1 minute'
    FROM generate_series(1, 20000) n"""


@pytest.mark.parametrize(
    "asked",
    [
        {"status": "REFUSED"},
        {"purpose": "QUIZ"},
        {"model": "rare"},
        {"purpose": "CHAT", "status": "REFUSED"},
        {"purpose": "QUIZ", "status": "ANSWERED", "model": "usual"},
    ],
)
async def test_a_rare_value_does_not_read_the_calls_of_90_days(ask: Asker, asked: dict[str, str]) -> None:
    user, _ = await ask.learner()
    async with ask.postgres.open_work(Meter()) as work:
        raw = work.connection.raw  # type: ignore[attr-defined]
        await raw.execute(_FILL, user.id, ask.clock())
        await raw.execute("ANALYZE ai_calls")
        pages = calls._PAGES[tuple(name for name in calls._CONDITIONS if name in asked)]
        values: dict[str, Any] = {"page_size": 21, "since": calls._EVER[0], "until": calls._EVER[1], **asked}
        statement = pages._statements[False, False]
        explained = await raw.fetchval(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.sql}", *statement.arguments(values)
        )

    assert rows_read(explained[0]["Plan"]) <= 50
