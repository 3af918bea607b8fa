"""Campaign tests: an operator sends a campaign to themselves, to see it as a reader will."""

from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.campaigns import campaign_changes, campaign_mails, email_templates, operators
from domain.campaigns.campaign_mails import CampaignSender, Reader
from domain.campaigns.campaigns import Campaign, given
from domain.campaigns.work import CampaignsWork
from domain.errors import InvalidInputError, NotFoundError
from domain.idempotency import checked_key, first_use
from domain.ids import CampaignId
from domain.mail import outbox
from domain.refusals import all_at_once


async def send(
    work: CampaignsWork, act: Act, sender: CampaignSender, campaign_id: CampaignId, *, key: str
) -> Campaign:
    """Post the mail of a campaign to the actor's own verified address; the same key posts it once.

    Raises, all at once, ForbiddenError, NotFoundError and InvalidInputErrors; or IdempotencyKeyReusedError.
    """
    with all_at_once() as each:
        with each:
            await operators.require(work, act)
        with each:
            key = checked_key(key)
        (campaign,) = await work.campaigns.by_ids([campaign_id])
        if campaign is None:
            raise NotFoundError(
                "There is no such campaign; `campaigns` lists those that there are.", field="id"
            )
        template = await campaign_changes.template_of(work, campaign)
        if template is None:
            raise NotFoundError(
                "The template of this campaign was deleted; choose another one with updateCampaign.",
                field="id",
            )
        with each:
            email_templates.checked_values(template, campaign.values)
        reader = await _reader(work, act)
    asked = given(campaign) | {"id": campaign_id, "template_version": template.version}
    earlier = await first_use(
        work.receipts, act, operation="sendTestCampaign", key=key, given=asked, result_id=campaign_id
    )
    if earlier is None:
        layout = sender.language.layout(template.body)
        await work.mails.keep_layout(campaign_mails.layout_id(template), layout)
        mail = campaign_mails.mail_to(reader, campaign, template, sender, is_test=True)
        await outbox.post(work, act, mail)
        await campaign_changes.record(work, act, AuditAction.CAMPAIGN_TESTED, campaign)
    return campaign


async def _reader(work: CampaignsWork, act: Act) -> Reader:
    (user,) = await work.users.by_ids([act.user_id], viewer_id=act.user_id)
    (account,) = await work.users.accounts_by_ids([act.user_id], viewer_id=act.user_id)
    if user is None or account is None:
        raise NotFoundError("There is no such user.")
    if not account.email_verified:
        raise InvalidInputError("Confirm your own e-mail address first; tests go there.", field="id")
    return Reader(user_id=user.id, email=account.email, handle=user.handle)
