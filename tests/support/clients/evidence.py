"""Evidence through the schema in tests: submitting and reviewing it."""

from typing import Any

from domain.accounts.users import Viewer
from tests.support.clients.migrations import enrolment_of
from tests.support.schema_client import Asker

ERRORS = "userErrors { __typename ... on UserError { code field message } }"
SUBMIT = f"""mutation ($input: SubmitEvidenceInput!) {{ submitEvidence(input: $input) {{
  evidence {{ id text url state comment }} node {{ id key viewerState myEvidence {{ id state }} }}
  nodeChanges {{ completed {{ key }} unlocked {{ key }} }} enrolment {{ progress {{ percent }} }} {ERRORS} }} }}"""
REVIEW = f"""mutation ($input: ReviewEvidenceInput!) {{ reviewEvidence(input: $input) {{
  evidence {{ id state comment reviewer {{ handle }} reviewedAt }} {ERRORS} }} }}"""
WAITING = """query ($id: ID!) { roadmap(by: {id: $id}) { evidenceToReview { nodes {
  id text url learner { handle } node { key } } } } }"""


async def submit(ask: Asker, viewer: Viewer, roadmap_id: str, key: str, **values: Any) -> dict[str, Any]:
    """Submit evidence for the node with this key; return the payload."""
    enrolment = await enrolment_of(ask, viewer, roadmap_id)
    node_id = next(node["id"] for node in enrolment["pinnedVersion"]["nodes"] if node["key"] == key)
    given = {"enrolmentId": enrolment["id"], "nodeId": node_id} | (values or {"text": "I did it."})
    payload: dict[str, Any] = (await ask.data(SUBMIT, viewer, input=given))["submitEvidence"]
    return payload


async def review(
    ask: Asker, viewer: Viewer, evidence_id: str, verdict: str = "ACCEPT", **values: Any
) -> dict[str, Any]:
    given = {"evidenceId": evidence_id, "verdict": verdict} | values
    payload: dict[str, Any] = (await ask.data(REVIEW, viewer, input=given))["reviewEvidence"]
    return payload


async def waiting(ask: Asker, viewer: Viewer | None, roadmap_id: str) -> list[dict[str, Any]]:
    """Return what waits for a review."""
    page = (await ask.data(WAITING, viewer, id=roadmap_id))["roadmap"]["evidenceToReview"]
    found: list[dict[str, Any]] = page["nodes"]
    return found
