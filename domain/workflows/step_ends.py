"""Step ends: a job of a workflow ends, and what follows from it begins, in one transaction."""

from dataclasses import replace
from typing import Any

from domain.acts import Act
from domain.entities import entity
from domain.ids import JobId, WorkflowId
from domain.jobs import job_runs
from domain.jobs.job_kinds import Fraction, JobKind
from domain.jobs.job_runs import Failure
from domain.jobs.job_states import JobState
from domain.jobs.jobs import Job
from domain.workflows import advances
from domain.workflows.templates import StepTemplate
from domain.workflows.vocabulary import Vocabulary
from domain.workflows.work import AdvancingWork
from domain.workflows.workflows import StepJob, Workflow, WorkflowState, WorkflowStep, WorkflowStepState

_ENDED = frozenset({JobState.SUCCEEDED, JobState.FAILED})


@entity
class JobEnd:
    """How a job of a workflow ended."""

    job_id: JobId
    state: JobState
    output: dict[str, Any] | None = None
    error: str | None = None


async def succeed(
    work: AdvancingWork,
    act: Act,
    vocabulary: Vocabulary,
    job: Job,
    workflow_id: WorkflowId,
    *,
    result: dict[str, Any] | None,
) -> None:
    """End a job of a workflow with its result, and go on; raises JobTakenOverError.

    The workflow is locked before the job, as by all who change both.
    """
    workflow = await work.workflows.lock(workflow_id)
    await job_runs.succeed(work, job_runs.run_of(job), result=result, now=act.now)
    if workflow is not None:
        end = JobEnd(job_id=job.id, state=JobState.SUCCEEDED, output=result)
        await _go_on(work, act, vocabulary, workflow, end)


async def fail(
    work: AdvancingWork,
    act: Act,
    vocabulary: Vocabulary,
    job: Job,
    workflow_id: WorkflowId,
    error: Exception,
    *,
    kind: JobKind,
    fraction: Fraction,
) -> Failure:
    """Put a failed job of a workflow back for its next attempt; or hold it, and end its step."""
    workflow = await work.workflows.lock(workflow_id)
    failure = await job_runs.fail(work, kind, job, error, now=act.now, fraction=fraction)
    if workflow is not None and failure.retry_at is None and failure.is_stored:
        end = JobEnd(job_id=job.id, state=JobState.FAILED, error=failure.error)
        await _go_on(work, act, vocabulary, workflow, end)
    return failure


async def _go_on(
    work: AdvancingWork, act: Act, vocabulary: Vocabulary, workflow: Workflow, end: JobEnd
) -> None:
    mine = await work.workflows.end_job(end.job_id, state=end.state, output=end.output, error=end.error)
    if mine is None:
        return
    (steps,) = await work.workflows.steps_of([workflow.id])
    template = await advances.template_of(work, workflow)
    jobs = await work.workflows.jobs_of(workflow.id, mine.step)
    (declared,) = (each for each in template.steps if each.key == mine.step)
    steps = [_counted(step, jobs, declared, act) if step.key == mine.step else step for step in steps]
    if workflow.state is WorkflowState.FAILED:  # a job that was held has been retried with success
        workflow = replace(workflow, state=WorkflowState.RUNNING)
    await advances.advance(work, act, vocabulary, workflow, steps, template)


def _counted(step: WorkflowStep, jobs: list[StepJob], declared: StepTemplate, act: Act) -> WorkflowStep:
    """Return the step after the end of one of its jobs."""
    count = sum(job.state in _ENDED for job in jobs)
    step = replace(step, jobs_ended=count)
    if count < len(jobs):
        return step
    failed = [job for job in jobs if job.state is JobState.FAILED]
    if failed:
        error = failed[0].error if len(jobs) == 1 else f"{len(failed)} of {len(jobs)} jobs failed."
        return advances.ended(step, act, WorkflowStepState.FAILED, error=error)
    output = jobs[0].output if declared.for_each is None else {"items": [job.output for job in jobs]}
    return advances.ended(step, act, WorkflowStepState.SUCCEEDED, output=output)
