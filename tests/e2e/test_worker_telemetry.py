"""A worker as a process of its own: its metrics on a port, and one trace from a request to the job that it starts."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest

from domain.accounts.users import Role
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from tests.builders import a_user
from tests.gateway.conftest import Live
from tests.gateway.conftest import running as running_in_process
from tests.support.clients.prometheus import Samples
from tests.support.patience import PATIENCE_S
from tests.support.schema_client import viewer_of
from tests.support.servers.gateway import ServerProcess, free_port
from tests.support.servers.otlp import OtlpCollector, collector

__all__ = ["collector"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
CALLER = f"00-{TRACE_ID}-b7ad6b7169203331-01"
START = """mutation { startJob(input: {kind: "settle_xp", idempotencyKey: "a key of the test"}) {
  job { id } userErrors { __typename }
} }"""


class Worker(ServerProcess):
    """`questpath worker` with metrics and a collector."""

    ready_word = "runs jobs of"

    def __init__(self, folder: Path, *, port: int, **environment: str) -> None:
        super().__init__(
            port, ["gateway.cli", "worker"], environment | {"QUESTPATH_METRICS_PORT": str(port)}, folder
        )


async def start_job(live: Live) -> str:
    """Start a job as an operator, in a request of a sampled trace, and return its id."""
    operator = a_user(roles=[Role.LEARNER, Role.OPERATOR])
    async with live.app.pipeline.ports.open_work(Meter()) as work:
        await work.users.add(operator)
    viewer = viewer_of(operator.id, *operator.roles)
    token, _ = live.app.pipeline.tokens.issue(viewer, now=secrets_and_ids.now())
    headers = {"authorization": f"Bearer {token}", "traceparent": CALLER}
    body = (await live.client.post("/graphql", json={"query": START}, headers=headers)).json()
    job_id: str = body["data"]["startJob"]["job"]["id"]
    return job_id


async def ended(live: Live, job_id: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with live.app.pipeline.ports.open_reads(Meter()) as work:
                (job,) = await work.jobs.by_ids([job_id], viewer_id=None, sees_all=True)  # type: ignore[list-item]
            if job is not None and job.finished_at is not None:
                return
            await asyncio.sleep(0.05)


async def test_a_request_and_its_job_are_one_trace_over_two_processes(
    database_url: str, collector: OtlpCollector, tmp_path: Path
) -> None:
    exporting: dict[str, Any] = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "trace_share": 0.0}
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "QUESTPATH_TRACE_SHARE": "0"}
    worker = Worker(tmp_path, port=free_port(), DATABASE_URL=database_url, **environment)
    try:
        async with running_in_process(database_url, **exporting) as live:
            job_id = await start_job(live)
            await asyncio.to_thread(worker.wait_ready)
            await ended(live, job_id)
            samples = Samples((await live.client.get(f"{worker.url}/metrics")).text)
    finally:
        code = worker.stop(signal.SIGTERM)

    spans = [span for span in collector.spans if span.trace_id.hex() == TRACE_ID]
    (request,) = [span for span in spans if span.name == "mutation"]
    (run,) = [span for span in spans if span.name == "job settle_xp"]
    steps = [span.name for span in spans if span.parent_span_id == run.span_id]
    assert run.parent_span_id == request.span_id
    assert run.kind == run.SPAN_KIND_CONSUMER
    assert {"UPDATE", "SELECT"} <= set(steps)
    attributes = {attribute.key: attribute.value.string_value for attribute in run.attributes}
    assert (attributes["questpath.job.id"], attributes["questpath.job.outcome"]) == (job_id, "SUCCEEDED")
    assert samples("job_seconds_count", kind="settle_xp", outcome="SUCCEEDED") >= 1
    assert any(name == "questpath_job_queue_depth" for name, _ in samples.samples)
    assert code == 0
