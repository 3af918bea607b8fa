"""Workflow runs: which steps begin, succeed, fail and are skipped after each end of a job."""

from typing import Any

import pytest

from domain.errors import InvalidInputError
from domain.jobs import job_administration, job_runs
from domain.jobs.job_states import JobState
from domain.jobs.runs import JobTakenOverError
from domain.workflows import step_ends
from domain.workflows.templates import WaitFor, WorkflowInputType
from domain.workflows.workflows import WorkflowState
from persistence.stores import SqlWork
from tests.builders.accounts import NOON
from tests.builders.workflows import (
    ACT,
    a_step,
    a_template,
    a_vocabulary,
    an_input,
    fail,
    job_of,
    jobs,
    run,
    started,
    states,
    steps_of,
    workflow_of,
)
from tests.support.jobs import entry_of

DIAMOND = a_template(a_step("a"), a_step("b", "a"), a_step("c", "a"), a_step("d", "b", "c"))


async def test_steps_begin_when_all_before_them_are_done(work: SqlWork) -> None:
    workflow = await started(work, DIAMOND)
    seen = [await states(work, workflow.id)]
    for step in "abcd":
        await run(work, workflow.id, step)
        seen.append(await states(work, workflow.id))
    done = await workflow_of(work, workflow.id)

    assert ["".join(state[0] for state in each.values()) for each in seen] == [
        "RWWW",
        "SRRW",
        "SSRW",
        "SSSR",
        "SSSS",
    ]
    assert (workflow.state, workflow.progress) == (WorkflowState.RUNNING, 0)
    assert (done.state, done.progress, done.finished_at) == (WorkflowState.SUCCEEDED, 100, NOON)
    assert len(await jobs(work)) == 4


async def test_a_step_that_waits_for_any_begins_once_with_the_first(work: SqlWork) -> None:
    template = a_template(a_step("a"), a_step("b"), a_step("c", "a", "b", wait_for=WaitFor.ANY))
    workflow = await started(work, template)

    await run(work, workflow.id, "b")
    first = await states(work, workflow.id)
    await run(work, workflow.id, "a")

    assert first == {"a": "RUNNING", "b": "SUCCEEDED", "c": "RUNNING"}
    assert len(await jobs(work)) == 3


@pytest.mark.parametrize(("weeks", "expected"), [(3, "SUCCEEDED"), (2, "SKIPPED"), (None, "FAILED")])
async def test_a_condition_lets_a_step_begin_or_skips_it(work: SqlWork, weeks: int, expected: str) -> None:
    template = a_template(
        a_step("a"),
        a_step("b", "a", condition="results.a.found == 'yes' and inputs.weeks > 2"),
        a_step("c", "b"),
        inputs=[an_input("weeks", WorkflowInputType.INTEGER)],
    )
    workflow = await started(work, template, weeks=weeks)

    await run(work, workflow.id, "a", found="yes")
    if expected == "SUCCEEDED":
        await run(work, workflow.id, "b")
    after = await steps_of(work, workflow.id)

    assert after["b"].state.value == expected
    assert after["c"].state.value == ("WAITING" if expected == "FAILED" else "RUNNING")
    wrong = "The condition cannot be computed from these values." if weeks is None else None
    assert after["b"].error == wrong


async def test_a_step_that_waits_for_any_is_skipped_with_all_before_it(work: SqlWork) -> None:
    never = {"condition": "1 == 2"}
    template = a_template(
        a_step("a", **never), a_step("b", **never), a_step("c", "a", "b", wait_for=WaitFor.ANY)
    )

    workflow = await started(work, template)

    assert await states(work, workflow.id) == dict.fromkeys("abc", "SKIPPED")
    assert workflow.state is WorkflowState.SUCCEEDED


async def test_arguments_come_from_inputs_and_results(work: SqlWork) -> None:
    template = a_template(
        a_step("a", arguments={"to": {"from": "inputs.to"}, "word": {"from": "inputs.word"}}),
        a_step("b", "a", arguments={"to": {"from": "results.a.next.to"}, "words": ["x"]}),
        inputs=[
            an_input("to", WorkflowInputType.INTEGER, required=True),
            an_input("word", WorkflowInputType.STRING),
        ],
    )
    workflow = await started(work, template, to=4)

    first = await job_of(work, workflow.id, "a")
    await run(work, workflow.id, "a", next={"to": 9})
    second = await job_of(work, workflow.id, "b")

    assert (first.arguments["to"], first.arguments["word"]) == (4, "go")
    assert (second.arguments["to"], second.arguments["words"]) == (9, ["x"])
    assert first.workflow_id == second.workflow_id == workflow.id


@pytest.mark.parametrize("result", [{}, {"next": "nine"}, {"next": {"deep": 1}}])
async def test_a_step_fails_by_name_where_a_result_does_not_fit(
    work: SqlWork, result: dict[str, Any]
) -> None:
    template = a_template(a_step("a"), a_step("b", "a", arguments={"to": {"from": "results.a.next"}}))
    workflow = await started(work, template)

    await run(work, workflow.id, "a", **result)
    after = await steps_of(work, workflow.id)

    assert after["b"].error in {"count needs to.", "arguments.to must be a whole number."}
    assert (await workflow_of(work, workflow.id)).state is WorkflowState.FAILED


