"""Parsers of the commands about webhooks."""

import argparse

from domain.webhooks.deliveries import WebhookDeliveryState
from domain.webhooks.endpoints import LONGEST_OVERLAP_H, WebhookEndpointState
from gateway.parsers.commands import Commands, add_command

_ENDPOINT = "id of the endpoint, webhook_..."


def add_webhooks(webhooks: argparse.ArgumentParser) -> None:
    """Add the commands about webhooks."""
    actions = webhooks.add_subparsers(required=True, metavar="ACTION")
    listed = _add(actions, "list", "webhooks.list_endpoints", "List the endpoints.")
    listed.add_argument("--state", choices=[state.value for state in WebhookEndpointState])
    shown = _add(actions, "show", "webhooks.show", "Show an endpoint, or a delivery with its payload.")
    shown.add_argument("id", help="webhook_... or delivery_...")
    created = _add(actions, "create", "webhooks.create", "Create an endpoint, and show its secret once.")
    created.add_argument("url", help="an https address")
    created.add_argument("--events", metavar="A,B", required=True, help="what is sent, like xp.awarded")
    created.add_argument("--description", default="", help="what it is for")
    for name, description in (
        ("enable", "Let an endpoint get deliveries again."),
        ("disable", "Let an endpoint get no deliveries."),
        ("delete", "Delete an endpoint with its deliveries."),
        ("test", "Send a webhook.ping to an endpoint."),
    ):
        _add(actions, name, f"webhooks.{name}", description).add_argument("endpoint", help=_ENDPOINT)
    rotated = _add(actions, "rotate", "webhooks.rotate", "Replace a secret, and show the new one once.")
    rotated.add_argument("endpoint", help=_ENDPOINT)
    rotated.add_argument(
        "--overlap-hours", type=int, help=f"how long the secret before signs too, 0 to {LONGEST_OVERLAP_H}"
    )
    _add_filter(
        _add(actions, "deliveries", "webhooks.deliveries", "List the newest deliveries, at most 100.")
    )
    replayed = _add(actions, "replay", "webhooks.replay", "Send deliveries again that have ended.")
    replayed.add_argument(
        "delivery", nargs="?", help="delivery_...; without one, the oldest 1000 of the filter"
    )
    _add_filter(replayed)


def _add(commands: Commands, name: str, command: str, description: str) -> argparse.ArgumentParser:
    made = add_command(commands, name, command, description)
    made.add_argument("--json", action="store_true", help="print JSON for programs")
    return made


def _add_filter(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--endpoint", metavar="ID", help="only deliveries to this endpoint")
    parser.add_argument("--event", help="only deliveries of this event, like xp.awarded")
    parser.add_argument("--state", choices=[state.value for state in WebhookDeliveryState])
    parser.add_argument("--since", metavar="TIME", help="only deliveries made then or later")
    parser.add_argument("--until", metavar="TIME", help="only deliveries made before then")
