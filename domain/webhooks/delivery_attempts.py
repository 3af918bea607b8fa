"""Delivery attempts: what follows from the answer of a receiver, up to disabling an endpoint that only fails."""

from dataclasses import replace

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.errors import UnavailableError
from domain.mail import messages, outbox
from domain.mail.messages import Recipient
from domain.webhooks.deliveries import ReceiverAnswer, WebhookDelivery, WebhookDeliveryState, WebhookFailure
from domain.webhooks.delivery_jobs import DELIVER
from domain.webhooks.endpoints import DISABLED_AFTER, DisabledBecause, WebhookEndpoint
from domain.webhooks.work import WebhooksWork

GONE = 410
"""The status by which a receiver says that it wants no more webhooks (Standard Webhooks)."""
TOO_MANY_REQUESTS, SERVER_ERRORS = 429, 500
_SENTENCES = {
    WebhookFailure.STATUS: "The receiver did not answer with a status of success.",
    WebhookFailure.REDIRECT: "The receiver answered with a redirect, which is not followed.",
    WebhookFailure.TIMEOUT: "The receiver did not answer in time.",
    WebhookFailure.CONNECTION: "There is no connection to the receiver.",
    WebhookFailure.ADDRESS: "The receiver has an address to which webhooks are not sent.",
    WebhookFailure.DISABLED: "The endpoint is disabled.",
}


class ReceiverUnavailableError(UnavailableError):
    """The host of the receiver takes no webhooks at present, whichever it is."""

    def __init__(self) -> None:
        super().__init__("The receiver does not answer.")


class UndeliveredWebhookError(UnavailableError):
    """The receiver did not take the webhook; it is tried again."""

    def __init__(self, failure: WebhookFailure) -> None:
        super().__init__(_SENTENCES[failure])


def raise_if_unavailable(answer: ReceiverAnswer) -> None:
    """Raise ReceiverUnavailableError for an answer that says something about all webhooks to the same host."""
    is_busy = answer.status is not None and (
        answer.status == TOO_MANY_REQUESTS or answer.status >= SERVER_ERRORS
    )
    if is_busy or answer.failure in {WebhookFailure.TIMEOUT, WebhookFailure.CONNECTION}:
        raise ReceiverUnavailableError


async def record(
    work: WebhooksWork,
    act: Act,
    delivery: WebhookDelivery,
    answer: ReceiverAnswer,
    *,
    attempt: int,
    public_url: str,
) -> WebhookDelivery:
    """Store what came of an attempt, the `attempt`-th of its job, and return the delivery as it is then.

    After the last one it is FAILED. An endpoint that is gone, or has only failed for days, is disabled.
    """
    is_last = attempt >= DELIVER.retries.attempts or answer.status == GONE
    after = replace(
        delivery,
        state=_state_after(answer, is_last=is_last or answer.failure is WebhookFailure.DISABLED),
        attempts=delivery.attempts + (answer.failure is not WebhookFailure.DISABLED),
        status=answer.status,
        failure=answer.failure,
        milliseconds=answer.milliseconds,
        attempted_at=act.now,
    )
    if not await work.webhook_deliveries.record(after) or answer.failure is WebhookFailure.DISABLED:
        return after
    if answer.failure is None:
        await work.webhook_endpoints.succeeded(delivery.endpoint_id)
        return after
    endpoint = await work.webhook_endpoints.failed(delivery.endpoint_id, now=act.now)
    if endpoint is not None and endpoint.disabled_at is None:
        await _disable_if_due(work, act, endpoint, answer, public_url=public_url)
    return after


def _state_after(answer: ReceiverAnswer, *, is_last: bool) -> WebhookDeliveryState:
    if answer.failure is None:
        return WebhookDeliveryState.DELIVERED
    return WebhookDeliveryState.FAILED if is_last else WebhookDeliveryState.PENDING


async def _disable_if_due(
    work: WebhooksWork, act: Act, endpoint: WebhookEndpoint, answer: ReceiverAnswer, *, public_url: str
) -> None:
    since = endpoint.failing_since or act.now
    if answer.status != GONE and act.now - since < DISABLED_AFTER:
        return
    reason = DisabledBecause.GONE if answer.status == GONE else DisabledBecause.FAILING
    await work.webhook_endpoints.change(replace(endpoint, disabled_at=act.now, disabled_because=reason))
    await audit.record(
        work.audit,
        act,
        AuditAction.WEBHOOK_DISABLED,
        target=endpoint.id,
        difference={"because": reason.value},
    )
    owner = await work.webhook_endpoints.owner_of(endpoint.id)
    if owner is not None:
        recipient = Recipient(email=owner.email, handle=owner.handle, public_url=public_url)
        notice = messages.webhook_disabled(
            recipient, endpoint=endpoint.id, since=since, is_gone=reason is DisabledBecause.GONE
        )
        await outbox.post(work, act, notice)
