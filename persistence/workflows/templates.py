"""Templates of workflows in Postgres: their inputs and steps are JSON, which is built into entities here."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Integer, Text, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

from domain.workflows.templates import (
    StepTemplate,
    WaitFor,
    WorkflowInput,
    WorkflowInputType,
    WorkflowTemplate,
)
from persistence.database import SqlConnection
from persistence.row_mapping import maker
from persistence.statements import ID, MOMENT, Statement, columns_for
from persistence.tables.workflows.workflows import workflow_templates

_columns = columns_for(WorkflowTemplate, workflow_templates)
_NAMES = ", ".join(column.name for column in _columns)


def _inputs(stored: list[dict[str, Any]]) -> list[WorkflowInput]:
    return [WorkflowInput(**each | {"type": WorkflowInputType(each["type"])}) for each in stored]


def _steps(stored: list[dict[str, Any]]) -> list[StepTemplate]:
    return [StepTemplate(**each | {"wait_for": WaitFor(each["wait_for"])}) for each in stored]


_template = maker(WorkflowTemplate, inputs=_inputs, steps=_steps)
_GIVEN = (
    bindparam("name", type_=ID),
    bindparam("description", type_=Text),
    bindparam("inputs", type_=JSONB),
    bindparam("steps", type_=JSONB),
    bindparam("saved_at", type_=MOMENT),
)
_NEXT = """
    INSERT INTO workflow_templates (name, version, description, inputs, steps, is_shipped, saved_at)
    SELECT :name, 1 + coalesce((SELECT max(version) FROM workflow_templates WHERE name = :name), 0),
        :description, :inputs, :steps"""
_LOCK = Statement(
    text("SELECT pg_advisory_xact_lock(hashtextextended('workflow_templates.' || :name, 0))").bindparams(
        bindparam("name", type_=ID)
    )
)
_ADD = Statement(text(f"{_NEXT}, false, :saved_at RETURNING {_NAMES}").bindparams(*_GIVEN), _template)
_SHIP = Statement(
    text(f"""{_NEXT}, true, :saved_at
    WHERE NOT EXISTS (
        SELECT FROM (
            SELECT description, inputs, steps FROM workflow_templates
            WHERE name = :name AND is_shipped ORDER BY version DESC LIMIT 1
        ) last WHERE last.description = :description AND last.inputs = :inputs AND last.steps = :steps
    )""").bindparams(*_GIVEN)  # noqa: S608 - names of columns
)
_FIND = Statement(
    select(*_columns)
    .where(workflow_templates.c.name == bindparam("name"))
    .where(workflow_templates.c.version == bindparam("version")),
    _template,
)
_FIND_NEWEST = Statement(
    select(*_columns)
    .where(workflow_templates.c.name == bindparam("name"))
    .order_by(workflow_templates.c.version.desc())
    .limit(1),
    _template,
)
_FIND_SHIPPED = Statement(
    select(*_columns)
    .where(workflow_templates.c.name == bindparam("name"), workflow_templates.c.is_shipped)
    .order_by(workflow_templates.c.version.desc())
    .limit(1),
    _template,
)
_NEWEST = Statement(
    select(*_columns)
    .ext(distinct_on(workflow_templates.c.name))
    .order_by(workflow_templates.c.name, workflow_templates.c.version.desc())
    .limit(bindparam("most", type_=Integer)),
    _template,
)


class SqlWorkflowTemplates:
    """Templates in the table `workflow_templates`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, template: WorkflowTemplate) -> WorkflowTemplate:
        """Store the template as the next version of its name, and return that."""
        await self._connection.value(_LOCK, name=template.name)
        added = await self._connection.first(_ADD, **_values(template))
        assert added is not None  # noqa: S101 - RETURNING
        return added

    async def ship(self, template: WorkflowTemplate) -> bool:
        """Store the template as the next version, unless it is what was shipped last; tells whether it was stored."""
        await self._connection.value(_LOCK, name=template.name)
        return await self._connection.run(_SHIP, **_values(template)) > 0

    async def find(self, name: str, version: int | None) -> WorkflowTemplate | None:
        """Return this version of a template, or its newest."""
        if version is None:
            return await self._connection.first(_FIND_NEWEST, name=name)
        return await self._connection.first(_FIND, name=name, version=version)

    async def shipped(self, name: str) -> WorkflowTemplate | None:
        """Return the newest version that came with the platform."""
        return await self._connection.first(_FIND_SHIPPED, name=name)

    async def newest(self, *, limit: int) -> list[WorkflowTemplate]:
        """Return the newest version of each template, by name."""
        return await self._connection.all(_NEWEST, most=limit)


def _values(template: WorkflowTemplate) -> dict[str, Any]:
    inputs = [_dict(each) | {"type": each.type.value} for each in template.inputs]
    steps = [_dict(each) | {"wait_for": each.wait_for.value} for each in template.steps]
    return {
        "name": template.name,
        "description": template.description,
        "inputs": inputs,
        "steps": steps,
        "saved_at": template.saved_at,
    }


def _dict(value: WorkflowInput | StepTemplate) -> dict[str, Any]:
    values: dict[str, Any] = asdict(value)
    return values
