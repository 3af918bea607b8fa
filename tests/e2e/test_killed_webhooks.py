"""A worker that is killed between the answer of a receiver and its commit: the webhook comes again, under the same id."""

import asyncio
import signal
from pathlib import Path

import asyncpg
import pytest
from standardwebhooks import Webhook

from domain.acts import by_platform
from domain.unit_of_work import Meter
from domain.webhooks import replays
from gateway import secrets_and_ids
from gateway.settings.environment import Settings
from gateway.webhooks.secret_sealer import sealer_of
from persistence.database import connect
from persistence.signals import LocalSignals
from persistence.work import Postgres
from tests.builders.webhooks import SECRET, an_endpoint
from tests.support.servers.gateway import ServerProcess
from tests.support.servers.webhook_receiver import webhook_receiver

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
_DONE = "SELECT state FROM webhook_deliveries WHERE state <> 'PENDING'"
_WAITS = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


class WebhookWorker(ServerProcess):
    """A worker of the queue of webhooks."""

    ready_word = "runs jobs of"

    def __init__(self, url: str, folder: Path) -> None:
        command = ["gateway.cli", "worker", "--queues", "webhooks"]
        super().__init__(0, command, {"DATABASE_URL": url}, folder)


async def pinged(url: str, receiver_url: str) -> None:
    """Store an endpoint and a test event for it."""
    endpoint = an_endpoint(url=receiver_url)
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with (
        connect(url, largest=1) as database,
        Postgres(database, LocalSignals()).open_work(Meter()) as work,
    ):
        await work.webhook_endpoints.add(endpoint, secret=sealer_of(Settings()).seal(SECRET))
        await replays.ping(work, act, endpoint.id)


async def test_a_webhook_whose_outcome_was_not_committed_comes_again(
    database_url: str, tmp_path: Path
) -> None:
    connection, holder = await asyncpg.connect(database_url), await asyncpg.connect(database_url)
    async with webhook_receiver() as receiver:
        await pinged(database_url, receiver.url)
        holding = holder.transaction()
        await holding.start()
        await holder.execute(
            "SELECT id FROM webhook_deliveries FOR UPDATE"
        )  # so that no outcome can be stored
        first = WebhookWorker(database_url, tmp_path)
        async with asyncio.timeout(60):
            await receiver.arrived.wait()
            while not await connection.fetchval(_WAITS):
                await asyncio.sleep(0.05)
        first.stop(signal.SIGKILL)
        await holding.rollback()
        second = WebhookWorker(database_url, tmp_path)
        async with asyncio.timeout(60):
            while (state := await connection.fetchval(_DONE)) is None:
                await asyncio.sleep(0.1)
        second.stop(signal.SIGTERM)

        row = await connection.fetchrow("SELECT attempts, status FROM webhook_deliveries")
        assert (state, row["attempts"], row["status"]) == ("DELIVERED", 1, 204)
        assert len(receiver.received) == 2
        assert len({got.headers["webhook-id"] for got in receiver.received}) == 1
        for got in receiver.received:
            assert Webhook(SECRET).verify(got.body, got.headers)["type"] == "webhook.ping"
    await holder.close()
    await connection.close()
