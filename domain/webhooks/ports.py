"""The ports of webhooks: what sends them, what keeps their secrets, and where they may go."""

from datetime import datetime
from typing import Protocol

from domain.entities import entity
from domain.webhooks.deliveries import ReceiverAnswer, WebhookDelivery
from domain.webhooks.receiver_addresses import ReceiverRules
from domain.webhooks.secrets import Sealer


class WebhookSender(Protocol):
    """Sends signed webhooks to receivers."""

    async def send(
        self, delivery: WebhookDelivery, *, url: str, secrets: list[str], now: datetime
    ) -> ReceiverAnswer:
        """Send a delivery once, signed with each of the secrets; every failure is an answer."""


@entity
class WebhookPorts:
    """What the gateway provides for webhooks."""

    rules: ReceiverRules
    sealer: Sealer
    sender: WebhookSender
