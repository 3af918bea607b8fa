"""Commands `campaigns list`, `show`, `pause`, `resume` and `cancel`."""

import argparse
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from domain.acts import Act, by_platform
from domain.campaigns import campaign_control
from domain.campaigns.campaign_states import CampaignState
from domain.campaigns.campaigns import Campaign, CampaignFilter
from domain.campaigns.recipients import CampaignProgress
from domain.errors import NotFoundError
from domain.ids import CampaignId
from domain.paging import LARGEST_PAGE, window
from domain.unit_of_work import Meter
from domain.work import Work
from gateway import secrets_and_ids
from gateway.commands import stores
from gateway.commands.tables import print_rows
from gateway.settings.environment import Settings


async def list_campaigns(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print the newest campaigns in one state or all, at most 100."""
    state = None if arguments.state is None else CampaignState[arguments.state]
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        page = await reads.campaigns.page(CampaignFilter(state=state), window(first=LARGEST_PAGE))
        progress = await reads.recipients.progress([campaign.id for campaign in page.nodes])
    rows = [_row(*each) for each in zip(page.nodes, progress, strict=True)]
    print_rows(rows, as_json=arguments.json, empty="There are no such campaigns.")
    return 0


async def show(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print everything about one campaign but who its recipients are."""
    campaign_id = CampaignId(arguments.campaign)
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        (campaign,) = await reads.campaigns.by_ids([campaign_id])
        if campaign is None:
            raise NotFoundError("There is no such campaign.")
        (progress,) = await reads.recipients.progress([campaign_id])
        (report,) = await reads.recipients.reports([campaign_id])
        (trouble,) = await reads.campaigns.troubles([campaign_id])
    facts = _row(campaign, progress) | {
        "trouble": trouble,
        "template": campaign.template_id,
        "segment": campaign.segment_id,
        "scheduled": campaign.scheduled_at,
        "finished": campaign.finished_at,
        "pending": progress.pending,
        "next": progress.next_run_at,
        "failed": progress.failed,
        "skipped": progress.skipped,
        **{name: value for name, value in asdict(report).items() if name != "campaign_id"},
    }
    rows = [facts] if arguments.json else [{"fact": name, "value": value} for name, value in facts.items()]
    print_rows(rows, as_json=arguments.json, empty="")
    return 0


async def pause(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Pause a campaign."""
    return await _act(campaign_control.pause, url, arguments)


async def resume(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Go on with a paused campaign."""
    return await _act(campaign_control.resume, url, arguments)


async def cancel(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Cancel a campaign."""
    return await _act(campaign_control.cancel, url, arguments)


async def _act(
    verb: Callable[[Work, Act, CampaignId], Awaitable[Campaign]], url: str, arguments: argparse.Namespace
) -> int:
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with stores.opened(url) as postgres:
        async with postgres.open_work(Meter()) as work:
            campaign = await verb(work, act, CampaignId(arguments.campaign))
        async with postgres.open_reads(Meter()) as reads:
            (progress,) = await reads.recipients.progress([campaign.id])
    print_rows([_row(campaign, progress)], as_json=arguments.json, empty="")
    return 0


def _row(campaign: Campaign, progress: CampaignProgress) -> dict[str, Any]:
    return {
        "campaign": campaign.id,
        "name": campaign.name,
        "state": campaign.state.value,
        "recipients": progress.recipients,
        "percent": progress.percent,
        "sent": progress.sent,
        "started": campaign.started_at,
    }
