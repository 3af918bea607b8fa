"""Step plans: the arguments of the jobs of a step, from the inputs and the results of the steps before it."""

from collections.abc import Collection, Mapping
from typing import Any

from domain.errors import InvalidInputError
from domain.jobs import job_arguments
from domain.jobs.job_kinds import JobKind
from domain.workflows import paths
from domain.workflows.paths import INPUTS, ITEM, RESULTS
from domain.workflows.templates import StepTemplate
from domain.workflows.vocabulary import Vocabulary
from domain.workflows.workflows import Workflow, WorkflowStep, WorkflowStepState

MOST_ITEMS = 200
"""How many jobs a step for each item of a list has at most."""


def values_of(workflow: Workflow, steps: Collection[WorkflowStep]) -> dict[str, Any]:
    """Return the inputs, and the results by steps; a step that has not succeeded has none."""
    results = {step.key: step.output if step.state is WorkflowStepState.SUCCEEDED else None for step in steps}
    return {INPUTS: workflow.inputs, RESULTS: results}


def is_wanted(step: StepTemplate, vocabulary: Vocabulary, values: Mapping[str, Any]) -> bool:
    """Tell whether the condition of a step holds; raises ConditionError."""
    return step.condition is None or vocabulary.conditions.holds(step.condition, values)


def kind_of(step: StepTemplate, vocabulary: Vocabulary) -> JobKind:
    """Return the kind of a step; raises InvalidInputError if a later release has removed it."""
    kind = vocabulary.kinds.get(step.kind)
    if kind is None:
        raise InvalidInputError(f"There is no kind of job {step.kind} any more; skip the step.")
    return kind


def arguments_of(step: StepTemplate, kind: JobKind, values: Mapping[str, Any]) -> list[Any]:
    """Return the arguments of each job of a step; raises InvalidInputError that names what does not fit."""
    if step.for_each is None:
        return [_arguments(step, kind, values)]
    items = paths.value_at(paths.read(step.for_each), values)
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise InvalidInputError(f"{step.for_each} must be a list of at most {MOST_ITEMS} items.")
    return [_arguments(step, kind, {**values, ITEM: item}) for item in items]


def _arguments(step: StepTemplate, kind: JobKind, values: Mapping[str, Any]) -> Any:
    given = {}
    for name, value in step.arguments.items():
        path = paths.of_argument(value)
        found = value if path is None else paths.value_at(paths.read(path), values)
        if path is None or found is not None:  # a value that is missing leaves the argument at its default
            given[name] = found
    return job_arguments.read(kind, given)
