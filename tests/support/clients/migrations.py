"""Migrations of enrolments through the schema in tests."""

from typing import Any

from domain.accounts.users import Viewer
from tests.support.clients.roadmaps import PUBLISH
from tests.support.schema_client import Asker

ERRORS = "userErrors { __typename ... on UserError { code field message } }"
ENROLMENT = """query ($id: ID!) { roadmap(by: {id: $id}) { enrolment {
  id completedAt progress { percent } pinnedVersion { id number nodes { id key lineageId viewerState } }
  migrationPreview { version { id number } kept { key } new { key } removed { key } newlyLocked { key }
    progress { percent } } } } }"""
MIGRATE = f"""mutation ($input: MigrateEnrolmentInput!) {{ migrateEnrolment(input: $input) {{
  enrolment {{ id pinnedVersion {{ number }} }} {ERRORS} }} }}"""
UNENROL = f"""mutation ($id: ID!) {{ unenrol(input: {{enrolmentId: $id}}) {{
  roadmap {{ id enrolment {{ id }} }} {ERRORS} }} }}"""


async def enrolment_of(ask: Asker, viewer: Viewer, roadmap_id: str) -> Any:
    """Return the viewer's enrolment in a roadmap."""
    roadmap = (await ask.data(ENROLMENT, viewer, id=roadmap_id))["roadmap"]
    return roadmap and roadmap["enrolment"]


async def migrate(ask: Asker, viewer: Viewer, enrolment_id: str, version_id: str) -> dict[str, Any]:
    given = {"enrolmentId": enrolment_id, "versionId": version_id}
    payload: dict[str, Any] = (await ask.data(MIGRATE, viewer, input=given))["migrateEnrolment"]
    return payload


async def unenrol(ask: Asker, viewer: Viewer, enrolment_id: str) -> dict[str, Any]:
    payload: dict[str, Any] = (await ask.data(UNENROL, viewer, id=enrolment_id))["unenrol"]
    return payload


async def publish(ask: Asker, author: Viewer, roadmap_id: str) -> None:
    payload = (await ask.data(PUBLISH, author, id=roadmap_id))["publishRoadmap"]
    assert payload["userErrors"] == []
