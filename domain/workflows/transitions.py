"""Transitions: which steps may begin, what a workflow has become, and what lies after a step."""

from collections.abc import Collection, Mapping

from domain.workflows.templates import WaitFor
from domain.workflows.workflows import WorkflowState, WorkflowStep, WorkflowStepState

DONE = frozenset({WorkflowStepState.SUCCEEDED, WorkflowStepState.SKIPPED})
"""The states of a step that others need not wait for any more."""
Steps = Mapping[str, WorkflowStep]
"""The steps of a workflow by their keys."""


def is_due(step: WorkflowStep, steps: Steps) -> bool:
    """Tell whether a waiting step may begin, or be passed over."""
    if step.state is not WorkflowStepState.WAITING:
        return False
    before = [steps[key].state for key in step.waits_for]
    if step.wait_for is WaitFor.ANY and WorkflowStepState.SUCCEEDED in before:
        return True
    return DONE.issuperset(before)


def is_passed_over(step: WorkflowStep, steps: Steps) -> bool:
    """Tell whether a due step that waits for any has nothing to follow, because all before it were skipped."""
    before = {steps[key].state for key in step.waits_for}
    return step.wait_for is WaitFor.ANY and before == {WorkflowStepState.SKIPPED}


def state_of(steps: Collection[WorkflowStep]) -> WorkflowState:
    """Return the state of a workflow none of whose steps is due."""
    states = {step.state for step in steps}
    if WorkflowStepState.RUNNING in states:
        return WorkflowState.RUNNING
    return WorkflowState.SUCCEEDED if states <= DONE else WorkflowState.FAILED


def progress_of(steps: Collection[WorkflowStep]) -> int:
    """Return how much is done, in percent, rounded down; each step counts the same."""
    done = sum(100 if step.state in DONE else _share(step) for step in steps)
    return done // len(steps)


def _share(step: WorkflowStep) -> int:
    return 100 * step.jobs_ended // step.jobs if step.state is WorkflowStepState.RUNNING and step.jobs else 0


def after(key: str, steps: Steps) -> set[str]:
    """Return the keys of all steps that wait for this one, also by others."""
    found: set[str] = set()
    new = {key}
    while new:
        new = {step.key for step in steps.values() if not new.isdisjoint(step.waits_for)} - found
        found |= new
    return found
