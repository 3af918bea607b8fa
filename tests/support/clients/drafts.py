"""Drafts through the schema in tests: creating, editing and reading them."""

from typing import Any

from domain.accounts.users import Viewer
from tests.builders import mint
from tests.support.schema_client import Asker

ERRORS = "userErrors { __typename ... on UserError { code field message } }"
CREATE = f"""mutation ($input: CreateRoadmapInput!) {{
  createRoadmap(input: $input) {{ roadmap {{ id slug title }} version {{ id number state revision }} {ERRORS} }} }}"""
START_DRAFT = f"""mutation ($id: ID!) {{ startRoadmapDraft(input: {{roadmapId: $id}}) {{
  roadmap {{ id }} version {{ id number state revision }} {ERRORS} }} }}"""
EDIT = """mutation ($input: EditRoadmapDraftInput!) { editRoadmapDraft(input: $input) {
  version { id revision title validation { kind key message } } undo
  userErrors { __typename ... on UserError { code field message }
    ... on DraftConflict { version { id revision nodes { key } } } } } }"""
CONTENT = """query ($id: ID!) { node(id: $id) { ... on RoadmapVersion {
  number state title description visibility
  edges { from to }
  nodes { id lineageId key title description kind weight optional difficulty minutes completion quizSlug evidenceRule
    resources { title url } prerequisites { id mode k nodes { id key } } } } } }"""


async def create_roadmap(ask: Asker, author: Viewer, slug: str = "sailing", **values: Any) -> dict[str, Any]:
    """Create a roadmap; return its payload."""
    given = {"slug": slug, "title": slug.title(), "idempotencyKey": mint("key")} | values
    payload: dict[str, Any] = (await ask.data(CREATE, author, input=given))["createRoadmap"]
    return payload


async def edit_draft(
    ask: Asker, author: Viewer, version: dict[str, Any], *operations: dict[str, Any]
) -> dict[str, Any]:
    """Edit a draft at the revision that it had; return the payload."""
    given = {"versionId": version["id"], "revision": version["revision"], "operations": list(operations)}
    payload: dict[str, Any] = (await ask.data(EDIT, author, input=given))["editRoadmapDraft"]
    return payload


async def edited(
    ask: Asker, author: Viewer, version: dict[str, Any], *operations: dict[str, Any]
) -> dict[str, Any]:
    """Edit a draft, which is not refused; return it."""
    payload = await edit_draft(ask, author, version, *operations)
    assert payload["userErrors"] == []
    found: dict[str, Any] = payload["version"]
    return found


async def start_draft(ask: Asker, author: Viewer, roadmap_id: str) -> dict[str, Any]:
    """Begin a draft and return it."""
    payload: dict[str, Any] = (await ask.data(START_DRAFT, author, id=roadmap_id))["startRoadmapDraft"]
    assert payload["userErrors"] == []
    version: dict[str, Any] = payload["version"]
    return version


async def content_of(ask: Asker, viewer: Viewer, version_id: str) -> dict[str, Any]:
    """Return everything that a version holds."""
    found: dict[str, Any] = (await ask.data(CONTENT, viewer, id=version_id))["node"]
    return found


def add(key: str, *needed: str, **values: Any) -> dict[str, Any]:
    """An operation that adds a node which needs all of the nodes named."""
    groups = [{"mode": "ALL", "nodes": list(needed)}] if needed else []
    return {"addNode": {"key": key, "title": key.title(), "prerequisites": groups} | values}


def keys_in(version: dict[str, Any]) -> list[str]:
    """The keys of the nodes of a version, in order."""
    return [node["key"] for node in version["nodes"]]
