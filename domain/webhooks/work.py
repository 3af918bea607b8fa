"""The unit of work of webhooks."""

from typing import Protocol

from domain.mail.work import MailWork
from domain.webhooks.deliveries import WebhookDeliveries, WebhookEvents
from domain.webhooks.endpoints import WebhookEndpoints


class WebhooksWork(MailWork, Protocol):
    """The stores that verbs of webhooks may use."""

    @property
    def webhook_endpoints(self) -> WebhookEndpoints:
        """Endpoints."""

    @property
    def webhook_events(self) -> WebhookEvents:
        """Events that are not yet deliveries."""

    @property
    def webhook_deliveries(self) -> WebhookDeliveries:
        """The log of deliveries."""
