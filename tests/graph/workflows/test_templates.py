"""Templates through the schema: saved by operators as versions, refused with findings that name the step."""

from dataclasses import replace
from typing import Any

import pytest

from domain import workflow_table
from domain.accounts.users import Role
from domain.unit_of_work import Meter
from domain.workflows import template_saves
from domain.workflows.templates import WorkflowTemplate
from tests.support.accounts import accepted
from tests.support.jobs import an_operator
from tests.support.schema_client import Asker

TEMPLATES = """{ workflowTemplates { name version description isShipped savedAt inputs { name type required }
    steps { key kind arguments after waitFor condition forEach } } }"""
SAVE = """mutation ($input: SaveWorkflowTemplateInput!) { saveWorkflowTemplate(input: $input) {
    template { name version }
    userErrors { __typename ... on UserError { field } ... on TemplateRefused { findings { step field message } } } } }"""
SAVE_NAME = """mutation ($input: SaveWorkflowTemplateInput!) { saveWorkflowTemplate(input: $input) {
    template { name version } userErrors { ... on UserError { code message field } } } }"""
GIVEN: dict[str, Any] = {
    "name": "tidy_up",
    "description": "Removes and rebuilds.",
    "inputs": [{"name": "weeks", "type": "INTEGER", "required": True}],
    "steps": [
        {"key": "remove", "kind": "remove_expired"},
        {
            "key": "boards",
            "kind": "rebuild_leaderboards",
            "arguments": {"weeks": {"from": "inputs.weeks"}},
            "after": ["remove"],
            "waitFor": "ANY",
            "condition": "inputs.weeks > 1",
        },
    ],
}


async def test_an_operator_saves_versions_of_a_template(ask: Asker) -> None:
    viewer = await an_operator(ask)

    first = await ask.data(SAVE, viewer, input=GIVEN)
    second = await ask.data(SAVE, viewer, input=GIVEN | {"description": "Better."})
    (stored,) = (await ask.data(TEMPLATES, viewer))["workflowTemplates"]
    old = await accepted(
        ask,
        viewer,
        "startWorkflow",
        "workflow { version steps { key state } }",
        template="tidy_up",
        version=1,
        inputs={"weeks": 2},
        idempotencyKey="one",
    )
    log = "{ auditLog { nodes { action target difference { value } } } }"
    entries = (await ask.data(log, await an_operator(ask, Role.ADMIN)))["auditLog"]["nodes"]

    assert first["saveWorkflowTemplate"]["template"] == {"name": "tidy_up", "version": 1}
    assert second["saveWorkflowTemplate"]["template"]["version"] == stored["version"] == 2
    assert (stored["description"], stored["isShipped"]) == ("Better.", False)
    assert stored["inputs"] == GIVEN["inputs"]
    assert stored["steps"][0] == {
        "key": "remove",
        "kind": "remove_expired",
        "arguments": {},
        "after": [],
        "waitFor": "ALL",
        "condition": None,
        "forEach": None,
    }
    assert stored["steps"][1] == GIVEN["steps"][1] | {"forEach": None}
    assert old["workflow"]["version"] == 1
    assert {
        "action": "WORKFLOW_TEMPLATE_SAVED",
        "target": "tidy_up",
        "difference": [{"value": "2"}],
    } in entries


async def test_a_template_that_cannot_run_is_refused_with_its_steps_and_not_stored(ask: Asker) -> None:
    viewer = await an_operator(ask)
    steps = [
        {"key": "a", "kind": "make_coffee", "after": ["b"]},
        {"key": "b", "kind": "remove_expired", "after": ["a"], "condition": "inputs.weeks >"},
    ]

    refused = (await ask.data(SAVE, viewer, input=GIVEN | {"steps": steps}))["saveWorkflowTemplate"]
    (error,) = refused["userErrors"]

    assert (error["__typename"], error["field"], refused["template"]) == ("TemplateRefused", "steps", None)
    assert [(each["step"], each["field"]) for each in error["findings"]] == [
        ("a", "after"),
        ("b", "after"),
        ("a", "kind"),
        ("b", "condition"),
    ]
    assert (await ask.data(TEMPLATES, viewer))["workflowTemplates"] == []


