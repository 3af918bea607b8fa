"""A primary that is killed under load: its standby takes over, and no acknowledged write is lost."""

import asyncio
import time
import uuid
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.deployment.clusters import Cluster
from tests.deployment.programs import eventually
from tests.deployment.standbys import running_pair
from tests.deployment.workers import Worker
from tests.e2e.learner import Learner
from tests.support.patience import PATIENCE_S
from tests.support.servers.gateway import running, running_gateway

pytestmark = pytest.mark.timeout(300)
WRITERS = 3
CREATE = """mutation ($input: CreateGoalInput!) {
  createGoal(input: $input) { goal { id } userErrors { ... on UserError { code } } }
}"""
TYPED = {"UPSTREAM_UNAVAILABLE", "TIMEOUT"}


class Writer:
    """Creates one goal after another, each until it is acknowledged; notes their titles, and the codes of errors."""

    def __init__(self, learner: Learner) -> None:
        self.learner = learner
        self.acknowledged: list[str] = []
        self.codes: Counter[str] = Counter()

    async def write(self, over: asyncio.Event) -> None:
        title = f"goal {uuid.uuid4().hex}"
        while not over.is_set():
            body = await self._created(title)
            errors = body.get("errors")
            if errors is None:
                assert body["data"]["createGoal"]["userErrors"] == [], body
                self.acknowledged.append(title)
                title = f"goal {uuid.uuid4().hex}"
            else:
                self.codes[errors[0]["extensions"]["code"]] += 1
            await asyncio.sleep(0.05)

    async def _created(self, title: str) -> dict[str, object]:
        variables = {"input": {"title": title, "idempotencyKey": title}}
        response = await self.learner.client.post(
            f"{self.learner.url}/graphql",
            json={"query": CREATE, "variables": variables},
            headers={"authorization": f"Bearer {self.learner.token}"},
        )
        body: dict[str, object] = response.json()
        return body

    async def has_written(self, more: int) -> None:
        """Wait until so many more goals were acknowledged."""
        enough = len(self.acknowledged) + more
        async with asyncio.timeout(PATIENCE_S):
            while len(self.acknowledged) < enough:
                await asyncio.sleep(0.05)


def seen_workers(cluster: Cluster) -> int:
    """Return how many workers have shown within the last seconds that they live."""
    return int(cluster.sql("SELECT count(*) FROM job_workers WHERE seen_at > now() - interval '8 seconds'"))


async def test_no_acknowledged_write_is_lost_when_the_standby_takes_over(tmp_path: Path) -> None:
    over = asyncio.Event()
    with (
        running_pair(tmp_path) as pair,
        running_gateway(tmp_path, DATABASE_URL=pair.url) as gateway,
        running(Worker(tmp_path, DATABASE_URL=pair.url)) as worker,
    ):
        writers = [Writer(await Learner(gateway.url, f"writer_{n}").register()) for n in range(WRITERS)]
        writing = [asyncio.create_task(writer.write(over)) for writer in writers]
        for writer in writers:
            await writer.has_written(5)

        pair.kill_primary()
        await asyncio.sleep(1)
        await asyncio.to_thread(pair.promote)
        promoted = time.monotonic()
        for writer in writers:
            await writer.has_written(5)
        took = time.monotonic() - promoted

        over.set()
        await asyncio.gather(*writing)
        kept = Counter(pair.standby.sql("SELECT title FROM goals").splitlines())
        codes = sum((writer.codes for writer in writers), Counter[str]())
        eventually(lambda: httpx.get(f"{gateway.url}/health/ready").status_code == 200)
        eventually(lambda: seen_workers(pair.standby) == 2)
        for writer in writers:
            await writer.learner.close()
        print(f"{sum(codes.values())} errors, writes again {took:.1f} s after the promotion")  # noqa: T201 - figures for people, with -s

    acknowledged = {title for writer in writers for title in writer.acknowledged}
    assert {title: kept[title] for title in acknowledged} == dict.fromkeys(acknowledged, 1)
    assert set(codes) <= TYPED
    assert gateway.process.returncode == worker.process.returncode == 0
