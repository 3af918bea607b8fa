"""Resolvers of campaigns: the list, the acts of operators, and following one."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from domain.campaigns import campaign_changes, campaign_control, campaign_tests, operators, quiet_hours
from domain.campaigns.campaign_states import ENDED, CampaignState
from domain.campaigns.campaigns import Campaign, CampaignFilter, campaign_signal
from domain.edits import UNCHANGED, Edit
from domain.errors import NotFoundError
from domain.ids import CampaignId, EmailTemplateId, SegmentId
from domain.paging import Page, Window
from domain.signals import newest
from resolvers.campaigns.loaders import campaigns_by_id, progress_by_campaign, trouble_by_campaign
from resolvers.context import Context

LOOK_EVERY_S = 5.0
"""After how many seconds a followed campaign is read again without a signal, because one may be lost."""


async def campaigns(
    context: Context, *, window: Window, state: CampaignState | None = None
) -> Page[Campaign]:
    """Return a page of the campaigns for an operator, newest first."""
    async with context.open_reads() as reads:
        await operators.require(reads, context.act())
        return await reads.campaigns.page(CampaignFilter(state=state), window)


async def create_campaign(
    context: Context,
    *,
    name: str,
    template_id: EmailTemplateId,
    segment_id: SegmentId,
    idempotency_key: str,
    values: dict[str, Any] | None = None,
    per_second: int | None = None,
    quiet_from: int = quiet_hours.DEFAULT_FROM,
    quiet_until: int = quiet_hours.DEFAULT_UNTIL,
) -> Campaign:
    """Create a draft."""
    async with context.open_work() as work:
        return await campaign_changes.create(
            work,
            context.act(),
            name=name,
            template_id=template_id,
            segment_id=segment_id,
            values=values or {},
            per_second=per_second,
            quiet_from=quiet_from,
            quiet_until=quiet_until,
            key=idempotency_key,
        )


async def update_campaign(
    context: Context,
    *,
    id: CampaignId,
    version: int,
    name: Edit[str | None] = UNCHANGED,
    template_id: Edit[EmailTemplateId | None] = UNCHANGED,
    segment_id: Edit[SegmentId | None] = UNCHANGED,
    values: Edit[dict[str, Any] | None] = UNCHANGED,
    per_second: Edit[int | None] = UNCHANGED,
    quiet_from: Edit[int | None] = UNCHANGED,
    quiet_until: Edit[int | None] = UNCHANGED,
) -> Campaign:
    """Change a draft."""
    async with context.open_work() as work:
        return await campaign_changes.update(
            work,
            context.act(),
            id,
            version=version,
            name=name,
            template_id=template_id,
            segment_id=segment_id,
            values=values,
            per_second=per_second,
            quiet_from=quiet_from,
            quiet_until=quiet_until,
        )


async def schedule_campaign(context: Context, *, id: CampaignId, version: int, at: datetime) -> Campaign:
    """Set when a campaign begins."""
    async with context.open_work() as work:
        return await campaign_control.schedule(work, context.act(), id, version=version, at=at)


async def unschedule_campaign(context: Context, *, id: CampaignId, version: int) -> Campaign:
    """Make a scheduled campaign a draft again."""
    async with context.open_work() as work:
        return await campaign_control.unschedule(work, context.act(), id, version=version)


async def send_campaign(context: Context, *, id: CampaignId, version: int) -> Campaign:
    """Begin to send a campaign."""
    async with context.open_work() as work:
        return await campaign_control.send(work, context.act(), id, version=version)


async def pause_campaign(context: Context, *, id: CampaignId) -> Campaign:
    """Pause a campaign."""
    async with context.open_work() as work:
        return await campaign_control.pause(work, context.act(), id)


async def resume_campaign(context: Context, *, id: CampaignId) -> Campaign:
    """Go on with a paused campaign."""
    async with context.open_work() as work:
        return await campaign_control.resume(work, context.act(), id)


async def cancel_campaign(context: Context, *, id: CampaignId) -> Campaign:
    """Cancel a campaign."""
    async with context.open_work() as work:
        return await campaign_control.cancel(work, context.act(), id)


async def send_test_campaign(context: Context, *, id: CampaignId, idempotency_key: str) -> Campaign:
    """Send the mail of a campaign to the caller alone."""
    async with context.open_work() as work:
        return await campaign_tests.send(
            work, context.act(), context.ports.campaign_sender, id, key=idempotency_key
        )


async def campaign_progress(context: Context, *, id: CampaignId) -> AsyncIterator[Campaign]:
    """Yield a campaign now and whenever it, its progress or its trouble has changed, until it has ended."""
    async with context.ports.signals.listen(campaign_signal(id).topic) as signals:
        shown: Any = None
        while True:
            context.forget()
            campaign = await context.load(campaigns_by_id, id)
            if campaign is None:
                raise NotFoundError("There is no such campaign.", field="id")
            seen = (
                campaign.version,
                await context.load(progress_by_campaign, id),
                await context.load(trouble_by_campaign, id),
            )
            if seen != shown:
                yield campaign
            if campaign.state in ENDED:
                return
            shown = seen
            await newest(signals, within=LOOK_EVERY_S)
