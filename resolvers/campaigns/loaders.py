"""Batches of templates, segments and campaigns, for operators alone."""

from domain.campaigns.campaign_states import RecipientState
from domain.campaigns.campaigns import Campaign
from domain.campaigns.email_templates import EmailTemplate
from domain.campaigns.recipients import CampaignProgress, CampaignRecipient, CampaignReport
from domain.campaigns.segments import Segment
from domain.ids import CampaignId, EmailTemplateId, SegmentId
from domain.paging import Page, Window
from resolvers.batches import Rows, batch
from resolvers.context import Context
from resolvers.jobs.loaders import OPERATORS


def _is_operator(context: Context) -> bool:
    return context.viewer is not None and not OPERATORS.isdisjoint(context.viewer.roles)


@batch(Rows.VIEWER)
async def email_templates_by_id(context: Context, ids: list[EmailTemplateId]) -> list[EmailTemplate | None]:
    """Load the newest versions of templates; the slots of others than operators stay empty."""
    if not _is_operator(context):
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.email_templates.by_ids(ids)


@batch(Rows.VIEWER)
async def segments_by_id(context: Context, ids: list[SegmentId]) -> list[Segment | None]:
    """Load segments; the slots of others than operators stay empty."""
    if not _is_operator(context):
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.segments.by_ids(ids)


@batch(Rows.VIEWER)
async def campaigns_by_id(context: Context, ids: list[CampaignId]) -> list[Campaign | None]:
    """Load campaigns; the slots of others than operators stay empty."""
    if not _is_operator(context):
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.campaigns.by_ids(ids)


@batch(Rows.VIEWER)
async def trouble_by_campaign(context: Context, ids: list[CampaignId]) -> list[str | None]:
    """Load why campaigns do not go on by themselves."""
    async with context.open_reads() as reads:
        return await reads.campaigns.troubles(ids)


@batch(Rows.VIEWER)
async def progress_by_campaign(context: Context, ids: list[CampaignId]) -> list[CampaignProgress]:
    """Load how far campaigns are."""
    async with context.open_reads() as reads:
        return await reads.recipients.progress(ids)


@batch(Rows.VIEWER)
async def report_by_campaign(context: Context, ids: list[CampaignId]) -> list[CampaignReport]:
    """Load what came of campaigns."""
    async with context.open_reads() as reads:
        return await reads.recipients.reports(ids)


@batch(Rows.VIEWER)
async def recipients_by_campaign(
    context: Context, ids: list[CampaignId], *, window: Window, state: RecipientState | None = None
) -> list[Page[CampaignRecipient]]:
    """Load a page of the recipients of campaigns, by number."""
    async with context.open_reads() as reads:
        return await reads.recipients.pages_of(ids, window, state=state)
