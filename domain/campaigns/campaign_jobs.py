"""Campaign jobs: the kinds of jobs that send campaigns and keep what came of them."""

from datetime import datetime, timedelta

from domain.acts import Act
from domain.campaigns.campaigns import Campaign
from domain.campaigns.work import CampaignsWork
from domain.entities import entity
from domain.ids import CampaignId
from domain.jobs import job_starts
from domain.jobs.job_kinds import JobKind, NoArguments, RetryPolicy
from domain.jobs.job_starts import JobRequest
from domain.mail import outbox


@entity
class AdvanceCampaignArguments:
    """Which campaign goes on, and with which of its jobs; a job with another number than the campaign does nothing."""

    campaign_id: CampaignId
    tick: int


ADVANCE_CAMPAIGN = JobKind(
    name="advance_campaign",
    description="Finds the next recipients of a campaign, or posts its next mails.",
    queue=outbox.QUEUE,
    arguments=AdvanceCampaignArguments,
    retries=RetryPolicy(attempts=20, base=timedelta(seconds=2), cap=timedelta(minutes=5)),
    stays="Pause or cancel its campaign.",
    result={"outcome": str},
)
SETTLE_CAMPAIGNS = JobKind(
    name="settle_campaigns",
    description="Keeps what came of the mails of campaigns, before the mails are removed.",
    queue=outbox.QUEUE,
    arguments=NoArguments,
    result={"settled": int},
)


async def start(work: CampaignsWork, act: Act, campaign: Campaign, *, at: datetime) -> None:
    """Start the job that goes on with a campaign at a time."""
    arguments = AdvanceCampaignArguments(campaign_id=campaign.id, tick=campaign.tick)
    request = JobRequest(arguments=arguments, at=at, dedupe_key=f"{campaign.id}:{campaign.tick}")
    await job_starts.start(work, act, ADVANCE_CAMPAIGN, request)
