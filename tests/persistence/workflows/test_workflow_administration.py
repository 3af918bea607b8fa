"""Workflow administration: pause, resume, cancel, skip and retry, and what becomes of jobs and steps."""

from datetime import timedelta

import pytest

from domain.ids import WorkflowId
from domain.jobs.job_states import JobState
from domain.workflows import workflow_administration
from domain.workflows.workflows import (
    StepNotRetriableError,
    StepNotSkippableError,
    WorkflowEndedError,
    WorkflowState,
)
from persistence.stores import SqlWork
from tests.builders.accounts import NOON
from tests.builders.workflows import (
    ACT,
    a_step,
    a_template,
    a_vocabulary,
    fail,
    job_of,
    jobs,
    run,
    started,
    states,
    steps_of,
    workflow_of,
)

CHAIN = a_template(a_step("a"), a_step("b", "a"), a_step("c", "b"))


async def test_no_step_begins_while_a_workflow_is_paused(work: SqlWork) -> None:
    workflow = await started(work, CHAIN)
    paused = await workflow_administration.pause(work, ACT, workflow.id)
    again = await workflow_administration.pause(work, ACT, workflow.id)

    await run(work, workflow.id, "a")
    meanwhile = await states(work, workflow.id)
    resumed = await workflow_administration.resume(work, ACT, a_vocabulary(), workflow.id)

    assert paused.state is again.state is WorkflowState.PAUSED
    assert meanwhile == {"a": "SUCCEEDED", "b": "WAITING", "c": "WAITING"}
    assert resumed.state is WorkflowState.RUNNING
    assert await states(work, workflow.id) == {"a": "SUCCEEDED", "b": "RUNNING", "c": "WAITING"}


async def test_a_workflow_whose_last_job_ended_while_paused_ends_when_resumed(work: SqlWork) -> None:
    workflow = await started(work, a_template(a_step("a")))
    await workflow_administration.pause(work, ACT, workflow.id)
    await run(work, workflow.id, "a")

    resumed = await workflow_administration.resume(work, ACT, a_vocabulary(), workflow.id)

    assert resumed.state is WorkflowState.SUCCEEDED


async def test_cancelling_ends_the_jobs_and_keeps_what_is_done(work: SqlWork) -> None:
    workflow = await started(work, CHAIN)
    await run(work, workflow.id, "a")
    job = await job_of(work, workflow.id, "b")

    cancelled = await workflow_administration.cancel(work, ACT, workflow.id)
    (stored,) = await work.jobs.by_ids([job.id], viewer_id=None, sees_all=True)

    assert (cancelled.state, cancelled.finished_at) == (WorkflowState.CANCELLED, NOON)
    assert await states(work, workflow.id) == {"a": "SUCCEEDED", "b": "CANCELLED", "c": "CANCELLED"}
    assert stored is not None
    assert stored.state is JobState.CANCELLED
    for verb in (workflow_administration.cancel, workflow_administration.pause):
        with pytest.raises(WorkflowEndedError):
            await verb(work, ACT, workflow.id)
    with pytest.raises(WorkflowEndedError):
        await workflow_administration.resume(work, ACT, a_vocabulary(), workflow.id)


async def skip(work: SqlWork, id: WorkflowId, step: str) -> WorkflowState:
    return (await workflow_administration.skip(work, ACT, a_vocabulary(), id, step=step)).state


async def retry(work: SqlWork, id: WorkflowId, step: str) -> WorkflowState:
    return (await workflow_administration.retry(work, ACT, a_vocabulary(), id, step=step)).state


async def test_a_failed_step_is_skipped_and_its_job_given_up(work: SqlWork) -> None:
    workflow = await started(work, CHAIN)
    held = await job_of(work, workflow.id, "a")
    await fail(work, workflow.id, "a")

    state = await skip(work, workflow.id, "a")
    (given_up,) = await work.jobs.by_ids([held.id], viewer_id=None, sees_all=True)

    assert state is WorkflowState.RUNNING
    assert await states(work, workflow.id) == {"a": "SKIPPED", "b": "RUNNING", "c": "WAITING"}
    assert given_up is not None
    assert given_up.state is JobState.DISCARDED


