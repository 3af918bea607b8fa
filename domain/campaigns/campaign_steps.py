"""Campaign steps: the jobs of a campaign find its recipients in batches, then post its mails until all are done.

Each job is one transaction under the lock of the campaign, which also starts the next job; its number in the campaign
lets a job that runs again, or one from before a pause, do nothing.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.acts import Act
from domain.campaigns import campaign_changes, campaign_control, campaign_jobs, campaign_mails, quiet_hours
from domain.campaigns.campaign_jobs import AdvanceCampaignArguments
from domain.campaigns.campaign_mails import CampaignSender, Reader
from domain.campaigns.campaign_states import CampaignState, RecipientState
from domain.campaigns.campaigns import Campaign, campaign_signal
from domain.campaigns.email_templates import EmailTemplate
from domain.campaigns.recipients import CampaignProgress, DueReader, RecipientChange
from domain.campaigns.work import CampaignsWork
from domain.mail import outbox

RESOLVED_AT_ONCE = 1_000
"""How many users one job adds to the recipients."""
AHEAD = timedelta(seconds=10)
"""For how long the posted mails may last: what a pause has to take back, and what a stall lets pile up."""
AGAIN = timedelta(seconds=2)
"""After how long more is posted while mails go out."""
LOOK = timedelta(seconds=15)
"""After how long a campaign looks again at mails that take long."""
DUE_AT_ONCE = 500
MOST_ROUNDS = 20
"""How many batches one job looks at where most readers have quiet hours."""
KEPT_UP = timedelta(days=45)
"""How long after its start a campaign learns what comes of its mails; the outbox keeps a mail for 30 days."""
SETTLED_AT_ONCE = 500


async def advance(
    work: CampaignsWork, act: Act, arguments: AdvanceCampaignArguments, sender: CampaignSender
) -> str:
    """Go on with a campaign; return what was done: RESOLVED, POSTED, WAITED, FINISHED, or NOT_ITS_TURN."""
    campaign = await work.campaigns.lock(arguments.campaign_id)
    if campaign is None or campaign.tick != arguments.tick:
        return "NOT_ITS_TURN"
    if campaign.state is CampaignState.SCHEDULED:
        campaign = await campaign_control.started(work, act, campaign)
    if campaign.state is not CampaignState.SENDING:
        return "NOT_ITS_TURN"
    if not campaign.is_resolved:
        return await _resolve(work, act, campaign)
    return await _post(work, act, campaign, sender)


async def settle_some(work: CampaignsWork, *, now: datetime) -> int:
    """Keep what came of the mails of all campaigns of the last weeks; return how many recipients changed."""
    ids = await work.campaigns.unsettled(since=now - KEPT_UP, limit=SETTLED_AT_ONCE)
    return sum([await work.recipients.settle(each) for each in ids])


async def _resolve(work: CampaignsWork, act: Act, campaign: Campaign) -> str:
    assert campaign.started_at is not None  # noqa: S101 - it has begun
    found = await work.recipients.resolve(
        campaign.id,
        campaign.groups or [],
        began=campaign.started_at,
        now=act.now,
        after=campaign.resolved_to or "",
        limit=RESOLVED_AT_ONCE,
    )
    last = found[-1] if found else campaign.resolved_to
    after = replace(campaign, resolved_to=last, is_resolved=len(found) < RESOLVED_AT_ONCE)
    await _go_on(work, act, after, at=act.now)
    return "RESOLVED"


async def _post(work: CampaignsWork, act: Act, campaign: Campaign, sender: CampaignSender) -> str:
    template = await campaign_changes.template_of(work, campaign)
    assert template is not None  # noqa: S101 - a template in use is not removed
    await work.recipients.settle(campaign.id, posted_only=True)
    (before,) = await work.recipients.progress([campaign.id])
    per_second = min(campaign.per_second or sender.per_second, sender.per_second)
    room = max(1, int(per_second * AHEAD.total_seconds())) - before.posted
    posted = await _post_due(work, act, campaign, template, sender, room=room, per_second=per_second)
    (now,) = await work.recipients.progress([campaign.id])
    if not now.pending and not now.posted:
        await campaign_control.finished(work, act, campaign)
        return "FINISHED"
    await _go_on(work, act, campaign, at=_next(act.now, now, has_posted=posted > 0 or room <= 0))
    return "POSTED" if posted else "WAITED"


def _next(now: datetime, progress: CampaignProgress, *, has_posted: bool) -> datetime:
    """Return when the next job runs: soon while mails go out, else when the first waiting reader may get one."""
    if has_posted or progress.posted:
        return now + (AGAIN if has_posted else LOOK)
    return max(now + AGAIN, progress.next_run_at or now + LOOK)


async def _post_due(
    work: CampaignsWork,
    act: Act,
    campaign: Campaign,
    template: EmailTemplate,
    sender: CampaignSender,
    *,
    room: int,
    per_second: int,
) -> int:
    """Post mails to those whose time has come, at most `room`; return how many."""
    posted = 0
    for _ in range(MOST_ROUNDS):
        if posted >= room:
            break
        readers = await work.recipients.due(campaign.id, now=act.now, limit=min(DUE_AT_ONCE, room - posted))
        if not readers:
            break
        changes = {reader.number: _without_mail(reader, campaign, act.now) for reader in readers}
        ready = [reader for reader in readers if changes[reader.number] is None]
        if ready:
            mails = [campaign_mails.mail_to(_reader(each), campaign, template, sender) for each in ready]
            await work.mails.keep_layout(
                campaign_mails.layout_id(template), sender.language.layout(template.body)
            )
            ids = await outbox.post_all(work, act, mails, sender=campaign.id, per_second=per_second)
            for reader, mail_id in zip(ready, ids, strict=True):
                changes[reader.number] = RecipientChange(
                    number=reader.number, state=RecipientState.POSTED, mail_id=mail_id
                )
        await work.recipients.put([change for change in changes.values() if change is not None])
        posted += len(ready)
    return posted


def _without_mail(reader: DueReader, campaign: Campaign, now: datetime) -> RecipientChange | None:
    """Return what becomes of a reader who gets no mail now; None for one who gets it."""
    if not reader.is_wanted or reader.time_zone is None:
        return RecipientChange(number=reader.number, state=RecipientState.SKIPPED, reason=outbox.NOT_WANTED)
    loud = quiet_hours.next_loud(
        now, time_zone=reader.time_zone, begins=campaign.quiet_from, ends=campaign.quiet_until
    )
    if loud > now:
        return RecipientChange(number=reader.number, state=RecipientState.PENDING, next_run_at=loud)
    return None


def _reader(due: DueReader) -> Reader:
    assert due.user_id is not None  # noqa: S101 - it is wanted
    assert due.email is not None  # noqa: S101
    assert due.handle is not None  # noqa: S101
    return Reader(user_id=due.user_id, email=due.email, handle=due.handle)


async def _go_on(work: CampaignsWork, act: Act, campaign: Campaign, *, at: datetime) -> None:
    after = replace(campaign, tick=campaign.tick + 1)
    await work.campaigns.put(after)
    await campaign_jobs.start(work, act, after, at=at)
    work.emit(campaign_signal(campaign.id))
