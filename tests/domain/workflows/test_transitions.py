"""Transitions: no workflow stops before its end, and no step begins before those it waits for."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.ids import WorkflowId
from domain.workflows import transitions
from domain.workflows.templates import WaitFor
from domain.workflows.workflows import WorkflowState, WorkflowStep, WorkflowStepState

ENDS = st.sampled_from([WorkflowStepState.SUCCEEDED, WorkflowStepState.FAILED, WorkflowStepState.SKIPPED])


def step(number: int, before: list[int], wait_for: WaitFor) -> WorkflowStep:
    return WorkflowStep(
        workflow_id=WorkflowId("w"),
        key=f"s{number}",
        place=number,
        kind="count",
        state=WorkflowStepState.WAITING,
        waits_for=[f"s{n}" for n in before],
        wait_for=wait_for,
        attempts=0,
        jobs=0,
        jobs_ended=0,
        output=None,
        error=None,
        started_at=None,
        finished_at=None,
    )


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, WorkflowStep]:
    steps = []
    for number in range(draw(st.integers(1, 8))):
        before = draw(st.lists(st.integers(0, number - 1), unique=True)) if number else []
        steps.append(step(number, before, draw(st.sampled_from(WaitFor))))
    return {each.key: each for each in steps}


@given(graphs(), st.data())
def test_a_workflow_comes_to_an_end_in_any_order_of_events(
    steps: dict[str, WorkflowStep], data: st.DataObject
) -> None:
    began: list[str] = []
    while True:
        while due := [each for each in steps.values() if transitions.is_due(each, steps)]:
            for each in due:
                if transitions.is_passed_over(each, steps):
                    steps[each.key] = replace(each, state=WorkflowStepState.SKIPPED)
                    continue
                before = [steps[key].state for key in each.waits_for]
                assert not before or any(state in transitions.DONE for state in before)
                assert each.wait_for is WaitFor.ANY or transitions.DONE.issuperset(before)
                began.append(each.key)
                steps[each.key] = replace(each, state=WorkflowStepState.RUNNING)
        running = [each for each in steps.values() if each.state is WorkflowStepState.RUNNING]
        if not running:
            break
        assert transitions.state_of(steps.values()) is WorkflowState.RUNNING
        ending = data.draw(st.sampled_from(running))
        steps[ending.key] = replace(ending, state=data.draw(ENDS))

    states = {each.state for each in steps.values()}
    assert len(began) == len(set(began))
    if WorkflowStepState.FAILED in states:
        assert transitions.state_of(steps.values()) is WorkflowState.FAILED
    else:
        assert states <= transitions.DONE
        assert transitions.state_of(steps.values()) is WorkflowState.SUCCEEDED
        assert transitions.progress_of(steps.values()) == 100


def test_what_lies_after_a_step_is_found_through_others() -> None:
    steps = {each.key: each for each in (step(n, [n - 1] if n else [], WaitFor.ALL) for n in range(4))}

    assert transitions.after("s1", steps) == {"s2", "s3"}
