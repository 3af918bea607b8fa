"""Builders of workflow templates, and steps of a workflow's life that several tests take."""

from typing import Any

from domain.ids import WorkflowId
from domain.jobs.job_kinds import JobKind, table_of
from domain.jobs.jobs import Job, JobFilter
from domain.paging import window
from domain.workflows import step_ends, template_saves, workflow_starts
from domain.workflows.templates import StepTemplate, WorkflowInput, WorkflowInputType, WorkflowTemplate
from domain.workflows.vocabulary import Vocabulary
from domain.workflows.workflow_starts import WorkflowRequest
from domain.workflows.workflows import Workflow, WorkflowStep
from gateway.workflows.conditions import SafeConditions
from persistence.stores import SqlWork
from tests.builders.accounts import NOON
from tests.builders.acts import an_act
from tests.builders.jobs import a_kind
from tests.support.jobs import entry_of

ACT = an_act()
KIND = a_kind()


def a_vocabulary(*kinds: JobKind) -> Vocabulary:
    return Vocabulary(kinds=table_of(*(kinds or (KIND,))), conditions=SafeConditions())


def a_step(key: str, *after: str, **values: Any) -> StepTemplate:
    usual: dict[str, Any] = {"key": key, "kind": "count", "arguments": {"to": 1}, "after": list(after)}
    return StepTemplate(**usual | values)


def an_input(name: str, type: WorkflowInputType, *, required: bool = False) -> WorkflowInput:
    return WorkflowInput(name=name, type=type, required=required)


def a_template(*steps: StepTemplate, **values: Any) -> WorkflowTemplate:
    usual: dict[str, Any] = {
        "name": "counting",
        "version": 0,
        "description": "Counts.",
        "inputs": [],
        "steps": list(steps),
        "is_shipped": False,
        "saved_at": NOON,
    }
    return WorkflowTemplate(**usual | values)


async def started(work: SqlWork, template: WorkflowTemplate, **inputs: Any) -> Workflow:
    """Save a template that can run, and start a workflow of it."""
    saved = await template_saves.save(work, ACT, a_vocabulary(), template)
    asked = WorkflowRequest(template=saved.name, version=None, inputs=inputs)
    return await workflow_starts.start(work, ACT, a_vocabulary(), asked)


async def states(work: SqlWork, workflow_id: WorkflowId) -> dict[str, str]:
    return {key: step.state.value for key, step in (await steps_of(work, workflow_id)).items()}


async def steps_of(work: SqlWork, workflow_id: WorkflowId) -> dict[str, WorkflowStep]:
    (steps,) = await work.workflows.steps_of([workflow_id])
    return {step.key: step for step in steps}


async def workflow_of(work: SqlWork, workflow_id: WorkflowId) -> Workflow:
    (workflow,) = await work.workflows.by_ids([workflow_id], viewer_id=None, sees_all=True)
    assert workflow is not None
    return workflow


async def job_of(work: SqlWork, workflow_id: WorkflowId, step: str, item: int = 0) -> Job:
    """Return a job of the present attempt of a step."""
    job_id = (await work.workflows.jobs_of(workflow_id, step))[item].job_id
    (job,) = await work.jobs.by_ids([job_id], viewer_id=None, sees_all=True)
    assert job is not None
    return job


async def run(work: SqlWork, workflow_id: WorkflowId, step: str, item: int = 0, **result: Any) -> None:
    """Let a worker begin a job of a step, and succeed."""
    job = await _begun(work, await job_of(work, workflow_id, step, item))
    await step_ends.succeed(work, ACT, a_vocabulary(), job, workflow_id, result=result)


async def fail(work: SqlWork, workflow_id: WorkflowId, step: str, item: int = 0) -> None:
    """Let all attempts of a job of a step fail."""
    waiting = await job_of(work, workflow_id, step, item)
    for _ in range(KIND.retries.attempts):
        job = await _begun(work, waiting)
        await step_ends.fail(
            work,
            ACT,
            a_vocabulary(),
            job,
            workflow_id,
            OSError("10.0.0.1"),
            kind=KIND,
            fraction=lambda: 0.5,
        )


async def jobs(work: SqlWork) -> list[Job]:
    """Return all jobs, newest first."""
    return (await work.jobs.page(JobFilter(), window())).nodes


async def _begun(work: SqlWork, waiting: Job) -> Job:
    job = await work.runs.begin(waiting.id, entry_id=await entry_of(work, waiting.id), now=NOON)
    assert job is not None
    return job
