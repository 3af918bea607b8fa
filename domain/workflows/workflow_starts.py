"""Workflow starts: a workflow of a template begins with its inputs, by hand once for each idempotency key."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain.accounts import audit, hidden_users, roles
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.entities import entity
from domain.errors import InvalidInputError, NotFoundError
from domain.idempotency import checked_key, first_use
from domain.ids import UserId, WorkflowId
from domain.jobs import job_arguments
from domain.refusals import all_at_once
from domain.workflows import advances, input_checks
from domain.workflows.step_arguments import STARTER
from domain.workflows.templates import StepTemplate, WorkflowInput, WorkflowInputType, WorkflowTemplate
from domain.workflows.vocabulary import Vocabulary
from domain.workflows.work import AdvancingWork, WorkflowsWork
from domain.workflows.workflows import Workflow, WorkflowState, WorkflowStep, WorkflowStepState

_KINDS: dict[WorkflowInputType, tuple[set[type], str]] = {
    WorkflowInputType.STRING: ({str}, "a string"),
    WorkflowInputType.INTEGER: ({int}, "a whole number"),
    WorkflowInputType.NUMBER: ({int, float}, "a number"),
    WorkflowInputType.BOOLEAN: ({bool}, "true or false"),
    WorkflowInputType.STRINGS: ({str}, "a list of strings"),
    WorkflowInputType.INTEGERS: ({int}, "a list of whole numbers"),
}
_WHOM = "user_id"
"""The input that names whom a workflow is about."""
_LISTS = frozenset({WorkflowInputType.STRINGS, WorkflowInputType.INTEGERS})


@entity
class WorkflowRequest:
    """A workflow to start: the template, by default its newest version, the inputs, and whom it is about."""

    template: str
    inputs: Mapping[str, Any]
    version: int | None = None
    user_id: UserId | None = None


async def start_by_hand(
    work: WorkflowsWork, act: Act, vocabulary: Vocabulary, asked: WorkflowRequest, *, key: str
) -> Workflow:
    """Start a workflow for an operator; the same key gives the same workflow for a day.

    It is about the user whom the input `user_id` names, and the operator's own where there is none.

    Raises, all at once, ForbiddenError, NotFoundError and refusals that name every input at fault; or
    IdempotencyKeyReusedError.
    """
    with all_at_once() as each:
        with each:
            await roles.require(work.roles, user_id=act.user_id, role=STARTER, now=act.now)
        with each:
            job_arguments.check_size(asked.inputs, field="inputs")
        with each:
            template = await _template(work, asked)
            with each:
                inputs = _checked(template, vocabulary, asked.inputs)
            with each:
                await _check_users(work, template, asked.inputs)
        with each:
            checked_key(key)
    given = {"template": asked.template, "version": asked.version, "inputs": dict(asked.inputs)}
    wanted = act.mint("workflow")
    earlier = await first_use(
        work.receipts, act, operation="startWorkflow", key=key, given=given, result_id=wanted
    )
    if earlier is not None:
        return await _stored(work, WorkflowId(earlier))
    request = replace(asked, inputs=inputs, user_id=_about(inputs) or act.user_id)
    workflow = await _begin(work, act, vocabulary, template, request, WorkflowId(wanted))
    difference: dict[str, str | None] = {"template": workflow.template, "version": str(workflow.version)}
    await audit.record(
        work.audit, act, AuditAction.WORKFLOW_STARTED, target=workflow.id, difference=difference
    )
    return workflow


async def start_by_command(
    work: WorkflowsWork, act: Act, vocabulary: Vocabulary, asked: WorkflowRequest
) -> Workflow:
    """Start a workflow for who has the command line; raises NotFoundErrors and refusals that name inputs at fault."""
    template = await _template(work, asked)
    with all_at_once() as each:
        with each:
            inputs = _checked(template, vocabulary, asked.inputs)
        with each:
            await _check_users(work, template, asked.inputs)
    request = replace(asked, inputs=inputs, user_id=_about(inputs))
    return await _begin(work, act, vocabulary, template, request, WorkflowId(act.mint("workflow")))


async def start(work: AdvancingWork, act: Act, vocabulary: Vocabulary, asked: WorkflowRequest) -> Workflow:
    """Start a workflow: its first jobs become visible to workers with the commit.

    Raises NotFoundError, or refusals that name every input at fault.
    """
    template = await _template(work, asked)
    request = replace(asked, inputs=_checked(template, vocabulary, asked.inputs))
    return await _begin(work, act, vocabulary, template, request, WorkflowId(act.mint("workflow")))


async def start_shipped(
    work: AdvancingWork, act: Act, vocabulary: Vocabulary, asked: WorkflowRequest
) -> Workflow:
    """Start a workflow of the platform's own version of a template, whatever versions operators have saved.

    Raises NotFoundError before a worker has stored it.
    """
    shipped = await work.workflow_templates.shipped(asked.template)
    if shipped is None:
        raise NotFoundError(
            "There is no such template of the platform as yet; start a worker, which stores it.",
            field="template",
        )
    return await start(work, act, vocabulary, replace(asked, version=shipped.version))


async def _template(work: AdvancingWork, asked: WorkflowRequest) -> WorkflowTemplate:
    template = await work.workflow_templates.find(asked.template, asked.version)
    if template is None:
        raise NotFoundError("There is no such template; `workflowTemplates` lists them.", field="template")
    return template


def _about(inputs: Mapping[str, Any]) -> UserId | None:
    return next(iter(hidden_users.users_in(inputs.get(_WHOM))), None)


async def _check_users(work: WorkflowsWork, template: WorkflowTemplate, given: Mapping[str, Any]) -> None:
    """Raise, all at once, NotFoundErrors that name the inputs which name users that there are not."""
    known_names = {declared.name for declared in template.inputs}
    named = {
        name: users
        for name, value in given.items()
        if name in known_names and (users := hidden_users.users_in(value))
    }
    found = await work.users.by_ids([each for users in named.values() for each in users]) if named else []
    known = {user.id for user in found if user is not None}
    with all_at_once() as each:
        for name, users in named.items():
            with each:
                if not known.issuperset(users):
                    raise NotFoundError(
                        f"inputs.{name} names no such user; name ids of accounts that exist.",
                        field=f"inputs.{name}",
                    )


async def _begin(
    work: AdvancingWork,
    act: Act,
    vocabulary: Vocabulary,
    template: WorkflowTemplate,
    asked: WorkflowRequest,
    workflow_id: WorkflowId,
) -> Workflow:
    workflow = Workflow(
        id=workflow_id,
        template=template.name,
        version=template.version,
        state=WorkflowState.RUNNING,
        inputs=dict(asked.inputs),
        progress=0,
        started_at=act.now,
        finished_at=None,
        user_id=asked.user_id,
    )
    steps = [_waiting(workflow, step, place) for place, step in enumerate(template.steps)]
    await work.workflows.add(workflow, steps)
    return await advances.advance(work, act, vocabulary, workflow, steps, template)


def _waiting(workflow: Workflow, step: StepTemplate, place: int) -> WorkflowStep:
    return WorkflowStep(
        workflow_id=workflow.id,
        key=step.key,
        place=place,
        kind=step.kind,
        state=WorkflowStepState.WAITING,
        waits_for=step.after,
        wait_for=step.wait_for,
        attempts=0,
        jobs=0,
        jobs_ended=0,
        output=None,
        error=None,
        started_at=None,
        finished_at=None,
    )


def _checked(template: WorkflowTemplate, vocabulary: Vocabulary, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs if they fit the template and its steps; raises, all at once, refusals that name them."""
    job_arguments.check_size(given, field="inputs")
    known = {each.name for each in template.inputs}
    with all_at_once() as each:
        with each:
            if given.keys() - known:
                names = ", ".join(sorted(known)) or "none"
                raise InvalidInputError(
                    f"inputs has a name that {template.name} does not know; it knows: {names}.",
                    field="inputs",
                )
        fitting = {name: value for name, value in given.items() if name in known}
        for declared in template.inputs:
            with each:
                fitting.pop(declared.name, None)
                _check(declared, given.get(declared.name), template)
                if declared.name in given:
                    fitting[declared.name] = given[declared.name]
        with each:
            input_checks.check(
                template, vocabulary, fitting, but={refusal.field for refusal in each.refusals}
            )
    return dict(given)


def _check(declared: WorkflowInput, value: Any, template: WorkflowTemplate) -> None:
    field = f"inputs.{declared.name}"
    kinds, wanted = _KINDS[declared.type]
    if value is None:
        if declared.required:
            raise InvalidInputError(
                f"{template.name} needs the input {declared.name}; add it to `inputs`.", field=field
            )
    elif not _fits(value, kinds, is_list=declared.type in _LISTS):
        raise InvalidInputError(f"{field} must be {wanted}.", field=field)


def _fits(value: Any, kinds: set[type], *, is_list: bool) -> bool:
    if is_list:
        return isinstance(value, list) and all(type(each) in kinds for each in value)
    return type(value) in kinds


async def _stored(work: WorkflowsWork, workflow_id: WorkflowId) -> Workflow:
    (workflow,) = await work.workflows.by_ids([workflow_id], viewer_id=None, sees_all=True)
    if workflow is None:
        raise InvalidInputError(
            "The workflow of this key was removed; make a new key.", field="idempotencyKey"
        )
    return workflow