async def test_a_waiting_step_is_skipped_before_it_begins(work: SqlWork) -> None:
    workflow = await started(work, CHAIN)

    await skip(work, workflow.id, "b")
    before = await states(work, workflow.id)
    await run(work, workflow.id, "a")

    assert before == {"a": "RUNNING", "b": "SKIPPED", "c": "RUNNING"}


async def test_a_step_that_runs_or_is_done_cannot_be_skipped(work: SqlWork) -> None:
    workflow = await started(work, CHAIN)
    await run(work, workflow.id, "a")

    for step in "ab":
        with pytest.raises(StepNotSkippableError):
            await skip(work, workflow.id, step)


async def test_a_retried_step_begins_anew_with_all_after_it(work: SqlWork) -> None:
    workflow = await started(work, CHAIN)
    await run(work, workflow.id, "a")
    await fail(work, workflow.id, "b")
    held = await job_of(work, workflow.id, "b")

    state = await retry(work, workflow.id, "b")
    again = await steps_of(work, workflow.id)
    for step in "bc":
        await run(work, workflow.id, step)
    (given_up,) = await work.jobs.by_ids([held.id], viewer_id=None, sees_all=True)

    assert state is WorkflowState.RUNNING
    assert (again["b"].attempts, again["b"].state.value, again["b"].error) == (2, "RUNNING", None)
    assert given_up is not None
    assert given_up.state is JobState.DISCARDED
    assert (await workflow_of(work, workflow.id)).state is WorkflowState.SUCCEEDED


async def test_a_workflow_that_succeeded_runs_again_from_a_step(work: SqlWork) -> None:
    workflow = await started(work, CHAIN)
    for step in "abc":
        await run(work, workflow.id, step)

    await retry(work, workflow.id, "b")

    assert await states(work, workflow.id) == {"a": "SUCCEEDED", "b": "RUNNING", "c": "WAITING"}
    assert (await workflow_of(work, workflow.id)).finished_at is None
    assert len(await jobs(work)) == 4


async def test_a_cancelled_workflow_runs_again_from_a_step(work: SqlWork) -> None:
    template = a_template(a_step("a"), a_step("b", "a"), a_step("other"))
    workflow = await started(work, template)
    await run(work, workflow.id, "a")
    await workflow_administration.cancel(work, ACT, workflow.id)

    await retry(work, workflow.id, "b")

    assert await states(work, workflow.id) == {"a": "SUCCEEDED", "b": "RUNNING", "other": "RUNNING"}


async def test_a_step_is_not_retried_while_it_waits_or_one_after_it_runs(work: SqlWork) -> None:
    workflow = await started(work, CHAIN)
    await run(work, workflow.id, "a")

    for step in "abc":
        with pytest.raises(StepNotRetriableError):
            await retry(work, workflow.id, step)


async def test_a_job_that_runs_again_by_hand_ends_with_the_retry_of_its_step(work: SqlWork) -> None:
    workflow = await started(work, CHAIN)
    await fail(work, workflow.id, "a")
    held = await job_of(work, workflow.id, "a")
    await work.jobs.retry([held.id], now=NOON)

    await retry(work, workflow.id, "a")
    (old,) = await work.jobs.by_ids([held.id], viewer_id=None, sees_all=True)

    assert old is not None
    assert old.state is JobState.CANCELLED
    assert (await job_of(work, workflow.id, "a")).id != held.id


async def test_workflows_that_ended_are_forgotten_and_live_ones_stay(work: SqlWork) -> None:
    ended, live = await started(work, a_template(a_step("a"))), await started(work, CHAIN)
    await run(work, ended.id, "a")

    assert await work.workflows.forget(before=NOON) == 0
    assert await work.workflows.forget(before=NOON + timedelta(days=1)) == 1
    found = await work.workflows.by_ids([ended.id, live.id], viewer_id=None, sees_all=True)
    assert found == [None, live]
