"""Webhook sender: one POST for each attempt, signed by Standard Webhooks, without redirects, within a time limit."""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import httpcore
from standardwebhooks import Webhook

from domain.webhooks.deliveries import ReceiverAnswer, WebhookDelivery, WebhookFailure
from domain.webhooks.receiver_addresses import ReceiverRules
from gateway import version
from gateway.telemetry.webhook_metrics import WebhookMetrics
from gateway.webhooks.guarded_connections import AddressRefusedError, GuardedBackend, Resolve, resolved

TIMEOUT_S = 15.0
"""How long an attempt may take, from the name of the receiver to the end of its answer, in seconds."""
LARGEST_PAYLOAD = 20_000
"""How many bytes a payload has at most."""
MOST_READ = 65_536
"""How many bytes of an answer are read; they are thrown away, and say that the receiver is done."""
_SUCCESS, _REDIRECTS = range(200, 300), range(300, 400)


class HttpWebhookSender:
    """Sends webhooks; a connection is used for one attempt, so that its address is checked for each."""

    def __init__(
        self,
        rules: ReceiverRules,
        metrics: WebhookMetrics,
        *,
        resolve: Resolve = resolved,
        timeout_s: float = TIMEOUT_S,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._metrics = metrics
        self._timeout_s = timeout_s
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls, max_keepalive_connections=0, network_backend=GuardedBackend(rules, resolve)
        )

    async def aclose(self) -> None:
        """Close what is open."""
        await self._pool.aclose()

    async def send(
        self, delivery: WebhookDelivery, *, url: str, secrets: list[str], now: datetime
    ) -> ReceiverAnswer:
        """Send a delivery once, signed with each of the secrets; every failure is an answer."""
        began = time.monotonic()
        status, failure = await self._attempt(delivery, url, secrets, now)
        seconds = time.monotonic() - began
        self._metrics.attempted(delivery.endpoint_id, failure, seconds)
        return ReceiverAnswer(status=status, failure=failure, milliseconds=round(1_000 * seconds))

    async def _attempt(
        self, delivery: WebhookDelivery, url: str, secrets: list[str], now: datetime
    ) -> tuple[int | None, WebhookFailure | None]:
        try:
            async with asyncio.timeout(self._timeout_s):
                status = await self._post(url, *signed(delivery, secrets, now))
        except (TimeoutError, httpcore.TimeoutException):
            return None, WebhookFailure.TIMEOUT
        except AddressRefusedError:
            return None, WebhookFailure.ADDRESS
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError):
            return None, WebhookFailure.CONNECTION
        if status in _SUCCESS:
            return status, None
        return status, WebhookFailure.REDIRECT if status in _REDIRECTS else WebhookFailure.STATUS

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """Return the status; of the answer at most some bytes are read, and then the connection is closed."""
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        async with self._pool.stream("POST", url, headers=pairs, content=body) as response:
            read = 0
            async for chunk in response.aiter_stream():
                read += len(chunk)
                if read > MOST_READ:
                    break
            return int(response.status)


def signed(delivery: WebhookDelivery, secrets: list[str], now: datetime) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of a request, with a signature by each of the secrets."""
    body = json.dumps(delivery.payload, separators=(",", ":"), ensure_ascii=False)
    content = body.encode()
    if len(content) > LARGEST_PAYLOAD:
        raise ValueError(f"the payload of {delivery.event.value} has more than {LARGEST_PAYLOAD} bytes")
    signatures = [Webhook(secret).sign(delivery.event_id, now, body) for secret in secrets]
    headers = {
        "content-type": "application/json",
        "user-agent": f"QuestPath-Webhooks/{version.installed()}",
        "webhook-id": delivery.event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    return headers, content


@asynccontextmanager
async def opened(rules: ReceiverRules, metrics: WebhookMetrics) -> AsyncIterator[HttpWebhookSender]:
    """Yield the sender, and close its connections at the end of the block."""
    sender = HttpWebhookSender(rules, metrics)
    try:
        yield sender
    finally:
        await sender.aclose()
