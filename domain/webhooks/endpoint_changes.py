"""Endpoint changes: admins decide where events go; operators enable and disable."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain import text
from domain.accounts import audit, roles
from domain.accounts.audit import AuditAction
from domain.accounts.users import Role
from domain.acts import Act
from domain.edits import UNCHANGED, Edit, checked, mandatory, settled
from domain.entities import entity
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.ids import WebhookEndpointId
from domain.jobs.job_administration import require_operator
from domain.refusals import all_at_once
from domain.webhooks import receiver_addresses
from domain.webhooks.endpoints import (
    LONGEST_DESCRIPTION,
    LONGEST_OVERLAP_H,
    MOST_ENDPOINTS,
    OVERLAP,
    DisabledBecause,
    TooManyWebhookEndpointsError,
    WebhookEndpoint,
)
from domain.webhooks.events import SUBSCRIBABLE, WebhookEvent
from domain.webhooks.receiver_addresses import ReceiverRules
from domain.webhooks.secrets import Sealer, new_secret
from domain.webhooks.work import WebhooksWork


@entity
class EndpointPorts:
    """What changes of endpoints need beside the stores."""

    rules: ReceiverRules
    sealer: Sealer
    randomness: Callable[[int], bytes]


@entity
class SignedEndpoint:
    """An endpoint with a new secret, which is shown once."""

    endpoint: WebhookEndpoint
    secret: str


async def create(
    work: WebhooksWork,
    act: Act,
    ports: EndpointPorts,
    *,
    url: str,
    events: list[WebhookEvent],
    description: str = "",
) -> SignedEndpoint:
    """Store an endpoint of the actor.

    Raises, all at once, ForbiddenError and InvalidInputErrors; or TooManyWebhookEndpointsError.
    """
    with all_at_once() as each:
        with each:
            await _require_admin(work, act)
        with each:
            url = receiver_addresses.checked_url(url, ports.rules, field="url")
        with each:
            events = _checked_events(events)
        with each:
            description = _checked_description(description)
    if await work.webhook_endpoints.lock_and_count() >= MOST_ENDPOINTS:
        raise TooManyWebhookEndpointsError(
            f"There are {MOST_ENDPOINTS} endpoints; delete one that is not needed."
        )
    endpoint = WebhookEndpoint(
        id=WebhookEndpointId(act.mint("webhook")),
        owner_id=act.actor_id,
        url=url,
        description=description,
        events=events,
        created_at=act.now,
        disabled_at=None,
        disabled_because=None,
        failing_since=None,
        previous_secret_until=None,
    )
    secret = new_secret(ports.randomness)
    await work.webhook_endpoints.add(endpoint, secret=ports.sealer.seal(secret))
    await _record(work, act, AuditAction.WEBHOOK_CREATED, endpoint, _shown(endpoint))
    return SignedEndpoint(endpoint=endpoint, secret=secret)


async def update(
    work: WebhooksWork,
    act: Act,
    rules: ReceiverRules,
    endpoint_id: WebhookEndpointId,
    *,
    url: Edit[str | None] = UNCHANGED,
    events: Edit[list[WebhookEvent] | None] = UNCHANGED,
    description: Edit[str | None] = UNCHANGED,
    enabled: Edit[bool | None] = UNCHANGED,
) -> WebhookEndpoint:
    """Change what was sent; operators change `enabled` only.

    Raises, all at once, ForbiddenError, NotFoundError and InvalidInputErrors.
    """
    with all_at_once() as each:
        with each:
            await require_operator(work, act)
            await _require_admin_for(work, act, url=url, events=events, description=description)
        with each:
            new_url = checked(
                url, lambda value: receiver_addresses.checked_url(value, rules, field="url"), field="url"
            )
        with each:
            new_events = checked(events, _checked_events, field="events")
        with each:
            new_description = checked(description, _checked_description, field="description")
        with each:
            mandatory(enabled, True, field="enabled")
        before = await _locked(work, endpoint_id)
    after = replace(
        before,
        url=settled(new_url, before.url),
        events=settled(new_events, before.events),
        description=settled(new_description, before.description),
    )
    if enabled is False and before.disabled_at is None:
        after = replace(after, disabled_at=act.now, disabled_because=DisabledBecause.BY_HAND)
    if enabled is True and before.disabled_at is not None:
        after = replace(after, disabled_at=None, disabled_because=None, failing_since=None)
    if after != before:
        await work.webhook_endpoints.change(after)
        await _record(work, act, AuditAction.WEBHOOK_CHANGED, after, _changed(before, after))
    return after


async def rotate(
    work: WebhooksWork,
    act: Act,
    ports: EndpointPorts,
    endpoint_id: WebhookEndpointId,
    *,
    overlap_hours: int | None = None,
) -> SignedEndpoint:
    """Replace the secret; the one before signs beside it for the overlap, and those before that no more.

    Raises, all at once, ForbiddenError, NotFoundError and InvalidInputError.
    """
    with all_at_once() as each:
        with each:
            await _require_admin(work, act)
        with each:
            if overlap_hours is not None and not 0 <= overlap_hours <= LONGEST_OVERLAP_H:
                raise InvalidInputError(
                    f"overlapHours must be 0 to {LONGEST_OVERLAP_H}.", field="overlapHours"
                )
        before = await _locked(work, endpoint_id)
    overlap = OVERLAP if overlap_hours is None else timedelta(hours=overlap_hours)
    after = replace(before, previous_secret_until=act.now + overlap)
    secret = new_secret(ports.randomness)
    await work.webhook_endpoints.rotate(
        endpoint_id, secret=ports.sealer.seal(secret), previous_until=act.now + overlap
    )
    await _record(
        work,
        act,
        AuditAction.WEBHOOK_SECRET_ROTATED,
        after,
        {"previous_until": (act.now + overlap).isoformat(timespec="seconds")},
    )
    return SignedEndpoint(endpoint=after, secret=secret)


async def delete(work: WebhooksWork, act: Act, endpoint_id: WebhookEndpointId) -> WebhookEndpoint:
    """Remove an endpoint with its deliveries, and return it as it was; raises ForbiddenError or NotFoundError."""
    with all_at_once() as each:
        with each:
            await _require_admin(work, act)
        before = await _locked(work, endpoint_id)
    await work.webhook_endpoints.remove(endpoint_id)
    await _record(work, act, AuditAction.WEBHOOK_DELETED, before, _shown(before))
    return before


async def _require_admin(work: WebhooksWork, act: Act) -> None:
    if act.actor_id is not None:
        await roles.require(work.roles, user_id=act.actor_id, role=Role.ADMIN, now=act.now)


async def _require_admin_for(work: WebhooksWork, act: Act, **edits: Edit[Any]) -> None:
    for field in (name for name, edit in edits.items() if edit is not UNCHANGED):
        try:
            await _require_admin(work, act)
        except ForbiddenError:
            told = f"Only ADMIN changes {field}; OPERATOR enables and disables the endpoint."
            raise ForbiddenError(told, field=field) from None


async def _locked(work: WebhooksWork, endpoint_id: WebhookEndpointId) -> WebhookEndpoint:
    found = await work.webhook_endpoints.lock(endpoint_id)
    if found is None:
        raise NotFoundError("There is no such endpoint; `webhookEndpoints` lists them.", field="id")
    return found


def _checked_events(events: list[WebhookEvent]) -> list[WebhookEvent]:
    """Return the events, each once and in one order."""
    if not events:
        raise InvalidInputError("events must name at least one event.", field="events")
    if WebhookEvent.PING in events:
        raise InvalidInputError("events must leave out PING, which sendTestWebhook sends.", field="events")
    return [event for event in SUBSCRIBABLE if event in events]


def _checked_description(description: str) -> str:
    return text.line(description, field="description", longest=LONGEST_DESCRIPTION, shortest=0)


def _shown(endpoint: WebhookEndpoint) -> dict[str, str | None]:
    """Return what the audit log shows."""
    return {
        "url": endpoint.origin,
        "events": ", ".join(event.value for event in endpoint.events),
        "description": endpoint.description,
        "state": endpoint.state.value,
    }


def _changed(before: WebhookEndpoint, after: WebhookEndpoint) -> dict[str, str | None]:
    earlier, later = _shown(before), _shown(after)
    return {
        name: value
        for name, value in later.items()
        if value != earlier[name] or (name == "url" and before.url != after.url)
    }


async def _record(
    work: WebhooksWork,
    act: Act,
    action: AuditAction,
    endpoint: WebhookEndpoint,
    difference: dict[str, str | None],
) -> None:
    await audit.record(work.audit, act, action, target=endpoint.id, difference=difference)