async def test_a_list_is_mapped_to_jobs_whose_results_are_gathered_in_order(work: SqlWork) -> None:
    template = a_template(
        a_step("split"),
        a_step("count", "split", for_each="results.split.parts", arguments={"to": {"from": "item.to"}}),
        a_step("sum", "count", arguments={"to": 1, "words": {"from": "results.split.names"}}),
    )
    workflow = await started(work, template)
    await run(work, workflow.id, "split", parts=[{"to": 5}, {"to": 6}, {"to": 7}], names=["a"])
    arguments = [(await job_of(work, workflow.id, "count", item)).arguments["to"] for item in range(3)]

    await run(work, workflow.id, "count", 2, n=7)
    await run(work, workflow.id, "count", 0, n=5)
    half = await steps_of(work, workflow.id)
    await run(work, workflow.id, "count", 1, n=6)
    after = await steps_of(work, workflow.id)

    assert arguments == [5, 6, 7]
    assert (half["count"].jobs, half["count"].jobs_ended, half["sum"].state.value) == (3, 2, "WAITING")
    assert after["count"].output == {"items": [{"n": 5}, {"n": 6}, {"n": 7}]}
    assert after["sum"].state.value == "RUNNING"
    assert (await workflow_of(work, workflow.id)).progress == 66


async def test_an_empty_list_is_done_at_once_and_a_long_one_fails(work: SqlWork) -> None:
    template = a_template(
        a_step("split"),
        a_step("a", "split", for_each="results.split.names", arguments={"to": 1, "word": {"from": "item"}}),
        a_step("b", "a"),
    )
    empty, long = await started(work, template), await started(work, template)
    await run(work, empty.id, "split", names=[])
    await run(work, long.id, "split", names=["x"] * 201)

    assert await states(work, empty.id) == {"split": "SUCCEEDED", "a": "SUCCEEDED", "b": "RUNNING"}
    failed = (await steps_of(work, long.id))["a"]
    assert failed.error == "results.split.names must be a list of at most 200 items."


async def test_a_failed_job_of_a_list_fails_its_step_when_all_have_ended(work: SqlWork) -> None:
    template = a_template(
        a_step("a", for_each="inputs.names", arguments={"to": 1, "word": {"from": "item"}}),
        inputs=[an_input("names", WorkflowInputType.STRINGS)],
    )
    workflow = await started(work, template, names=["x", "y"])

    await fail(work, workflow.id, "a", 0)
    before = await states(work, workflow.id)
    await run(work, workflow.id, "a", 1)
    (after,) = (await steps_of(work, workflow.id)).values()

    assert before == {"a": "RUNNING"}
    assert (after.state.value, after.error) == ("FAILED", "1 of 2 jobs failed.")


async def test_a_failed_step_lets_the_others_end_and_then_fails_the_workflow(work: SqlWork) -> None:
    workflow = await started(work, DIAMOND)
    await run(work, workflow.id, "a")

    await fail(work, workflow.id, "b")
    between = await workflow_of(work, workflow.id)
    await run(work, workflow.id, "c")
    after = await workflow_of(work, workflow.id)

    assert (between.state, after.state) == (WorkflowState.RUNNING, WorkflowState.FAILED)
    assert await states(work, workflow.id) == {
        "a": "SUCCEEDED",
        "b": "FAILED",
        "c": "SUCCEEDED",
        "d": "WAITING",
    }
    assert (await steps_of(work, workflow.id))["b"].error == "OSError"


async def test_a_held_job_that_is_retried_with_success_lets_its_workflow_go_on(work: SqlWork) -> None:
    workflow = await started(work, a_template(a_step("a"), a_step("b", "a")))
    await fail(work, workflow.id, "a")
    held = await job_of(work, workflow.id, "a")

    await work.jobs.retry([held.id], now=NOON)
    await run(work, workflow.id, "a")

    assert held.state is JobState.FAILED
    assert await states(work, workflow.id) == {"a": "SUCCEEDED", "b": "RUNNING"}
    assert (await workflow_of(work, workflow.id)).finished_at is None


async def test_a_run_that_lost_its_job_changes_no_workflow(work: SqlWork) -> None:
    workflow = await started(work, a_template(a_step("a"), a_step("b", "a")))
    waiting = await job_of(work, workflow.id, "a")
    entry = await entry_of(work, waiting.id)
    lost = await job_runs.begin(work, waiting.id, entry_id=entry, now=NOON)
    await job_runs.begin(work, waiting.id, entry_id=entry, now=NOON)
    assert lost is not None

    with pytest.raises(JobTakenOverError):
        await step_ends.succeed(work, ACT, a_vocabulary(), lost, workflow.id, result=None)

    assert await states(work, workflow.id) == {"a": "RUNNING", "b": "WAITING"}


async def test_a_job_of_a_workflow_is_not_cancelled_alone(work: SqlWork) -> None:
    workflow = await started(work, a_template(a_step("a")))
    job = await job_of(work, workflow.id, "a")

    with pytest.raises(InvalidInputError, match=workflow.id):
        await job_administration.cancel(work, ACT, {}, job.id)
