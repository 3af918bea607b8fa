"""Database metrics: whether Postgres and Redis answer, what waits in the tables, and Postgres' own counters."""

from datetime import timedelta

from redis.asyncio import Redis

from domain.gamification import xp
from domain.gamification.xp import XpStatus
from domain.ids import JobId
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.monitoring import database_metrics
from gateway.monitoring.database_metrics import DatabaseMetrics
from gateway.settings.environment import Settings
from gateway.telemetry.prometheus import Exposition
from persistence.database import Database, connect
from persistence.signals import LocalSignals
from persistence.work import Postgres
from tests.builders import a_user, mint
from tests.builders.mail import a_mail
from tests.builders.xp import an_award
from tests.support.clients.prometheus import Samples
from tests.support.servers.blockable_proxy import BlockableProxy


def samples_of(metrics: DatabaseMetrics) -> Samples:
    return Samples(Exposition(metrics.families).text().decode())


async def test_withheld_xp_and_unsent_mails_show_their_number_and_age(database: Database) -> None:
    now, day = secrets_and_ids.now(), timedelta(days=1)
    async with Postgres(database, LocalSignals()).open_work(Meter()) as work:
        user = await work.users.add(a_user())
        withheld = [
            an_award(user.id, occurred_at=now - age, status=XpStatus.PENDING) for age in (2 * day, day)
        ]
        await xp.award(
            work.xp, [*withheld, an_award(user.id, occurred_at=now - 9 * day)], mint=mint, emit=work.emit
        )
        await work.mails.add(a_mail(), job_id=JobId(mint("job")))
        sent = await work.mails.add(a_mail(), job_id=JobId(mint("job")))
        await work.mails.sent(sent, now=now)
    metrics = DatabaseMetrics(database, None, lambda: now + timedelta(hours=1))

    await metrics.read()

    samples = samples_of(metrics)
    assert samples("xp_pending") == 2
    assert samples("xp_pending_oldest_seconds") == (2 * day + timedelta(hours=1)).total_seconds()
    assert samples("mails_waiting") == 1
    assert 3_000 < samples("mails_waiting_oldest_seconds") < 3_700


async def test_counters_of_postgres_are_shown(database: Database) -> None:
    metrics = DatabaseMetrics(database, None, secrets_and_ids.now)

    await metrics.read()

    samples = samples_of(metrics)
    assert samples("postgres_up") == 1
    assert samples("postgres_connections_largest") > samples("postgres_connections") >= 1
    assert samples("postgres_size_bytes") > 1_000_000
    assert samples("postgres_blocks_total", source="cache") > 0
    assert ("questpath_redis_up", frozenset()) not in samples.samples


async def test_servers_that_do_not_answer_are_down_and_have_no_figures(
    database_url: str, redis_url: str
) -> None:
    async with (
        BlockableProxy(database_url).running() as proxy,
        connect(proxy.url, largest=1) as database,
        Redis.from_url(redis_url) as redis,
    ):
        metrics = DatabaseMetrics(database, redis, secrets_and_ids.now)
        await metrics.read()
        while_up = samples_of(metrics)
        proxy.block()
        metrics._redis = Redis(port=1)
        await metrics.read()
        while_down = samples_of(metrics)

    assert (while_up("postgres_up"), while_up("redis_up")) == (1, 1)
    shown = {name for name, _ in while_down.samples if name.startswith("questpath_")}
    assert (while_down("postgres_up"), while_down("redis_up")) == (0, 0)
    assert shown == {"questpath_postgres_up", "questpath_redis_up"}


async def test_they_are_read_only_where_they_can_be_scraped(database: Database) -> None:
    async with database_metrics.opened(Settings(), database, None, secrets_and_ids.now) as unread:
        shown = samples_of(unread)

    assert not [name for name, _ in shown.samples if name.startswith("questpath_")]
