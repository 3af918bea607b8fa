"""Synchronising nodes through the schema in tests."""

from typing import Any

from domain.accounts.users import Viewer
from tests.builders import mint
from tests.support.schema_client import Asker

SYNC = """mutation ($input: SyncBatchInput!) { syncBatch(input: $input) {
  events { eventId status occurredAt refusals { __typename ... on UserError { code field message } } }
  userErrors { __typename ... on UserError { code field } } } }"""


async def sync_nodes(ask: Asker, viewer: Viewer, *checks: tuple[str, str, str]) -> list[dict[str, Any]]:
    """Set nodes of enrolments to states, as of now, and return the answers."""
    events = [
        {
            "id": mint("event"),
            "occurredAt": ask.clock().isoformat(),
            "act": {"node": {"enrolmentId": enrolment_id, "nodeId": node_id, "state": state}},
        }
        for enrolment_id, node_id, state in checks
    ]
    payload = (await ask.data(SYNC, viewer, input={"deviceId": "phone", "events": events}))["syncBatch"]
    found: list[dict[str, Any]] = payload["events"]
    return found
