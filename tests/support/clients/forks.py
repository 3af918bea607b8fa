"""Forks through the schema in tests: forking, comparing with the origin, and pulling."""

from typing import Any

from domain.accounts.users import Viewer
from tests.builders import mint
from tests.support.clients.drafts import start_draft
from tests.support.schema_client import Asker

ERRORS = "userErrors { __typename ... on UserError { code field message } }"
CONFLICTS = """userErrors { __typename ... on UserError { code field message }
  ... on UnresolvedConflicts { conflicts { key field mine { title } theirs { title } } } }"""
FORK = f"""mutation ($input: ForkRoadmapInput!) {{ forkRoadmap(input: $input) {{
  roadmap {{ id slug visibility forkedFrom {{ id }} }} version {{ id number state revision }} {ERRORS} }} }}"""
DIFF = """query ($id: ID!) { roadmap(by: {id: $id}) { upstreamDiff {
  base { id number } upstream { id number } mine { id number }
  changes { added { key } removed { key } moved { key } changed { fields after { key } } }
  conflicts { key field base { title } mine { title } theirs { title } } } } }"""
PULL = f"""mutation ($input: PullUpstreamInput!) {{ pullUpstream(input: $input) {{
  version {{ id number revision validation {{ kind key }} }} undo {CONFLICTS} }} }}"""


async def fork(ask: Asker, viewer: Viewer, roadmap_id: str, **values: Any) -> dict[str, Any]:
    """Fork a roadmap; return the payload."""
    given = {"roadmapId": roadmap_id, "idempotencyKey": mint("key")} | values
    payload: dict[str, Any] = (await ask.data(FORK, viewer, input=given))["forkRoadmap"]
    return payload


async def upstream_diff(ask: Asker, viewer: Viewer | None, roadmap_id: str) -> Any:
    """Return how a fork stands against its origin."""
    return (await ask.data(DIFF, viewer, id=roadmap_id))["roadmap"]["upstreamDiff"]


async def pull(
    ask: Asker, viewer: Viewer, version: dict[str, Any], upstream_id: str, *choices: dict[str, Any]
) -> dict[str, Any]:
    """Pull a version of the origin into a draft; return the payload."""
    given = {
        "versionId": version["id"],
        "revision": version["revision"],
        "upstreamVersionId": upstream_id,
        "choices": list(choices),
    }
    payload: dict[str, Any] = (await ask.data(PULL, viewer, input=given))["pullUpstream"]
    return payload


async def pull_choosing(ask: Asker, viewer: Viewer, roadmap_id: str, choice: str) -> dict[str, Any] | None:
    """Pull with the same choice for each conflict; None where there is nothing to pull."""
    draft = await start_draft(ask, viewer, roadmap_id)
    diff = await upstream_diff(ask, viewer, roadmap_id)
    if diff is None:
        return None
    choices = [{"key": each["key"], "field": each["field"], "choice": choice} for each in diff["conflicts"]]
    return await pull(ask, viewer, draft, diff["upstream"]["id"], *choices)
