"""Workflows under a worker: steps of each kind of handler end, fail, and wear their workers out."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain import workflow_table
from domain.acts import Act
from domain.ids import WorkflowId
from domain.jobs.job_kinds import RetryPolicy, table_of
from domain.unit_of_work import Meter
from domain.work import Work
from domain.workflows import template_saves, workflow_starts
from domain.workflows.templates import StepTemplate
from domain.workflows.vocabulary import Vocabulary
from domain.workflows.workflow_starts import WorkflowRequest
from domain.workflows.workflows import GOES_ON
from gateway import secrets_and_ids
from gateway.jobs import worker_lifetime
from gateway.jobs.handlers import InSteps, InTransaction, JobContext
from gateway.jobs.queue_worker import QueueWorker
from gateway.ports import opened
from gateway.settings.environment import Settings
from gateway.telemetry.job_metrics import JobMetrics
from resolvers.context import Ports
from tests.builders.acts import an_act
from tests.builders.jobs import CountArguments, a_kind
from tests.builders.workflows import a_step, a_template
from tests.support.schema_client import Asker

QUICK = RetryPolicy(attempts=2, base=timedelta(milliseconds=20), cap=timedelta(milliseconds=20))
KINDS = table_of(*(a_kind(name=name, retries=QUICK) for name in ("count", "steps", "fails")))
STEPS = [a_step("a"), a_step("b", "a", kind="steps"), a_step("c", "b", kind="fails"), a_step("d", "c")]


async def count(_work: Work, _act: Act, arguments: CountArguments) -> dict[str, Any]:
    return {"counted": arguments.to}


async def count_in_steps(context: JobContext, arguments: CountArguments) -> dict[str, Any]:
    await context.report(50)
    return {"counted": arguments.to}


async def fail(_context: JobContext, _arguments: CountArguments) -> None:
    raise OSError("10.0.0.1 does not answer")


HANDLERS = {"count": InTransaction(count), "steps": InSteps(count_in_steps), "fails": InSteps(fail)}


@pytest.fixture
def ports(ask: Asker) -> Ports:
    """Ports with a real clock, because the queue has one."""
    ask.ports.now = secrets_and_ids.now
    return ask.ports


async def started(ports: Ports, steps: list[StepTemplate]) -> WorkflowId:
    act, vocabulary = an_act(now=ports.now()), Vocabulary(kinds=KINDS, conditions=ports.conditions)
    async with ports.open_work(Meter()) as work:
        await template_saves.save(work, act, vocabulary, a_template(*steps))
        asked = WorkflowRequest(template="counting", version=None, inputs={})
        return (await workflow_starts.start(work, act, vocabulary, asked)).id


async def ended(ports: Ports, url: str, workflow_id: WorkflowId) -> list[tuple[str, str | None]]:
    """Run a worker until the workflow has ended; return the state and the error of each step."""
    worker = QueueWorker(ports, KINDS, HANDLERS, [], queues={"default"}, capacity=4)
    task = asyncio.create_task(worker.run(url))
    async with asyncio.timeout(20):
        while True:
            async with ports.open_reads(Meter()) as work:
                (workflow,) = await work.workflows.by_ids([workflow_id], viewer_id=None, sees_all=True)
                (steps,) = await work.workflows.steps_of([workflow_id])
            assert workflow is not None
            if workflow.state not in GOES_ON:
                break
            await asyncio.sleep(0.02)
    worker.stop()
    await asyncio.wait_for(task, 20)
    return [(step.state.value, step.error) for step in steps]


async def test_a_chain_goes_on_until_a_step_fails_on_every_attempt(ports: Ports, database_url: str) -> None:
    steps = await ended(ports, database_url, await started(ports, STEPS))

    assert steps == [("SUCCEEDED", None), ("SUCCEEDED", None), ("FAILED", "OSError"), ("WAITING", None)]


async def test_a_step_whose_worker_died_on_every_attempt_fails(
    ask: Asker, ports: Ports, database_url: str
) -> None:
    workflow_id = await started(ports, STEPS[:1])
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute("UPDATE jobs SET attempts = 2")

    steps = await ended(ports, database_url, workflow_id)

    assert steps == [("FAILED", "The worker ended while the job ran, on every attempt.")]


async def test_workers_that_start_together_ship_each_template_once(ports: Ports, database_url: str) -> None:
    settings = Settings()
    async with (
        opened(settings, database_url, pool=2, statement_deadline_s=5) as adapters,
        worker_lifetime.running(settings, database_url, adapters, JobMetrics(), queues=[]),
        worker_lifetime.running(settings, database_url, adapters, JobMetrics(), queues=[]),
    ):
        pass

    async with ports.open_reads(Meter()) as work:
        newest = await work.workflow_templates.newest(limit=10)
    assert [(each.name, each.version, each.is_shipped) for each in newest] == [
        (name, 1, True) for name in sorted(each.name for each in workflow_table.SHIPPED)
    ]
