"""Step arguments: whether the arguments of a step fit the kind of its jobs, as far as a template can tell."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from domain.accounts.users import Role
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.jobs import job_arguments
from domain.jobs.job_kinds import JobKind
from domain.workflows import paths
from domain.workflows.paths import INPUTS, ITEM, RESULTS, Path
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
    before: set[str]
    has_item: bool

    def refusal_of(self, path: Path) -> str | None:
        """Return why the step cannot read the value at a path; None if it can."""
        root, *names = path
        if root == ITEM:
            return None if self.has_item else "There is an item only with forEach."
        if root not in {INPUTS, RESULTS} or not names:
            return "A path must begin with inputs, results or item, like inputs.weeks."
        if root == INPUTS:
            if len(names) > 1:
                return f"{names[0]} has no parts."
            return None if names[0] in self.inputs else f"There is no input {names[0]}."
        return None if names[0] in self.before else f"{names[0]} is no step before this one; add it to after."


def findings_of(step: StepTemplate, kind: JobKind, scope: StepScope) -> Iterator[tuple[str, str]]:
    """Yield the field and the message of what is wrong with the arguments of a step.

    Values of inputs fit by their types; what is in results and items is known only when the step begins.
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
    if (wrong := scope.refusal_of(path)) is not None or path[0] != INPUTS:
        return wrong
    given = scope.inputs[path[1]]
    if given.type is not WorkflowInputType.STRING or not _holds_text(hint):  # ids are checked at the start
        job_arguments.check(kind, name, _TYPES[given.type])
    if is_needed and not given.required:
        return f"{kind.name} needs {name}; make the input {given.name} required."
    return None


def _holds_text(hint: Any) -> bool:
    options = [hint] if get_origin(hint) is list else get_args(hint) or (hint,)
    return any(getattr(each, "__supertype__", each) is str for each in options)
