"""Campaign unsubscriptions: a reader withdraws the consent to marketing by the link of a campaign's mail."""

from domain.acts import Act
from domain.campaigns.work import CampaignsWork
from domain.ids import CampaignId, UserId
from domain.mail import email_preferences


async def unsubscribe(work: CampaignsWork, act: Act, user_id: UserId, campaign_id: CampaignId) -> None:
    """Withdraw the consent of the reader of a signed link, and count it for the campaign once."""
    if await email_preferences.withdraw_marketing(work, act, user_id):
        await work.recipients.unsubscribed(campaign_id, user_id, now=act.now)
