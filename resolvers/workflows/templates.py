"""Resolvers of workflow templates."""

from collections.abc import Sequence
from typing import Any, Protocol

from domain import workflow_table
from domain.accounts import roles
from domain.workflows import template_saves
from domain.workflows.step_arguments import STARTER
from domain.workflows.templates import (
    StepTemplate,
    WaitFor,
    WorkflowInput,
    WorkflowInputType,
    WorkflowTemplate,
)
from resolvers.context import Context


class GivenInput(Protocol):
    """An input of a template, as a client sends it."""

    name: str
    type: WorkflowInputType
    required: bool


class GivenStep(Protocol):
    """A step of a template, as a client sends it."""

    key: str
    kind: str
    arguments: dict[str, Any] | None
    after: list[str] | None
    wait_for: WaitFor
    condition: str | None
    for_each: str | None


async def workflow_templates(context: Context) -> list[WorkflowTemplate]:
    """Return the newest version of each template for an operator, by name."""
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=STARTER, now=context.now())
        return await reads.workflow_templates.newest(limit=template_saves.MOST_TEMPLATES)


async def save_workflow_template(
    context: Context,
    *,
    name: str,
    description: str,
    steps: Sequence[GivenStep],
    inputs: Sequence[GivenInput] | None = None,
) -> WorkflowTemplate:
    """Store the next version of a template."""
    template = WorkflowTemplate(
        name=name,
        version=0,
        description=description,
        inputs=[
            WorkflowInput(name=each.name, type=each.type, required=each.required) for each in inputs or []
        ],
        steps=[_step(each) for each in steps],
        is_shipped=False,
        saved_at=context.now(),
    )
    vocabulary = workflow_table.vocabulary(context.ports.conditions)
    async with context.open_work() as work:
        return await template_saves.save(work, context.act(), vocabulary, template)


def _step(given: GivenStep) -> StepTemplate:
    return StepTemplate(
        key=given.key,
        kind=given.kind,
        arguments=given.arguments or {},
        after=given.after or [],
        wait_for=given.wait_for,
        condition=given.condition,
        for_each=given.for_each,
    )
