"""Commands about webhooks: endpoints, the log of deliveries, and replays."""

import argparse
import os
from datetime import datetime
from typing import Any

from domain.acts import Act, by_platform
from domain.errors import NotFoundError
from domain.ids import WebhookDeliveryId, WebhookEndpointId
from domain.paging import LARGEST_PAGE, window
from domain.time_spans import check_span
from domain.unit_of_work import Meter
from domain.webhooks import endpoint_changes, replays
from domain.webhooks.deliveries import DeliveryFilter, WebhookDelivery, WebhookDeliveryState
from domain.webhooks.endpoint_changes import EndpointPorts, SignedEndpoint
from domain.webhooks.endpoints import WebhookEndpoint, WebhookEndpointState
from domain.webhooks.events import WebhookEvent
from domain.webhooks.receiver_addresses import ReceiverRules
from gateway import secrets_and_ids
from gateway.commands import stores
from gateway.commands.errors import CommandError
from gateway.commands.tables import print_rows
from gateway.settings.environment import Settings
from gateway.webhooks.secret_sealer import sealer_of


async def list_endpoints(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print the endpoints."""
    state = None if arguments.state is None else WebhookEndpointState[arguments.state]
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        page = await reads.webhook_endpoints.page(state, window(first=LARGEST_PAGE))
    _print([_endpoint(each) for each in page.nodes], arguments, empty="There are no endpoints.")
    return 0


async def show(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print everything about an endpoint or a delivery."""
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        (delivery,) = await reads.webhook_deliveries.by_ids([WebhookDeliveryId(arguments.id)])
        (endpoint,) = await reads.webhook_endpoints.by_ids([WebhookEndpointId(arguments.id)])
    if delivery is not None:
        facts = _delivery(delivery) | {"event id": delivery.event_id, "job": delivery.job_id}
        facts["payload"] = delivery.payload
    elif endpoint is not None:
        facts = _endpoint(endpoint) | {
            "owner": endpoint.owner_id,
            "created": endpoint.created_at,
            "disabled": endpoint.disabled_at,
            "previous secret until": endpoint.previous_secret_until,
        }
    else:
        raise NotFoundError("There is no such endpoint or delivery.")
    rows = [facts] if arguments.json else [{"fact": name, "value": value} for name, value in facts.items()]
    _print(rows, arguments)
    return 0


async def create(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Create an endpoint and print it with its secret."""
    events = [_event(name) for name in arguments.events.split(",")]
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        made = await endpoint_changes.create(
            work,
            _act(),
            _ports(settings),
            url=arguments.url,
            events=events,
            description=arguments.description,
        )
    _print([_signed(made)], arguments)
    return 0


async def enable(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Let an endpoint get deliveries again."""
    return await _set_enabled(settings, url, arguments, enabled=True)


async def disable(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Let an endpoint get no deliveries."""
    return await _set_enabled(settings, url, arguments, enabled=False)


async def rotate(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Replace the secret of an endpoint and print the new one."""
    endpoint_id = WebhookEndpointId(arguments.endpoint)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        rotated = await endpoint_changes.rotate(
            work, _act(), _ports(settings), endpoint_id, overlap_hours=arguments.overlap_hours
        )
    _print([_signed(rotated)], arguments)
    return 0


async def delete(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Delete an endpoint with its deliveries."""
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        deleted = await endpoint_changes.delete(work, _act(), WebhookEndpointId(arguments.endpoint))
    _print([_endpoint(deleted)], arguments)
    return 0


async def test(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Send a test event to an endpoint."""
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        made = await replays.ping(work, _act(), WebhookEndpointId(arguments.endpoint))
    _print([_delivery(made)], arguments)
    return 0


async def deliveries(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print the newest deliveries that pass the filter, at most 100."""
    asked = _filter(arguments)
    check_span(asked.since, asked.until)
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        page = await reads.webhook_deliveries.page(asked, window(first=LARGEST_PAGE))
    _print([_delivery(each) for each in page.nodes], arguments, empty="There are no such deliveries.")
    return 0


async def replay(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Send deliveries again: one that is named, or the oldest that pass the filter."""
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        if arguments.delivery is None:
            again = await replays.replay_all(work, _act(), _filter(arguments))
        else:
            again = [await replays.replay(work, _act(), WebhookDeliveryId(arguments.delivery))]
    _print([_delivery(each) for each in again], arguments, empty="There is no such delivery to replay.")
    return 0


async def _set_enabled(settings: Settings, url: str, arguments: argparse.Namespace, *, enabled: bool) -> int:
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        changed = await endpoint_changes.update(
            work, _act(), _rules(settings), WebhookEndpointId(arguments.endpoint), enabled=enabled
        )
    _print([_endpoint(changed)], arguments)
    return 0


def _act() -> Act:
    return by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)


def _rules(settings: Settings) -> ReceiverRules:
    return ReceiverRules(allows_local=not settings.production)


def _ports(settings: Settings) -> EndpointPorts:
    return EndpointPorts(rules=_rules(settings), sealer=sealer_of(settings), randomness=os.urandom)


def _filter(arguments: argparse.Namespace) -> DeliveryFilter:
    return DeliveryFilter(
        endpoint_id=None if arguments.endpoint is None else WebhookEndpointId(arguments.endpoint),
        event=None if arguments.event is None else _event(arguments.event),
        state=None if arguments.state is None else WebhookDeliveryState[arguments.state],
        since=_moment(arguments.since, "--since"),
        until=_moment(arguments.until, "--until"),
    )


def _event(name: str) -> WebhookEvent:
    try:
        return WebhookEvent(name.strip())
    except ValueError:
        known = ", ".join(event.value for event in WebhookEvent)
        raise CommandError(f"An event is one of {known}.") from None


def _moment(written: str | None, option: str) -> datetime | None:
    if written is None:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"{option} must be a time with its zone, like 2026-03-02T12:00:00Z.")
    return moment


def _print(rows: list[dict[str, Any]], arguments: argparse.Namespace, *, empty: str = "") -> None:
    print_rows(rows, as_json=arguments.json, empty=empty)


def _signed(made: SignedEndpoint) -> dict[str, Any]:
    return _endpoint(made.endpoint) | {"secret": made.secret}


def _endpoint(endpoint: WebhookEndpoint) -> dict[str, Any]:
    because = endpoint.disabled_because
    return {
        "endpoint": endpoint.id,
        "state": endpoint.state.value,
        "because": None if because is None else because.value,
        "url": endpoint.url,
        "events": [event.value for event in endpoint.events],
        "failing since": endpoint.failing_since,
        "description": endpoint.description,
    }


def _delivery(delivery: WebhookDelivery) -> dict[str, Any]:
    return {
        "delivery": delivery.id,
        "endpoint": delivery.endpoint_id,
        "event": delivery.event.value,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "status": delivery.status,
        "failure": None if delivery.failure is None else delivery.failure.value,
        "ms": delivery.milliseconds,
        "created": delivery.created_at,
        "attempted": delivery.attempted_at,
    }
