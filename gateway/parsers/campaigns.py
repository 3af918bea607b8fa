"""Parsers of the commands about campaigns."""

import argparse

from domain.campaigns.campaign_states import CampaignState
from gateway.parsers.commands import add_command


def add_campaigns(campaigns: argparse.ArgumentParser) -> None:
    """Add the commands about campaigns."""
    actions = campaigns.add_subparsers(required=True, metavar="ACTION")
    listed = add_command(
        actions, "list", "mail.campaigns.list_campaigns", "List the newest campaigns, at most 100."
    )
    listed.add_argument("--state", choices=[state.value for state in CampaignState])
    made = [listed]
    for name, description in (
        ("show", "Show a campaign with its progress and its report."),
        ("pause", "Take back the mails that no worker has begun to send, and post no more."),
        ("resume", "Go on with a paused campaign."),
        ("cancel", "End a campaign; what the mail server has taken stays sent."),
    ):
        action = add_command(actions, name, f"mail.campaigns.{name}", description)
        action.add_argument("campaign", help="id of the campaign, campaign_...")
        made.append(action)
    for action in made:
        action.add_argument("--json", action="store_true", help="print JSON for programs")
