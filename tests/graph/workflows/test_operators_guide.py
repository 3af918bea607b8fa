"""The operators' guide to workflows: every query and mutation in it is executed, in its order."""

import re
from pathlib import Path
from typing import Any

from domain import workflow_table
from domain.ids import WorkflowId
from domain.unit_of_work import Meter
from domain.workflows import template_saves
from tests.support.jobs import an_operator
from tests.support.schema_client import Asker
from tests.support.workflows import end_job

GUIDE = Path(__file__).parents[3] / "docs/operators/workflows.md"
DOCUMENT = re.compile(r"^```graphql\n(.*?)^```$", re.MULTILINE | re.DOTALL)


async def test_every_document_of_the_guide_does_what_it_says(ask: Asker) -> None:
    viewer = await an_operator(ask)
    async with ask.postgres.open_work(Meter()) as work:
        await template_saves.ship(work, workflow_table.SHIPPED)
    documents = DOCUMENT.findall(GUIDE.read_text("utf-8"))
    workflow_id = WorkflowId("")
    states: list[tuple[str, Any]] = []
    for document in documents:
        if "retryWorkflowStep" in document:
            await end_job(ask, workflow_id, "leaderboards", fails=True)
        if "skipWorkflowStep" in document:
            await end_job(ask, workflow_id, "leaderboards", fails=True)
        data = await ask.data(document, viewer, **({"id": workflow_id} if "$id" in document else {}))
        for field, found in data.items():
            if "userErrors" in found:
                assert found["userErrors"] == [], document
                states.append((field, (found.get("workflow") or found["template"]).get("state")))
            if field == "startWorkflow":
                workflow_id = found["workflow"]["id"]
            if field == "workflows":
                assert found["nodes"][0]["id"] == workflow_id

    assert states == [
        ("startWorkflow", "RUNNING"),
        ("retryWorkflowStep", "RUNNING"),
        ("skipWorkflowStep", "RUNNING"),
        ("pauseWorkflow", "PAUSED"),
        ("resumeWorkflow", "RUNNING"),
        ("cancelWorkflow", "CANCELLED"),
        ("saveWorkflowTemplate", None),
    ]
