"""Workflows in each state, and the end of a job of one, as a worker stores it."""

from domain import workflow_table
from domain.accounts.users import Viewer
from domain.ids import WorkflowId
from domain.jobs import job_runs
from domain.unit_of_work import Meter
from domain.workflows import step_ends
from domain.workflows.workflows import WorkflowState
from tests.builders.acts import an_act
from tests.support.accounts import accepted
from tests.support.jobs import entry_of
from tests.support.schema_client import Asker


async def end_job(ask: Asker, workflow_id: WorkflowId, step: str, *, fails: bool = False) -> None:
    """Let a worker run the job of a step."""
    vocabulary = workflow_table.vocabulary(ask.ports.conditions)
    async with ask.postgres.open_work(Meter()) as work:
        (mine,) = await work.workflows.jobs_of(workflow_id, step)
        job = await job_runs.begin(
            work, mine.job_id, entry_id=await entry_of(work, mine.job_id), now=ask.clock()
        )
        assert job is not None
        assert job.workflow_id is not None
        act = an_act(now=ask.clock())
        if fails:
            error = job_runs.WorkersDiedError("It ended.")
            kind = vocabulary.kinds[job.kind]
            await step_ends.fail(
                work, act, vocabulary, job, job.workflow_id, error, kind=kind, fraction=lambda: 0
            )
        else:
            await step_ends.succeed(work, act, vocabulary, job, job.workflow_id, result={"settled": 1})


async def a_workflow_in_each_state(ask: Asker, viewer: Viewer) -> dict[str, WorkflowId]:
    """Start a workflow of one step for each state, and bring it there; one that succeeded has an output."""
    steps = [{"key": "clean", "kind": "settle_xp"}, {"key": "settle", "kind": "settle_xp"}]
    edge = {"after": ["clean"], "condition": "results.clean.settled == 1", "arguments": {}}
    await accepted(
        ask,
        viewer,
        "saveWorkflowTemplate",
        name="each_state",
        description="Cleans.",
        inputs=[{"name": "weeks", "type": "INTEGER"}],
        steps=[steps[0], steps[1] | edge],
    )
    found = {}
    for state in WorkflowState:
        given = {"template": "each_state", "inputs": {"weeks": 1}, "idempotencyKey": state.value}
        made = (await accepted(ask, viewer, "startWorkflow", "workflow { id }", **given))["workflow"]
        found[state.value] = made["id"]
    await end_job(ask, found["SUCCEEDED"], "clean")
    await end_job(ask, found["SUCCEEDED"], "settle")
    await end_job(ask, found["FAILED"], "clean", fails=True)
    await accepted(ask, viewer, "pauseWorkflow", id=found["PAUSED"])
    await accepted(ask, viewer, "cancelWorkflow", id=found["CANCELLED"])
    return found
