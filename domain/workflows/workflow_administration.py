"""Workflow administration: operators pause, resume and cancel workflows, and retry and skip steps."""

from dataclasses import replace

from domain.accounts import audit, roles
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.errors import NotFoundError
from domain.ids import WorkflowId
from domain.workflows import advances, transitions
from domain.workflows.step_arguments import STARTER
from domain.workflows.vocabulary import Vocabulary
from domain.workflows.work import WorkflowsWork
from domain.workflows.workflows import (
    GOES_ON,
    StepNotRetriableError,
    StepNotSkippableError,
    Workflow,
    WorkflowEndedError,
    WorkflowState,
    WorkflowStep,
    WorkflowStepState,
)

_SKIPPABLE = frozenset({WorkflowStepState.WAITING, WorkflowStepState.FAILED})
_LIVE = frozenset({WorkflowStepState.WAITING, WorkflowStepState.RUNNING})


async def pause(work: WorkflowsWork, act: Act, workflow_id: WorkflowId) -> Workflow:
    """Let no step of a workflow begin; jobs that were started go on. Pausing a paused one changes nothing.

    Raises ForbiddenError, NotFoundError or WorkflowEndedError.
    """
    workflow = await _going_on(work, act, workflow_id)
    if workflow.state is WorkflowState.PAUSED:
        return workflow
    (steps,) = await work.workflows.steps_of([workflow_id])
    await _record(work, act, AuditAction.WORKFLOW_PAUSED, workflow)
    return await advances.put(work, act, replace(workflow, state=WorkflowState.PAUSED), steps)


async def resume(work: WorkflowsWork, act: Act, vocabulary: Vocabulary, workflow_id: WorkflowId) -> Workflow:
    """Begin the steps that became due meanwhile. Resuming a workflow that is not paused changes nothing.

    Raises ForbiddenError, NotFoundError or WorkflowEndedError.
    """
    workflow = await _going_on(work, act, workflow_id)
    if workflow.state is not WorkflowState.PAUSED:
        return workflow
    (steps,) = await work.workflows.steps_of([workflow_id])
    await _record(work, act, AuditAction.WORKFLOW_RESUMED, workflow)
    return await _advanced(work, act, vocabulary, replace(workflow, state=WorkflowState.RUNNING), steps)


async def cancel(work: WorkflowsWork, act: Act, workflow_id: WorkflowId) -> Workflow:
    """End a workflow and its jobs; what its steps have done stays.

    Raises ForbiddenError, NotFoundError or WorkflowEndedError.
    """
    workflow = await _going_on(work, act, workflow_id)
    (steps,) = await work.workflows.steps_of([workflow_id])
    await _drop(work, act, workflow_id, [step.key for step in steps if step.state not in transitions.DONE])
    steps = [
        advances.ended(step, act, WorkflowStepState.CANCELLED) if step.state in _LIVE else step
        for step in steps
    ]
    await work.workflows.put_steps(steps)
    await _record(work, act, AuditAction.WORKFLOW_CANCELLED, workflow)
    return await advances.put(work, act, replace(workflow, state=WorkflowState.CANCELLED), steps)


async def skip(
    work: WorkflowsWork, act: Act, vocabulary: Vocabulary, workflow_id: WorkflowId, *, step: str
) -> Workflow:
    """Pass over a step that waits or has failed; those after it go on without its result.

    Raises ForbiddenError, NotFoundError, WorkflowEndedError or StepNotSkippableError.
    """
    workflow, steps = await _with_step(work, act, workflow_id, step)
    if workflow.state in {WorkflowState.SUCCEEDED, WorkflowState.CANCELLED}:
        raise _ended()
    if steps[step].state not in _SKIPPABLE:
        raise StepNotSkippableError(
            "Only a step that waits or has failed can be skipped; cancel the workflow to stop one that runs.",
            field="step",
        )
    await _drop(work, act, workflow_id, [step])
    steps[step] = advances.ended(steps[step], act, WorkflowStepState.SKIPPED)
    await _record(work, act, AuditAction.WORKFLOW_STEP_SKIPPED, workflow, step)
    return await _advanced(work, act, vocabulary, _reopened(workflow), list(steps.values()))


