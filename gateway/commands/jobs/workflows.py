"""Commands `workflows list`, `show`, `start`, `pause`, `resume`, `cancel`, `retry` and `skip`."""

import argparse
import json
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from domain import workflow_table
from domain.acts import Act, by_platform
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import WorkflowId
from domain.paging import LARGEST_PAGE, window
from domain.unit_of_work import Meter
from domain.work import Work
from domain.workflows import workflow_administration, workflow_starts
from domain.workflows.workflow_starts import WorkflowRequest
from domain.workflows.workflows import Workflow, WorkflowFilter, WorkflowState, WorkflowStep
from gateway import secrets_and_ids
from gateway.commands import stores
from gateway.commands.tables import print_rows
from gateway.settings.environment import Settings
from gateway.workflows.conditions import SafeConditions

VOCABULARY = workflow_table.vocabulary(SafeConditions())


async def list_workflows(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print the newest workflows that pass the filter, at most 100."""
    asked = WorkflowFilter(state=_state(arguments.state), template=arguments.template)
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        page = await reads.workflows.page(asked, window(first=LARGEST_PAGE))
    rows = [_row(workflow) for workflow in page.nodes]
    print_rows(rows, as_json=arguments.json, empty="There are no such workflows.")
    return 0


async def show(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print a workflow with its steps."""
    workflow_id = WorkflowId(arguments.workflow)
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        (workflow,) = await reads.workflows.by_ids([workflow_id], viewer_id=None, sees_all=True)
        (steps,) = await reads.workflows.steps_of([workflow_id])
    if workflow is None:
        raise NotFoundError("There is no such workflow.")
    rows = [_step(step) for step in steps]
    if arguments.json:
        facts = _row(workflow) | {"inputs": workflow.inputs, "steps": rows}
        print(orjson.dumps(facts, option=orjson.OPT_UTC_Z).decode())
        return 0
    print_rows([_row(workflow) | {"inputs": workflow.inputs}], as_json=False, empty="")
    print()
    print_rows(rows, as_json=False, empty="")
    return 0


async def start(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Start a workflow of a template with inputs in JSON."""
    asked = WorkflowRequest(
        template=arguments.template, version=arguments.version, inputs=_inputs(arguments.inputs)
    )

    async def begin(work: Work, act: Act) -> Workflow:
        return await workflow_starts.start_by_command(work, act, VOCABULARY, asked)

    return await _changed(url, arguments, begin)


async def pause(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Let no step of a workflow begin."""

    async def change(work: Work, act: Act) -> Workflow:
        return await workflow_administration.pause(work, act, WorkflowId(arguments.workflow))

    return await _changed(url, arguments, change)


async def resume(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Begin the steps of a paused workflow that are due."""

    async def change(work: Work, act: Act) -> Workflow:
        return await workflow_administration.resume(work, act, VOCABULARY, WorkflowId(arguments.workflow))

    return await _changed(url, arguments, change)


async def cancel(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """End a workflow and its jobs."""

    async def change(work: Work, act: Act) -> Workflow:
        return await workflow_administration.cancel(work, act, WorkflowId(arguments.workflow))

    return await _changed(url, arguments, change)


async def retry(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Begin again from a step that has ended."""

    async def change(work: Work, act: Act) -> Workflow:
        workflow_id = WorkflowId(arguments.workflow)
        return await workflow_administration.retry(work, act, VOCABULARY, workflow_id, step=arguments.step)

    return await _changed(url, arguments, change)


async def skip(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Pass over a step that waits or has failed."""

    async def change(work: Work, act: Act) -> Workflow:
        workflow_id = WorkflowId(arguments.workflow)
        return await workflow_administration.skip(work, act, VOCABULARY, workflow_id, step=arguments.step)

    return await _changed(url, arguments, change)


async def _changed(
    url: str, arguments: argparse.Namespace, change: Callable[[Work, Act], Awaitable[Workflow]]
) -> int:
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        workflow = await change(work, act)
    print_rows([_row(workflow)], as_json=arguments.json, empty="")
    return 0


def _state(name: str | None) -> WorkflowState | None:
    if name is not None and name not in WorkflowState.__members__:
        names = ", ".join(WorkflowState.__members__)
        raise InvalidInputError(f"--state must be one of {names}.", field="state")
    return None if name is None else WorkflowState[name]


def _inputs(text: str) -> dict[str, Any]:
    try:
        inputs = json.loads(text)
    except ValueError:
        inputs = None
    if not isinstance(inputs, dict):
        raise InvalidInputError('inputs must be a JSON object, like {"weeks": 2}.', field="inputs")
    return inputs


def _row(workflow: Workflow) -> dict[str, Any]:
    return {
        "workflow": workflow.id,
        "template": workflow.template,
        "version": workflow.version,
        "state": workflow.state.value,
        "progress": workflow.progress,
        "started": workflow.started_at,
        "finished": workflow.finished_at,
    }


def _step(step: WorkflowStep) -> dict[str, Any]:
    return {
        "step": step.key,
        "kind": step.kind,
        "state": step.state.value,
        "after": " ".join(step.waits_for),
        "attempts": step.attempts,
        "jobs": f"{step.jobs_ended} of {step.jobs}",
        "output": step.output,
        "error": step.error,
    }
