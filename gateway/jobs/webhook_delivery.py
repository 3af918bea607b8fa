"""Webhook delivery: the handler of the jobs that send webhooks."""

from typing import Any
from urllib.parse import urlsplit

import structlog

from domain.dependency_table import WEBHOOK_RECEIVER
from domain.errors import UnavailableError
from domain.service_status.dependencies import PostponedError
from domain.unit_of_work import Meter
from domain.webhooks import delivery_attempts
from domain.webhooks.deliveries import Outgoing, ReceiverAnswer, WebhookDeliveryState, WebhookFailure
from domain.webhooks.delivery_attempts import ReceiverUnavailableError, UndeliveredWebhookError
from domain.webhooks.delivery_jobs import DeliverWebhookArguments
from domain.webhooks.secrets import Sealer
from gateway.jobs.handlers import JobContext
from resolvers.context import Ports

_log = structlog.get_logger("gateway.jobs.webhook_delivery")
_DISABLED = ReceiverAnswer(status=None, failure=WebhookFailure.DISABLED, milliseconds=0)


async def deliver_webhook(context: JobContext, arguments: DeliverWebhookArguments) -> dict[str, Any]:
    """Send the delivery of a job; raises UndeliveredWebhookError or PostponedError for a later try.

    No connection to the database is in use while the receiver is slow. If this process dies between the answer and its
    commit, another sends the webhook again, under the same `webhook-id`.
    """
    ports, job = context.ports, context.job
    async with ports.open_reads(Meter()) as reads:
        outgoing = await reads.webhook_deliveries.outgoing(
            arguments.delivery_id, job_id=job.id, now=ports.now()
        )
    if outgoing is None:
        return {"outcome": "NOT_WAITING"}
    answer = await _send(ports, outgoing)
    async with ports.open_work(Meter()) as work:
        after = await delivery_attempts.record(
            work,
            context.act(),
            outgoing.delivery,
            answer,
            attempt=job.attempts,
            public_url=ports.public_url,
        )
    if answer.failure is not None:
        _log.warning(
            "webhook_not_delivered",
            delivery=after.id,
            endpoint=after.endpoint_id,
            failure=answer.failure.value,
            status=answer.status,
            attempt=job.attempts,
        )
    if after.state is WebhookDeliveryState.PENDING and answer.failure is not None:
        raise UndeliveredWebhookError(answer.failure)
    return {"outcome": after.state.value}


async def _send(ports: Ports, outgoing: Outgoing) -> ReceiverAnswer:
    if not outgoing.is_enabled:
        return _DISABLED
    secrets = _secrets(ports.webhooks.sealer, outgoing.secrets)
    answer: ReceiverAnswer | None = None
    try:
        async with ports.breakers.guard(WEBHOOK_RECEIVER, urlsplit(outgoing.url).netloc):
            answer = await ports.webhooks.sender.send(
                outgoing.delivery, url=outgoing.url, secrets=secrets, now=ports.now()
            )
            delivery_attempts.raise_if_unavailable(answer)
    except (ReceiverUnavailableError, PostponedError):
        if answer is None:  # the breaker is open: nothing was sent
            raise
    assert answer is not None  # noqa: S101 - else the block has raised
    return answer


def _secrets(sealer: Sealer, sealed: list[bytes]) -> list[str]:
    """Return the secrets that can be unsealed, so that a rotation replaces one that cannot; at least one can."""
    secrets: list[str] = []
    for place, each in enumerate(sealed):
        try:
            secrets.append(sealer.unseal(each))
        except UnavailableError:
            if place == len(sealed) - 1 and not secrets:
                raise
    return secrets
