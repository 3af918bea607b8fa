"""Input checks: whether the inputs of a workflow fit its steps, so that one that would fail by them is not started."""

from collections.abc import Container, Iterator, Mapping
from typing import Any

from domain.errors import InvalidInputError
from domain.jobs import job_arguments
from domain.jobs.job_kinds import JobKind
from domain.refusals import all_at_once
from domain.workflows import paths
from domain.workflows.paths import INPUTS, ITEM, Path
from domain.workflows.step_plans import MOST_ITEMS
from domain.workflows.templates import StepTemplate, WorkflowTemplate
from domain.workflows.vocabulary import ConditionError, Vocabulary


def check(
    template: WorkflowTemplate,
    vocabulary: Vocabulary,
    inputs: Mapping[str, Any],
    *,
    but: Container[str | None] = (),
) -> None:
    """Raise, all at once, InvalidInputErrors that name each input which does not fit a step that may begin.

    The inputs whose fields are in `but` are known to be at fault: they are missing here, and what depends on them is
    not checked.
    """
    with all_at_once() as each:
        for step in template.steps:
            with each:
                if _depends(step, vocabulary, but) or not _may_begin(step, vocabulary, inputs):
                    continue
                kind = vocabulary.kinds.get(step.kind)
                if kind is None:
                    raise InvalidInputError(
                        f"The step {step.key} needs the kind of job {step.kind}, which there is no more; "
                        "save a version of the template without it.",
                        field="template",
                    )
                if step.for_each not in but:
                    _check_list(step, inputs)
                for name, path, values in _of_inputs(step, inputs):
                    with each:
                        if ".".join(path) not in but:
                            _check_values(kind, name, values, step, field=".".join(path))


def _depends(step: StepTemplate, vocabulary: Vocabulary, but: Container[str | None]) -> bool:
    """Tell whether the condition of a step reads an input that is known to be at fault."""
    if step.condition is None:
        return False
    return any(".".join(path) in but for path in vocabulary.conditions.paths(step.condition))


def _may_begin(step: StepTemplate, vocabulary: Vocabulary, inputs: Mapping[str, Any]) -> bool:
    if step.condition is None:
        return True
    try:
        return vocabulary.conditions.may_hold(step.condition, inputs)
    except ConditionError as refused:
        names = sorted({".".join(path) for path in vocabulary.conditions.paths(step.condition)})
        raise InvalidInputError(
            f"The condition of the step {step.key} cannot be computed from these {', '.join(names)}; give others.",
            field=next((name for name in names if name.startswith(f"{INPUTS}.")), INPUTS),
        ) from refused


def _check_list(step: StepTemplate, inputs: Mapping[str, Any]) -> None:
    if step.for_each is None or (path := paths.read(step.for_each))[0] != INPUTS:
        return
    items = paths.value_at(path, {INPUTS: inputs})
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise InvalidInputError(
            f"{step.for_each} must be a list of at most {MOST_ITEMS} items for the step {step.key}.",
            field=step.for_each,
        )


def _of_inputs(step: StepTemplate, inputs: Mapping[str, Any]) -> Iterator[tuple[str, Path, list[Any]]]:
    """Yield each argument that an input gives, with the path of the input and all values that jobs will have."""
    for name, value in step.arguments.items():
        text = paths.of_argument(value)
        path = None if text is None else paths.read(text)
        if path == (ITEM,) and step.for_each is not None:
            path = paths.read(step.for_each)
            if path[0] == INPUTS:
                yield name, path, paths.value_at(path, {INPUTS: inputs}) or []
        elif path is not None and path[0] == INPUTS:
            yield name, path, [paths.value_at(path, {INPUTS: inputs})]


def _check_values(kind: JobKind, name: str, values: list[Any], step: StepTemplate, *, field: str) -> None:
    """Raise InvalidInputError for a value that does not fit; a missing one leaves the argument at its default."""
    if name not in job_arguments.types_of(kind):
        raise InvalidInputError(
            f"{kind.name} does not know {name} any more; save a version of the template without it.",
            field="template",
        )
    for value in values:
        if value is None:
            if name in job_arguments.needed(kind):
                raise InvalidInputError(f"{field} must not be null for the step {step.key}.", field=field)
            continue
        try:
            job_arguments.check(kind, name, value)
        except InvalidInputError as refused:
            wanted = refused.message.removeprefix(f"arguments.{name} ")
            raise InvalidInputError(f"{field} {wanted}", field=field) from refused
