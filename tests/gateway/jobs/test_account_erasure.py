"""Account erasure by its workflow, under a worker: each step, its end, and what stops it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain import job_table, workflow_table
from domain.accounts.users import Role, User
from domain.ids import UserId, WorkflowId
from domain.paging import window
from domain.privacy import erasure
from domain.privacy.erasure import ErasureArguments
from domain.unit_of_work import Meter
from domain.work import Work
from domain.workflows import template_saves
from domain.workflows.workflows import GOES_ON, Workflow, WorkflowFilter, WorkflowState
from gateway import secrets_and_ids
from gateway.jobs.handler_table import HANDLERS
from gateway.jobs.handlers import InTransaction
from gateway.jobs.queue_worker import QueueWorker
from resolvers.context import Ports
from tests.builders.acts import an_act
from tests.builders.workflows import a_template
from tests.support.schema_client import Asker

OWN = "{ viewer { workflows { nodes { state progress steps { key state } edges { source target } } } } }"


@pytest.fixture
def ports(ask: Asker) -> Ports:
    """Ports with a real clock, because the queue has one."""
    ask.ports.now = secrets_and_ids.now
    return ask.ports


async def leaving(ask: Asker) -> tuple[User, Any]:
    """Store a user whose grace period is over."""
    user, viewer = await ask.learner()
    async with ask.postgres.open_work(Meter()) as work:
        await template_saves.ship(work, workflow_table.SHIPPED)
        await work.deletions.mark(user.id, ask.ports.now() - timedelta(seconds=1))
    return user, viewer


async def start_next(ports: Ports) -> UserId | None:
    act = an_act(now=ports.now(), mint=ports.mint)
    async with ports.open_work(Meter()) as work:
        return await erasure.start_next(work, act, workflow_table.vocabulary(ports.conditions))


async def only(ports: Ports) -> Workflow:
    async with ports.open_reads(Meter()) as work:
        (workflow,) = (await work.workflows.page(WorkflowFilter(), window())).nodes
    return workflow


async def ended(ports: Ports, url: str, **handlers: Any) -> tuple[WorkflowState, list[tuple[str, Any]]]:
    """Run a worker until the workflow has ended; return its state, and the state and output of each step."""
    worker = QueueWorker(
        ports, job_table.KINDS, HANDLERS | handlers, [], queues={job_table.MAINTENANCE}, capacity=4
    )
    task = asyncio.create_task(worker.run(url))
    async with asyncio.timeout(60):
        while (workflow := await only(ports)).state in GOES_ON:
            await asyncio.sleep(0.02)
    worker.stop()
    await asyncio.wait_for(task, 20)
    async with ports.open_reads(Meter()) as work:
        (steps,) = await work.workflows.steps_of([workflow.id])
    return workflow.state, [(step.state.value, step.output or step.error) for step in steps]


async def test_an_account_is_erased_in_steps_and_the_workflow_forgets_whose_it_was(
    ask: Asker, ports: Ports, database_url: str
) -> None:
    user, _ = await leaving(ask)

    started = [await start_next(ports), await start_next(ports)]
    state, steps = await ended(ports, database_url)

    assert started == [user.id, None]
    assert (state, steps) == (
        WorkflowState.SUCCEEDED,
        [
            ("SUCCEEDED", {"outcome": "REVOKED"}),
            ("SUCCEEDED", {"outcome": "ERASED"}),
            ("SUCCEEDED", None),
        ],
    )
    async with ports.open_reads(Meter()) as work:
        account = await work.roles.account(user.id, now=ports.now())
    assert account is not None
    assert account.erased_at is not None
    assert (await only(ports)).user_id is None
    assert await start_next(ports) is None


async def test_the_user_sees_the_erasure_without_its_internals(ask: Asker, ports: Ports) -> None:
    _, viewer = await leaving(ask)
    _, other = await ask.learner()
    await start_next(ports)

    (mine,) = (await ask.data(OWN, viewer))["viewer"]["workflows"]["nodes"]
    none = (await ask.data(OWN, other))["viewer"]["workflows"]["nodes"]
    for internal in ("inputs", "steps { output }", "steps { error }"):
        answer = await ask(f"{{ viewer {{ workflows {{ nodes {{ {internal} }} }} }} }}", viewer)
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}, internal

    assert (mine["state"], mine["progress"], none) == ("RUNNING", 0, [])
    assert [step["key"] for step in mine["steps"]] == ["revoke", "erase", "verify"]
    assert mine["edges"] == [
        {"source": "revoke", "target": "erase"},
        {"source": "erase", "target": "verify"},
    ]


async def test_a_deletion_that_is_cancelled_meanwhile_erases_nothing(
    ask: Asker, ports: Ports, database_url: str
) -> None:
    user, _ = await leaving(ask)
    await start_next(ports)
    async with ask.postgres.open_work(Meter()) as work:
        await work.deletions.mark(user.id, None)

    state, steps = await ended(ports, database_url)

    assert state is WorkflowState.SUCCEEDED
    assert steps == [("SUCCEEDED", {"outcome": "NOT_DUE"}), ("SKIPPED", None), ("SKIPPED", None)]
    async with ports.open_reads(Meter()) as work:
        (kept,) = await work.users.by_ids([user.id], viewer_id=user.id)
    assert kept is not None
    assert kept.handle == user.handle


async def test_rows_that_are_left_fail_the_erasure_by_the_name_of_their_table(
    ask: Asker, ports: Ports, database_url: str
) -> None:
    user, _ = await leaving(ask)
    await start_next(ports)

    async def add_a_row_and_verify(work: Work, act: Any, arguments: ErasureArguments) -> None:
        await work.connection.raw.execute(  # type: ignore[attr-defined]
            "INSERT INTO zone_changes VALUES ($1, now(), 'UTC', 'UTC', 0, 0)",
            user.id,
        )
        await erasure.verify(work, act, arguments)

    state, steps = await ended(ports, database_url, verify_erasure=InTransaction(add_a_row_and_verify))

    assert (state, steps[2]) == (
        WorkflowState.FAILED,
        ("FAILED", "There are rows left in zone_changes; retry the erasure from erase."),
    )


async def test_an_erasure_that_failed_begins_again_after_an_hour(ask: Asker, ports: Ports) -> None:
    user, _ = await leaving(ask)
    await start_next(ports)
    ended_at = {"soon": timedelta(minutes=59), "late": timedelta(minutes=61)}
    found = {}

    for name, ago in ended_at.items():
        async with ask.postgres.open_work(Meter()) as work:
            await work.connection.raw.execute(
                "UPDATE workflows SET state = 'FAILED', finished_at = $1", ports.now() - ago
            )
        found[name] = await start_next(ports)

    assert found == {"soon": None, "late": user.id}


async def test_a_version_of_an_operator_erases_no_account(ask: Asker, ports: Ports) -> None:
    await leaving(ask)
    async with ask.postgres.open_work(Meter()) as work:
        theirs = a_template(workflow_table.ACCOUNT_ERASURE.steps[0], name=erasure.TEMPLATE)
        await work.workflow_templates.add(theirs)

    await start_next(ports)

    assert (await only(ports)).version == 1


async def test_an_operator_starts_no_erasure_of_another_account_before_its_time(
    ask: Asker, ports: Ports, database_url: str
) -> None:
    user, _ = await ask.learner()
    _, operator = await ask.learner(roles=[Role.LEARNER, Role.OPERATOR])
    async with ask.postgres.open_work(Meter()) as work:
        await template_saves.ship(work, workflow_table.SHIPPED)
    given = {"template": "account_erasure", "inputs": {"user_id": user.id}, "idempotencyKey": "k"}
    text = "mutation ($input: StartWorkflowInput!) { startWorkflow(input: $input) { workflow { id } } }"

    made = (await ask.data(text, operator, input=given))["startWorkflow"]["workflow"]
    state, steps = await ended(ports, database_url)

    assert (state, steps[0]) == (WorkflowState.SUCCEEDED, ("SUCCEEDED", {"outcome": "NOT_DUE"}))
    assert WorkflowId(made["id"]) == (await only(ports)).id
