"""Campaigns through the schema, and the jobs that send them, run as a worker runs them."""

from typing import Any

from domain.accounts.users import Viewer
from domain.campaigns import campaign_steps
from domain.campaigns.campaign_jobs import AdvanceCampaignArguments
from domain.campaigns.campaigns import Campaign
from domain.ids import CampaignId, UserId
from domain.unit_of_work import Meter
from tests.builders.acts import an_act
from tests.builders.campaigns import BODY, consent
from tests.support.accounts import accepted
from tests.support.schema_client import Asker

TEMPLATE: dict[str, Any] = {
    "name": "Offer",
    "subject": "News for {{ handle }}",
    "body": BODY,
    "text": "Hello {{ handle }}, {{ offer }}",
    "variables": ["offer"],
}
GROUPS: list[dict[str, Any]] = [{"conditions": [{"role": "LEARNER"}]}]


async def a_template(ask: Asker, viewer: Viewer, **values: Any) -> str:
    given = TEMPLATE | {"idempotencyKey": "t"} | values
    made = await accepted(ask, viewer, "createEmailTemplate", "template { id }", **given)
    return str(made["template"]["id"])


async def a_segment(ask: Asker, viewer: Viewer, **values: Any) -> str:
    given = {"name": "All", "groups": GROUPS, "idempotencyKey": "s"} | values
    made = await accepted(ask, viewer, "createSegment", "segment { id }", **given)
    return str(made["segment"]["id"])


async def a_campaign(ask: Asker, viewer: Viewer, **values: Any) -> CampaignId:
    """Create a draft without quiet hours; its template and segment are those of the same keys."""
    given = {
        "name": "March",
        "templateId": await a_template(ask, viewer),
        "segmentId": await a_segment(ask, viewer),
        "values": {"offer": "learn more"},
        "quietFrom": 0,
        "quietUntil": 0,
        "idempotencyKey": "c",
    } | values
    made = await accepted(ask, viewer, "createCampaign", "campaign { id }", **given)
    return CampaignId(made["campaign"]["id"])


async def a_reader(ask: Asker, **values: Any) -> UserId:
    """Store a learner who may get campaigns."""
    user, _ = await ask.learner(**values)
    await may_get(ask, user.id)
    return user.id


async def may_get(ask: Asker, user_id: UserId) -> None:
    async with ask.postgres.open_work(Meter()) as work:
        await consent(work.connection.raw, user_id, at=ask.clock())


async def campaign_of(ask: Asker, campaign_id: str) -> Campaign:
    async with ask.postgres.open_reads(Meter()) as reads:
        (campaign,) = await reads.campaigns.by_ids([CampaignId(campaign_id)])
    assert campaign is not None
    return campaign


async def run_job(ask: Asker, campaign_id: str) -> str:
    """Run the next job of a campaign; return its outcome."""
    campaign = await campaign_of(ask, campaign_id)
    arguments = AdvanceCampaignArguments(campaign_id=campaign.id, tick=campaign.tick)
    async with ask.postgres.open_work(Meter()) as work:
        return await campaign_steps.advance(
            work, an_act(now=ask.clock()), arguments, ask.ports.campaign_sender
        )


async def run_jobs(ask: Asker, campaign_id: str) -> None:
    """Find the recipients of a campaign, and post its first mails."""
    while await run_job(ask, campaign_id) == "RESOLVED":
        pass


async def take_mails(ask: Asker) -> None:
    """Let the mail server take every mail that waits."""
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute(
            "UPDATE mails SET sent_at = $1, body = '', values = NULL WHERE sent_at IS NULL AND given_up_at IS NULL",
            ask.clock(),
        )


async def a_campaign_in_each_state(ask: Asker, viewer: Viewer) -> dict[str, CampaignId]:
    """Create a campaign for each state, and bring it there; there is at least one reader."""
    await a_reader(ask)
    names = ("DRAFT", "SCHEDULED", "SENDING", "PAUSED", "SENT", "CANCELLED")
    found = {name: await a_campaign(ask, viewer, name=name, idempotencyKey=name) for name in names}
    at = ask.clock().isoformat()
    await accepted(ask, viewer, "scheduleCampaign", id=found["SCHEDULED"], version=1, at=at)
    for name in ("SENDING", "PAUSED", "SENT"):
        await accepted(ask, viewer, "sendCampaign", id=found[name], version=1)
    await accepted(ask, viewer, "pauseCampaign", id=found["PAUSED"])
    await accepted(ask, viewer, "cancelCampaign", id=found["CANCELLED"])
    await run_jobs(ask, found["SENT"])
    await take_mails(ask)
    assert await run_job(ask, found["SENT"]) == "FINISHED"
    return found
