"""Workflow scenes: templates and workflows after which every field of theirs has something to show."""

from collections.abc import Sequence
from typing import Any

from domain import workflow_table
from domain.accounts.users import Role
from domain.unit_of_work import Meter
from domain.workflows import template_saves
from tests.support.accounts import accepted, mutate
from tests.support.jobs import an_operator
from tests.support.list_fields import ListPaths
from tests.support.schema_client import Asker
from tests.support.seen_fields import WatchingAsker, everything
from tests.support.workflows import a_workflow_in_each_state, end_job


async def workflows_of_every_kind(ask: WatchingAsker) -> None:
    """Bring a workflow into each state, retry and skip steps, and save templates that can run and that cannot."""
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.ADMIN])
    async with ask.postgres.open_work(Meter()) as work:
        await template_saves.ship(work, workflow_table.SHIPPED)
    found = await a_workflow_in_each_state(ask, viewer)
    every = {"key": "every", "kind": "remove_expired", "forEach": "inputs.names", "after": ["first"]}
    steps = [{"key": "first", "kind": "settle_xp"}, every | {"waitFor": "ANY"}]
    template = {"name": "each", "description": "For each.", "steps": steps}
    names = [{"name": "names", "type": "STRINGS", "required": True}]
    everything_of = everything("WorkflowTemplate", 2, ListPaths({}))
    await accepted(ask, viewer, "saveWorkflowTemplate", f"template {everything_of}", **template, inputs=names)
    findings = "userErrors { ... on TemplateRefused { code field message findings { step field message } } }"
    text = f"mutation ($input: SaveWorkflowTemplateInput!) {{ saveWorkflowTemplate(input: $input) {{ {findings} }} }}"
    await ask.data(text, viewer, input=template)
    workflow = f"workflow {everything('Workflow', 2, ListPaths({}))}"
    await mutate(ask, viewer, "skipWorkflowStep", id=found["SUCCEEDED"], step="clean")
    await mutate(ask, viewer, "retryWorkflowStep", id=found["RUNNING"], step="settle")
    await mutate(ask, viewer, "pauseWorkflow", id=found["CANCELLED"])
    await accepted(ask, viewer, "retryWorkflowStep", workflow, id=found["FAILED"], step="clean")
    await end_job(ask, found["FAILED"], "clean", fails=True)
    for field, kind in (
        ("workflows", "WorkflowConnection"),
        ("workflowTemplates", "WorkflowTemplate"),
        ("jobs", "JobConnection"),
    ):
        await ask.data(f"{{ {field} {everything(kind, 3, ListPaths({}))} }}", viewer)
    await accepted(ask, viewer, "skipWorkflowStep", workflow, id=found["FAILED"], step="clean")
    given = {"template": "each", "inputs": {"names": []}, "idempotencyKey": "k"}
    await accepted(ask, viewer, "startWorkflow", workflow, **given)
    for verb in ("resumeWorkflow", "pauseWorkflow", "cancelWorkflow"):
        await accepted(ask, viewer, verb, workflow, id=found["PAUSED"])


async def of_workflow_state(ask: Asker, values: Sequence[str]) -> list[Any]:
    viewer = await an_operator(ask)
    workflows = await a_workflow_in_each_state(ask, viewer)
    text = "query ($s: WorkflowState) { workflows(state: $s) { nodes { id } } }"
    found = [(await ask.data(text, viewer, s=value))["workflows"]["nodes"] for value in values]
    assert found == [[{"id": workflows[value]}] for value in values]
    return found


async def of_own_workflow_state(ask: Asker, values: Sequence[str]) -> list[Any]:
    viewer = await an_operator(ask)
    workflows = await a_workflow_in_each_state(ask, viewer)
    text = "query ($s: WorkflowState) { viewer { workflows(state: $s) { nodes { id } } } }"
    found = [(await ask.data(text, viewer, s=value))["viewer"]["workflows"]["nodes"] for value in values]
    assert found == [[{"id": workflows[value]}] for value in values]
    return found


async def of_input_type(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Start workflows whose one input has each type with values of all types."""
    viewer = await an_operator(ask)
    given = ["text", 1, 1.5, True, ["text"], [1]]
    found = []
    for value in values:
        template = {"name": f"of_{value.lower()}", "description": "It has an input."}
        inputs, steps = [{"name": "x", "type": value}], [{"key": "a", "kind": "settle_xp"}]
        await accepted(ask, viewer, "saveWorkflowTemplate", **template, inputs=inputs, steps=steps)
        start = {"template": template["name"]}
        answers = [
            await mutate(
                ask, viewer, "startWorkflow", **start, inputs={"x": each}, idempotencyKey=f"{value}{n}"
            )
            for n, each in enumerate(given)
        ]
        found.append([answer["userErrors"] == [] for answer in answers])
    return found


async def of_wait_for(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Return what a step after two has become when one of these has ended."""
    viewer = await an_operator(ask)
    found = []
    for value in values:
        steps = [{"key": key, "kind": "settle_xp"} for key in ("a", "b")]
        steps.append({"key": "c", "kind": "settle_xp", "after": ["a", "b"], "waitFor": value})  # type: ignore[dict-item]
        template = {"name": f"of_{value.lower()}", "description": "It waits."}
        await accepted(ask, viewer, "saveWorkflowTemplate", **template, steps=steps)
        given = {"template": template["name"], "idempotencyKey": value}
        made = (await accepted(ask, viewer, "startWorkflow", "workflow { id }", **given))["workflow"]
        await end_job(ask, made["id"], "a")
        text = "{ workflows(first: 1) { nodes { steps { state } } } }"
        found.append(await ask.data(text, viewer))
    return found
