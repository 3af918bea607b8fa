"""PgBouncer in transaction mode: gateways and a worker behind it share its connections, and leave nothing on them."""

import asyncio
import uuid
from pathlib import Path

import asyncpg
import pytest

from persistence.connection_settings import Address
from persistence.database import connect
from tests.deployment.clusters import initialised, running_postgres, running_redis
from tests.deployment.poolers import CONFIGURATION, running_pgbouncer
from tests.deployment.programs import eventually
from tests.deployment.workers import Worker
from tests.e2e.learner import Learner, Spectator
from tests.support.servers.gateway import free_port, running, running_gateway

pytestmark = pytest.mark.timeout(300)
QUIZ = "python-core-names-and-values"
LEARNERS = 4
SERVERS = 5
READS = (
    "{ viewer { user { id handle } } }",
    "{ quizzes(first: 5) { nodes { id title } } leaderboard { total } }",
    "{ leaderboard { version entries(first: 10) { rank xp user { handle } } } }",
    "{ roadmaps(first: 5) { nodes { id title } } }",
)
SETTINGS = """
    SELECT current_setting('jit'), current_setting('enable_seqscan'), current_setting('plan_cache_mode'),
        current_setting('statement_timeout'), current_setting('lock_timeout'),
        (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_listening_channels())
"""


async def take_quiz(url: str, number: int) -> int:
    """Register, read, take a quiz to its end, and return the XP it brought."""
    learner = await Learner(url, f"learner_{number}").register()
    attempt = await learner.start(QUIZ)
    _, *seen = await asyncio.gather(
        learner.answer(attempt, most=2), *(learner.ask(READS[n % len(READS)]) for n in range(20))
    )
    submitted = await learner.submit(attempt["id"], uuid.uuid4().hex)
    assert all(seen)
    await learner.close()
    xp: int = submitted["attempt"]["xpAwarded"]
    return xp


async def test_two_gateways_and_a_worker_share_five_connections(tmp_path: Path) -> None:
    pools = {"pool_size=20": f"pool_size={SERVERS - 2}", "pool_size=10": "pool_size=2"}
    with (
        running_postgres(initialised(tmp_path / "postgres"), fsync="off") as cluster,
        running_redis(tmp_path / "redis", free_port()) as redis,
        running_pgbouncer(cluster, tmp_path / "pgbouncer", **pools) as pooler,
        running_gateway(tmp_path, REDIS_URL=redis, **pooler.environment()) as first,
        running_gateway(tmp_path, REDIS_URL=redis, **pooler.environment()) as second,
        running(Worker(tmp_path, REDIS_URL=redis, **pooler.environment("questpath_jobs"))) as worker,
    ):
        spectator = Spectator(second.url)
        await spectator.watch()

        earned = await asyncio.gather(
            *(take_quiz(gateway.url, n) for n, gateway in enumerate([first, second] * (LEARNERS // 2)))
        )

        await spectator.receive_until("learner_0", earned[0])
        await spectator.close()
        eventually(lambda: int(cluster.sql("SELECT count(*) FROM jobs WHERE state = 'SUCCEEDED'")) > 0)
        servers = cluster.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'questpath'")
        state = pooler.sql(SETTINGS)
        stuck = cluster.sql("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
    logs = "".join(
        (tmp_path / name).read_text() for name in ("postgres/postgres.log", "pgbouncer/pgbouncer.log")
    )
    lines = "".join(first.lines + second.lines + worker.lines)

    assert len(earned) == LEARNERS
    assert min(earned) > 0
    assert int(servers) <= SERVERS
    assert state == ["off|off|force_generic_plan|5s|2s|0|0"]
    assert stuck == "0"
    assert "prepared statement" not in logs + lines
    assert "postgres_refused" not in lines


async def test_a_pooler_that_leaves_out_settings_of_sessions_is_refused(tmp_path: Path) -> None:
    text = CONFIGURATION.read_text("utf-8").replace("SET enable_seqscan = off; ", "")
    with (
        running_postgres(initialised(tmp_path / "postgres"), fsync="off") as cluster,
        running_pgbouncer(cluster, tmp_path / "pgbouncer", text=text) as pooler,
        pytest.raises(asyncpg.InterfaceError, match=r"connect_query has to set enable_seqscan$"),
    ):
        async with connect(Address(pooler.url(), is_pooler=True, prepares=False)):
            pass