async def test_shipping_again_stores_nothing_and_a_changed_template_is_a_new_version(ask: Asker) -> None:
    viewer = await an_operator(ask)
    template = workflow_table.RECOMPUTE_PROJECTIONS
    async with ask.postgres.open_work(Meter()) as work:
        first = await template_saves.ship(work, [template])
        again = await template_saves.ship(work, [template])
        saved = await work.workflow_templates.add(template)
        after_a_save = await template_saves.ship(work, [template])
        changed = await template_saves.ship(work, [replace(template, description="Changed.")])

    assert (first, again, after_a_save, changed) == ([template.name], [], [], [template.name])
    assert saved.version == 2
    (newest,) = (await ask.data(TEMPLATES, viewer))["workflowTemplates"]
    assert (newest["version"], newest["description"], newest["isShipped"]) == (3, "Changed.", True)


def _given(template: WorkflowTemplate) -> dict[str, Any]:
    """Return a template of the platform as a client sends it."""
    return {
        "name": template.name,
        "description": "As shipped.",
        "inputs": [
            {"name": each.name, "type": each.type.value, "required": each.required}
            for each in template.inputs
        ],
        "steps": [
            {
                "key": each.key,
                "kind": each.kind,
                "arguments": each.arguments,
                "after": each.after,
                "waitFor": each.wait_for.value,
                "condition": each.condition,
                "forEach": each.for_each,
            }
            for each in template.steps
        ],
    }


@pytest.mark.parametrize("ours", workflow_table.SHIPPED, ids=lambda each: each.name)
async def test_an_operator_saves_no_version_of_a_template_of_the_platform(
    ask: Asker, ours: WorkflowTemplate
) -> None:
    operator = await an_operator(ask)
    async with ask.postgres.open_work(Meter()) as work:
        await template_saves.ship(work, [ours])

    refused = (await ask.data(SAVE_NAME, operator, input=GIVEN | {"name": ours.name}))["saveWorkflowTemplate"]
    (stored,) = (await ask.data(TEMPLATES, operator))["workflowTemplates"]

    (error,) = refused["userErrors"]
    assert (error["code"], error["field"]) == ("FORBIDDEN", "name")
    assert error["message"].endswith("choose another name.")
    assert (stored["version"], stored["isShipped"]) == (1, True)


@pytest.mark.parametrize("ours", workflow_table.SHIPPED, ids=lambda each: each.name)
async def test_an_admin_saves_the_shipped_steps_again_and_the_platform_keeps_to_its_own(
    ask: Asker, ours: WorkflowTemplate
) -> None:
    admin = await an_operator(ask, Role.ADMIN)
    async with ask.postgres.open_work(Meter()) as work:
        await template_saves.ship(work, [ours])

    saved = (await ask.data(SAVE_NAME, admin, input=_given(ours)))["saveWorkflowTemplate"]

    assert saved == {"template": {"name": ours.name, "version": 2}, "userErrors": []}
    async with ask.postgres.open_work(Meter()) as work:
        shipped = await work.workflow_templates.shipped(ours.name)
    assert shipped is not None
    assert shipped.version == 1


async def test_the_kinds_of_a_shipped_template_are_for_its_name_only(ask: Asker) -> None:
    admin = await an_operator(ask, Role.ADMIN)

    given = _given(workflow_table.ACCOUNT_ERASURE) | {"name": "erase_more"}
    refused = (await ask.data(SAVE, admin, input=given))["saveWorkflowTemplate"]

    (error,) = refused["userErrors"]
    assert {each["field"] for each in error["findings"]} == {"kind"}
