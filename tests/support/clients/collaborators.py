"""Collaborators through the schema in tests: inviting them, and their answers."""

from typing import Any

from domain.accounts.users import Viewer
from tests.support.schema_client import Asker

ERRORS = "userErrors { __typename ... on UserError { code field message } }"
INVITE = f"""mutation ($input: InviteCollaboratorInput!) {{ inviteCollaborator(input: $input) {{
  roadmap {{ id }} {ERRORS} }} }}"""
MINE = """{ viewer { collaborations { nodes { id role acceptedAt roadmapTitle roadmap { id }
  user { handle } invitedBy { handle } } } } }"""
OF_ROADMAP = """query ($id: ID!) { roadmap(by: {id: $id}) { collaborators { nodes { id role acceptedAt user { handle } } } } }"""


def _answer(mutation: str) -> str:
    title = mutation[0].upper() + mutation[1:]
    return f"""mutation ($input: {title}Input!) {{ {mutation}(input: $input) {{
      collaborator {{ id role acceptedAt roadmap {{ id }} }} {ERRORS} }} }}"""


async def invite(
    ask: Asker, author: Viewer, roadmap_id: str, role: str = "CO_AUTHOR", **invitee: str
) -> dict[str, Any]:
    given = {"roadmapId": roadmap_id, "role": role, "invitee": invitee}
    payload: dict[str, Any] = (await ask.data(INVITE, author, input=given))["inviteCollaborator"]
    return payload


async def answer(ask: Asker, viewer: Viewer, mutation: str, collaborator_id: str) -> dict[str, Any]:
    """Accept, leave or remove; return the payload."""
    given = {"collaboratorId": collaborator_id}
    payload: dict[str, Any] = (await ask.data(_answer(mutation), viewer, input=given))[mutation]
    return payload


async def mine(ask: Asker, viewer: Viewer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await ask.data(MINE, viewer))["viewer"]["collaborations"]["nodes"]
    return found


async def on(ask: Asker, viewer: Viewer | None, roadmap_id: str) -> Any:
    """Return who works on a roadmap, None where the viewer does not see it."""
    roadmap = (await ask.data(OF_ROADMAP, viewer, id=roadmap_id))["roadmap"]
    return roadmap and roadmap["collaborators"]["nodes"]


async def joined(
    ask: Asker, author: Viewer, roadmap_id: str, viewer: Viewer, handle: str, role: str
) -> dict[str, Any]:
    """Invite a user by handle, and accept."""
    assert (await invite(ask, author, roadmap_id, role, handle=handle))["userErrors"] == []
    (invitation, *_) = await mine(ask, viewer)
    payload = await answer(ask, viewer, "acceptInvitation", invitation["id"])
    assert payload["userErrors"] == []
    found: dict[str, Any] = payload["collaborator"]
    return found
