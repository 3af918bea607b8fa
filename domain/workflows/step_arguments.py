"""Step arguments: whether the arguments of a step fit the kind of its jobs, as far as a template can tell."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from domain.accounts.users import Role
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.jobs import job_arguments
from domain.jobs.job_kinds import JobKind
from domain.workflows import paths, shapes
from domain.workflows.paths import INPUTS, ITEM, RESULTS, Path
from domain.workflows.shapes import UNKNOWN, Shape
from domain.workflows.templates import StepTemplate, WorkflowInput, WorkflowInputType

STARTER = Role.OPERATOR
"""The role that saves templates and starts workflows."""
_TYPES: dict[WorkflowInputType, Any] = {
    WorkflowInputType.STRING: "a text",
    WorkflowInputType.INTEGER: 1,
    WorkflowInputType.NUMBER: 1.5,
    WorkflowInputType.BOOLEAN: True,
    WorkflowInputType.STRINGS: ["a text"],
    WorkflowInputType.INTEGERS: [1],
}
"""A value of each type of input."""


@entity
class StepScope:
    """What a step may read: the inputs, the results of the steps before it, and the item if it has one."""

    inputs: dict[str, WorkflowInput]
    results: Mapping[str, Shape]
    item: Shape | None = None

    def refusal_of(self, path: Path) -> str | None:
        """Return why the step cannot read the value at a path; None if it can."""
        root, *names = path
        if root == ITEM:
            if self.item is None:
                return "There is an item only with forEach."
            return shapes.refusal_of(self.item, tuple(names), ITEM)
        if root not in {INPUTS, RESULTS} or not names:
            return "A path must begin with inputs, results or item, like inputs.weeks."
        name, *further = names
        if root == INPUTS and name not in self.inputs:
            return f"There is no input {name}."
        if root == RESULTS and name not in self.results:
            return f"{name} is no step before this one; add it to after."
        known = shapes.of_input(self.inputs[name].type) if root == INPUTS else self.results[name]
        return shapes.refusal_of(known, tuple(further), f"{root}.{name}")

    def shape_of(self, path: Path) -> Shape:
        """Return what is known of the value at a path that the step may read."""
        root, *names = path
        if root == ITEM:
            return shapes.at(self.item or UNKNOWN, tuple(names))
        if root == INPUTS:
            return shapes.of_input(self.inputs[names[0]].type)
        return shapes.at(self.results[names[0]], tuple(names[1:]))


def findings_of(step: StepTemplate, kind: JobKind, scope: StepScope) -> Iterator[tuple[str, str]]:
    """Yield the field and the message of what is wrong with the arguments of a step.

    Values fit by their types, where these are known. The values of inputs are checked when a workflow starts, and those
    of results and items when the step begins.
    """
    types = job_arguments.types_of(kind)
    if step.arguments.keys() - types.keys():
        known = ", ".join(sorted(types)) or "none"
        yield "arguments", f"{kind.name} does not know one of the names; it knows: {known}."
    needed = job_arguments.needed(kind)
    for name, hint in types.items():
        message = None
        if name in step.arguments:
            try:
                message = _refusal_of(kind, name, step.arguments[name], hint, scope, is_needed=name in needed)
            except InvalidInputError as refused:
                message = refused.message
        elif name in needed:
            message = f"{kind.name} needs {name}."
        if message is not None:
            yield f"arguments.{name}", message


def _refusal_of(
    kind: JobKind, name: str, value: Any, hint: Any, scope: StepScope, *, is_needed: bool
) -> str | None:
    text = paths.of_argument(value)
    if text is None:
        job_arguments.check(kind, name, value)
        return None
    path = paths.read(text)
    if (wrong := scope.refusal_of(path)) is not None:
        return wrong
    if path[0] != INPUTS:
        shape = scope.shape_of(path)
        if shapes.may_be(shape, hint):
            return None
        return (
            f"{text} is {shapes.name_of(shape)}; {kind.name} takes {job_arguments.name_of(hint)} for {name}."
        )
    given = scope.inputs[path[1]]
    if given.type is not WorkflowInputType.STRING or not _holds_text(hint):  # ids are checked at the start
        job_arguments.check(kind, name, _TYPES[given.type])
    if is_needed and not given.required:
        return f"{kind.name} needs {name}; make the input {given.name} required."
    return None


def _holds_text(hint: Any) -> bool:
    options = [hint] if get_origin(hint) is list else get_args(hint) or (hint,)
    return any(getattr(each, "__supertype__", each) is str for each in options)
