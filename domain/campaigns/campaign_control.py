"""Campaign control: operators schedule, send, pause, resume and cancel campaigns.

Each act locks the campaign first, as the jobs that send it do, so that of two at once one comes after the other.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.campaigns import campaign_changes, campaign_jobs, campaign_states, email_templates, operators
from domain.campaigns.campaign_states import ENDED, CampaignState
from domain.campaigns.campaigns import Campaign, campaign_signal
from domain.campaigns.work import CampaignsWork
from domain.errors import InvalidInputError
from domain.ids import CampaignId
from domain.refusals import all_at_once

FURTHEST = timedelta(days=365)
"""How far ahead a campaign may be scheduled."""


async def schedule(
    work: CampaignsWork, act: Act, campaign_id: CampaignId, *, version: int, at: datetime
) -> Campaign:
    """Set when a campaign begins, or another time. The first call pins the template's version.

    A change of the template that is saved later cannot keep the campaign from beginning. Raises, all at once,
    ForbiddenError, NotFoundError, VersionOutdatedError, CampaignStateConflictError and InvalidInputErrors.
    """
    with all_at_once() as each:
        with each:
            await operators.require(work, act)
        with each:
            if not act.now <= at <= act.now + FURTHEST:
                raise InvalidInputError("at must be within the next 365 days.", field="at")
        campaign = await _ready(work, campaign_id, version, CampaignState.SCHEDULED)
    after = replace(campaign, state=CampaignState.SCHEDULED, scheduled_at=at)
    return await _moved(work, act, AuditAction.CAMPAIGN_SCHEDULED, after, run_at=at)


async def unschedule(work: CampaignsWork, act: Act, campaign_id: CampaignId, *, version: int) -> Campaign:
    """Make a scheduled campaign a draft again, without a time and a pinned version of its template.

    It does not begin at its time then, and can be changed. Raises, all at once, ForbiddenError, NotFoundError,
    VersionOutdatedError and CampaignStateConflictError.
    """
    with all_at_once() as each:
        with each:
            await operators.require(work, act)
        campaign = await operators.locked(work, campaign_id)
        with each:
            operators.check_version(campaign.version, version)
        with each:
            state = campaign_states.moved(campaign.state, CampaignState.DRAFT)
    after = replace(campaign, state=state, scheduled_at=None, template_version=None)
    return await _moved(work, act, AuditAction.CAMPAIGN_UNSCHEDULED, after)


async def send(work: CampaignsWork, act: Act, campaign_id: CampaignId, *, version: int) -> Campaign:
    """Begin to send a campaign.

    Raises, all at once, ForbiddenError, NotFoundError, VersionOutdatedError, CampaignStateConflictError and
    InvalidInputErrors.
    """
    with all_at_once() as each:
        with each:
            await operators.require(work, act)
        campaign = await _ready(work, campaign_id, version, CampaignState.SENDING)
        if campaign.state is CampaignState.PAUSED:
            raise InvalidInputError("This campaign is paused; resume it instead.", field="id")
    after = await started(work, act, campaign)
    return await _moved(work, act, AuditAction.CAMPAIGN_STARTED, after, run_at=act.now)


async def pause(work: CampaignsWork, act: Act, campaign_id: CampaignId) -> Campaign:
    """Send no more mails of a campaign until it is resumed; pausing a paused one changes nothing.

    Mails that no worker has claimed are taken back, also those that wait for their turn; claimed ones go on. A campaign
    without a mail left to send is SENT instead. Raises ForbiddenError, NotFoundError or CampaignStateConflictError.
    """
    await operators.require(work, act)
    campaign = await operators.locked(work, campaign_id)
    if campaign.state is CampaignState.PAUSED:
        return await finished(work, act, campaign) if await _is_done(work, campaign) else campaign
    after = replace(campaign, state=campaign_states.moved(campaign.state, CampaignState.PAUSED))
    if await _is_done(work, campaign):
        return await finished(work, act, campaign)
    await work.recipients.withdraw(campaign_id, now=act.now)
    return await _moved(work, act, AuditAction.CAMPAIGN_PAUSED, after)


async def resume(work: CampaignsWork, act: Act, campaign_id: CampaignId) -> Campaign:
    """Go on with a paused campaign; resuming one that is being sent changes nothing.

    Raises ForbiddenError, NotFoundError or CampaignStateConflictError.
    """
    await operators.require(work, act)
    campaign = await operators.locked(work, campaign_id)
    if campaign.state is CampaignState.SENDING:
        return campaign
    if campaign.state is not CampaignState.PAUSED:
        raise campaign_states.CampaignStateConflictError(campaign.state, CampaignState.SENDING)
    after = replace(campaign, state=CampaignState.SENDING)
    return await _moved(work, act, AuditAction.CAMPAIGN_RESUMED, after, run_at=act.now)


async def cancel(work: CampaignsWork, act: Act, campaign_id: CampaignId) -> Campaign:
    """End a campaign: no mail that the mail server has not taken is sent. Cancelling a cancelled one changes nothing.

    One without a mail left to send is SENT instead. Raises ForbiddenError, NotFoundError or CampaignStateConflictError.
    """
    await operators.require(work, act)
    campaign = await operators.locked(work, campaign_id)
    if campaign.state is CampaignState.CANCELLED:
        return campaign
    state = campaign_states.moved(campaign.state, CampaignState.CANCELLED)
    await work.recipients.settle(campaign_id)
    if await _is_done(work, campaign):
        return await finished(work, act, campaign)
    await work.recipients.cancel(campaign_id, now=act.now)
    after = replace(campaign, state=state, finished_at=act.now)
    return await _moved(work, act, AuditAction.CAMPAIGN_CANCELLED, after)


async def started(work: CampaignsWork, act: Act, campaign: Campaign) -> Campaign:
    """Return a campaign that begins: the segment's groups are pinned, and the template's version if it is not yet.

    Raises InvalidInputError where the values do not fit the template.
    """
    template = await campaign_changes.template_of(work, campaign)
    segment_id = campaign.segment_id
    segment = None if segment_id is None else (await work.segments.by_ids([segment_id]))[0]
    assert template is not None  # noqa: S101 - a template in use is not removed
    assert segment is not None  # noqa: S101 - nor is a segment
    email_templates.checked_values(template, campaign.values)
    return replace(
        campaign,
        state=campaign_states.moved(campaign.state, CampaignState.SENDING),
        template_version=template.version,
        groups=segment.groups,
        started_at=act.now,
    )


async def finished(work: CampaignsWork, act: Act, campaign: Campaign) -> Campaign:
    """Store that all mails of a campaign are sent, or given up."""
    await work.recipients.settle(campaign.id)
    after = replace(campaign, state=CampaignState.SENT, finished_at=act.now, version=campaign.version + 1)
    await work.campaigns.put(after)
    work.emit(campaign_signal(campaign.id))
    return after


async def _is_done(work: CampaignsWork, campaign: Campaign) -> bool:
    """Tell whether all recipients of a campaign were found, and none of them waits for a mail."""
    if not campaign.is_resolved:
        return False
    await work.recipients.settle(campaign.id, posted_only=True)
    (progress,) = await work.recipients.progress([campaign.id])
    return not progress.pending and not progress.posted


async def _ready(work: CampaignsWork, campaign_id: CampaignId, version: int, to: CampaignState) -> Campaign:
    """Return a campaign, locked, that may get to a state, with the version of its template that its values fit.

    Raises what is wrong, all at once.
    """
    campaign = await operators.locked(work, campaign_id)
    with all_at_once() as each:
        with each:
            operators.check_version(campaign.version, version)
        with each:
            campaign_states.moved(campaign.state, to)
        with each:
            template = await campaign_changes.template_of(work, campaign)
            if template is not None and campaign.state not in ENDED:
                email_templates.checked_values(template, campaign.values)
                campaign = replace(campaign, template_version=template.version)
    return campaign


async def _moved(
    work: CampaignsWork,
    act: Act,
    action: AuditAction,
    campaign: Campaign,
    *,
    run_at: datetime | None = None,
) -> Campaign:
    """Store a campaign in its new state; earlier jobs of it do nothing, and with `run_at` one goes on with it then."""
    after = replace(campaign, version=campaign.version + 1, tick=campaign.tick + 1)
    await work.campaigns.put(after)
    if run_at is not None:
        await campaign_jobs.start(work, act, after, at=run_at)
    await campaign_changes.record(work, act, action, after)
    work.emit(campaign_signal(after.id))
    return after