async def retry(
    work: WorkflowsWork, act: Act, vocabulary: Vocabulary, workflow_id: WorkflowId, *, step: str
) -> Workflow:
    """Begin again from a step that has ended: it and all steps after it run anew, as do cancelled ones.

    Raises ForbiddenError, NotFoundError, or StepNotRetriableError while the step waits, or it or one after it runs.
    """
    workflow, steps = await _with_step(work, act, workflow_id, step)
    again = {step} | transitions.after(step, steps)
    again |= {key for key, each in steps.items() if each.state is WorkflowStepState.CANCELLED}
    states = {steps[key].state for key in again}
    if steps[step].state is WorkflowStepState.WAITING or WorkflowStepState.RUNNING in states:
        raise StepNotRetriableError(
            "Only a step that has ended, and after which none runs, can be retried; wait for those that run.",
            field="step",
        )
    await _drop(work, act, workflow_id, sorted(again))
    for key in again:
        steps[key] = _reset(steps[key])
    await _record(work, act, AuditAction.WORKFLOW_STEP_RETRIED, workflow, step)
    return await _advanced(work, act, vocabulary, _reopened(workflow), list(steps.values()))


async def _advanced(
    work: WorkflowsWork, act: Act, vocabulary: Vocabulary, workflow: Workflow, steps: list[WorkflowStep]
) -> Workflow:
    template = await advances.template_of(work, workflow)
    return await advances.advance(work, act, vocabulary, workflow, steps, template)


async def _locked(work: WorkflowsWork, act: Act, workflow_id: WorkflowId) -> Workflow:
    if act.actor_id is not None:
        await roles.require(work.roles, user_id=act.actor_id, role=STARTER, now=act.now)
    workflow = await work.workflows.lock(workflow_id)
    if workflow is None:
        raise NotFoundError("There is no such workflow; `workflows` lists those that there are.", field="id")
    return workflow


async def _going_on(work: WorkflowsWork, act: Act, workflow_id: WorkflowId) -> Workflow:
    workflow = await _locked(work, act, workflow_id)
    if workflow.state not in GOES_ON:
        raise _ended()
    return workflow


async def _with_step(
    work: WorkflowsWork, act: Act, workflow_id: WorkflowId, step: str
) -> tuple[Workflow, dict[str, WorkflowStep]]:
    workflow = await _locked(work, act, workflow_id)
    (found,) = await work.workflows.steps_of([workflow_id])
    steps = {each.key: each for each in found}
    if step not in steps:
        raise NotFoundError(
            "The workflow has no such step; `Workflow.steps` lists those that it has.", field="step"
        )
    return workflow, steps


async def _drop(work: WorkflowsWork, act: Act, workflow_id: WorkflowId, steps: list[str]) -> None:
    """End the jobs of these steps, so that none of them runs or is retried beside new ones."""
    jobs = await work.workflows.drop_jobs(workflow_id, steps)
    for job_id in jobs:
        await work.jobs.cancel(job_id, now=act.now)
    await work.jobs.discard(jobs, now=act.now)


def _reset(step: WorkflowStep) -> WorkflowStep:
    return replace(
        step,
        state=WorkflowStepState.WAITING,
        jobs=0,
        jobs_ended=0,
        output=None,
        error=None,
        started_at=None,
        finished_at=None,
    )


def _reopened(workflow: Workflow) -> Workflow:
    return workflow if workflow.state in GOES_ON else replace(workflow, state=WorkflowState.RUNNING)


def _ended() -> WorkflowEndedError:
    return WorkflowEndedError("The workflow has ended; retry it from a step, or start a new one.", field="id")


async def _record(
    work: WorkflowsWork, act: Act, action: AuditAction, workflow: Workflow, step: str | None = None
) -> None:
    difference: dict[str, str | None] = {"template": workflow.template}
    if step is not None:
        difference["step"] = step
    await audit.record(work.audit, act, action, target=workflow.id, difference=difference)
