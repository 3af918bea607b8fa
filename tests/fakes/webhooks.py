"""A sender of webhooks that sends nothing and says that every receiver took its webhook."""

from datetime import datetime

from domain.webhooks.deliveries import ReceiverAnswer, WebhookDelivery


class FakeWebhookSender:
    def __init__(self) -> None:
        self.sent: list[tuple[WebhookDelivery, str, list[str]]] = []

    async def send(
        self, delivery: WebhookDelivery, *, url: str, secrets: list[str], now: datetime
    ) -> ReceiverAnswer:
        self.sent.append((delivery, url, secrets))
        return ReceiverAnswer(status=204, failure=None, milliseconds=1)
