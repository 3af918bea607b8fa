"""Lists of webhook deliveries in payloads: each is made as long as asked for, and counted."""

from domain.accounts.users import Viewer
from domain.webhooks.deliveries import WebhookFailure
from tests.graph.other_lists import Cost, below
from tests.support.schema_client import Asker
from tests.support.webhooks import ended_delivery, stored_endpoint


async def costs_of_replays(ask: Asker, viewer: Viewer, size: int) -> dict[str, Cost]:
    """Replay `size` failed deliveries."""
    endpoint = await stored_endpoint(ask)
    for _ in range(size):
        await ended_delivery(ask, endpoint, WebhookFailure.TIMEOUT)
    coordinate = "ReplayWebhookDeliveriesPayload.deliveries"
    document = (
        "mutation ($input: ReplayWebhookDeliveriesInput!) { replayWebhookDeliveries(input: $input) "
        f"{{ deliveries {below(coordinate)} }} }}"
    )
    answer = await ask.data(document, viewer, input={"endpointId": endpoint.id})
    return {coordinate: (ask.statements, len(answer["replayWebhookDeliveries"]["deliveries"]))}
