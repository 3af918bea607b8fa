"""Advances: a step begins as soon as those before it are done, in the transaction in which they became so."""

from dataclasses import replace

from domain.acts import Act
from domain.errors import InvalidInputError
from domain.ids import JobId
from domain.jobs import job_starts
from domain.jobs.job_starts import JobRequest
from domain.jobs.runs import LONGEST_ERROR
from domain.refusals import RefusalsError
from domain.workflows import step_plans, transitions
from domain.workflows.templates import StepTemplate, WorkflowTemplate
from domain.workflows.vocabulary import ConditionError, Vocabulary
from domain.workflows.work import AdvancingWork
from domain.workflows.workflows import (
    GOES_ON,
    StepJob,
    Workflow,
    WorkflowState,
    WorkflowStep,
    WorkflowStepState,
    workflow_signal,
)


async def advance(
    work: AdvancingWork,
    act: Act,
    vocabulary: Vocabulary,
    workflow: Workflow,
    steps: list[WorkflowStep],
    template: WorkflowTemplate,
) -> Workflow:
    """Begin every step that is due, and store what the workflow has become; its caller has locked it.

    `steps` are all of its steps, as the caller has changed them. A paused workflow begins none.
    """
    table = {step.key: step for step in steps}
    if workflow.state is not WorkflowState.PAUSED:
        declared = {step.key: step for step in template.steps}
        while due := [step for step in table.values() if transitions.is_due(step, table)]:
            for step in due:
                table[step.key] = await _begun(
                    work, act, vocabulary, workflow, table, step, declared[step.key]
                )
        workflow = replace(workflow, state=transitions.state_of(table.values()))
    await work.workflows.put_steps(list(table.values()))
    return await put(work, act, workflow, list(table.values()))


async def template_of(work: AdvancingWork, workflow: Workflow) -> WorkflowTemplate:
    """Return the version of the template that a workflow runs."""
    template = await work.workflow_templates.find(workflow.template, workflow.version)
    assert template is not None  # noqa: S101 - a foreign key says so
    return template


async def put(work: AdvancingWork, act: Act, workflow: Workflow, steps: list[WorkflowStep]) -> Workflow:
    """Store the state of a workflow with its progress and its end."""
    finished_at = None if workflow.state in GOES_ON else workflow.finished_at or act.now
    changed = replace(workflow, progress=transitions.progress_of(steps), finished_at=finished_at)
    await work.workflows.put(changed)
    work.emit(workflow_signal(workflow.id))
    return changed


async def _begun(
    work: AdvancingWork,
    act: Act,
    vocabulary: Vocabulary,
    workflow: Workflow,
    steps: transitions.Steps,
    step: WorkflowStep,
    declared: StepTemplate,
) -> WorkflowStep:
    """Return a due step after its begin: with jobs, or already ended."""
    if transitions.is_passed_over(step, steps):
        return ended(step, act, WorkflowStepState.SKIPPED)
    values = step_plans.values_of(workflow, list(steps.values()))
    try:
        if not step_plans.is_wanted(declared, vocabulary, values):
            return ended(step, act, WorkflowStepState.SKIPPED)
        kind = step_plans.kind_of(declared, vocabulary)
        arguments = step_plans.arguments_of(declared, kind, values)
    except (ConditionError, InvalidInputError, RefusalsError) as refused:
        return ended(step, act, WorkflowStepState.FAILED, error=refused.message[:LONGEST_ERROR])
    step = replace(step, attempts=step.attempts + 1, started_at=act.now, jobs=len(arguments), jobs_ended=0)
    if not arguments:
        return ended(step, act, WorkflowStepState.SUCCEEDED, output={"items": []})
    requests = [
        JobRequest(
            id=JobId(act.mint("job")),
            arguments=each,
            workflow_id=workflow.id,
            user_id=None if kind.user is None else getattr(each, kind.user),
        )
        for each in arguments
    ]
    started = await job_starts.start_all(work, act, kind, requests)
    await work.workflows.add_jobs(
        [
            StepJob(job_id=job.id, workflow_id=workflow.id, step=step.key, item=place)
            for place, job in enumerate(started)
        ]
    )
    return replace(step, state=WorkflowStepState.RUNNING, output=None, error=None, finished_at=None)


def ended(
    step: WorkflowStep, act: Act, state: WorkflowStepState, *, output: object = None, error: str | None = None
) -> WorkflowStep:
    """Return the step at its end."""
    return replace(step, state=state, output=output, error=error, finished_at=act.now)  # type: ignore[arg-type]
