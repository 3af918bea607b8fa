"""Synchronising nodes through the schema in tests."""

from collections.abc import Sequence
from datetime import datetime
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


async def sync_acts(
    ask: Asker,
    viewer: Viewer,
    *acts: dict[str, Any],
    ids: Sequence[str] | None = None,
    at: datetime | None = None,
    device: str = "phone",
) -> list[tuple[str, list[tuple[str, str | None]]]]:
    """Sync acts as events of one time, by default of now with the ids e0, e1, ...; return what became of each."""
    named = ids or [f"e{number}" for number in range(len(acts))]
    events = [
        {"id": id_, "occurredAt": (at or ask.clock()).isoformat(), "act": act}
        for id_, act in zip(named, acts, strict=True)
    ]
    payload = (await ask.data(SYNC, viewer, input={"deviceId": device, "events": events}))["syncBatch"]
    assert payload["userErrors"] == [], payload
    return [
        (each["status"], [(refusal["code"], refusal["field"]) for refusal in each["refusals"]])
        for each in payload["events"]
    ]
