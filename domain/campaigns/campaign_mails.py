"""Campaign mails: what one reader gets, with the reason why it came and the link that ends such mails."""

from typing import Any

from domain.campaigns.campaigns import Campaign
from domain.campaigns.email_templates import EmailPreview, EmailTemplate, TemplateLanguage
from domain.entities import entity
from domain.ids import UserId
from domain.mail import email_preferences
from domain.mail.mails import MailKind, NewMail

REASON = "you consented to mails about offers and news of QuestPath"
TEST_REASON = "you asked for a test of this campaign"
UNSUBSCRIBE = "Stop these mails"


@entity
class CampaignSender:
    """What sends campaigns: the language of templates, where links lead, and the limit of the mail provider.

    `per_second` is how many mails of all campaigns the provider takes in a second.
    """

    language: TemplateLanguage
    public_url: str
    api_url: str
    secret: bytes
    per_second: int


@entity
class Reader:
    """Who gets a mail."""

    user_id: UserId
    email: str
    handle: str


def layout_id(template: EmailTemplate) -> str:
    """Return the name of the layout that the mails of a version share."""
    return f"{template.id}:{template.version}"


def mail_to(
    reader: Reader,
    campaign: Campaign,
    template: EmailTemplate,
    sender: CampaignSender,
    *,
    is_test: bool = False,
) -> NewMail:
    """Return the mail of one reader."""
    values = _values(reader, campaign, sender, reason=TEST_REASON if is_test else REASON)
    subject, text = _texts(template, sender.language, values)
    return NewMail(
        to=reader.email,
        kind=MailKind.CAMPAIGN_TEST if is_test else MailKind.CAMPAIGN,
        subject=subject,
        body=text,
        values=values | {"subject": subject},
        layout_id=layout_id(template),
    )


def preview(
    template: EmailTemplate, language: TemplateLanguage, values: dict[str, Any], *, public_url: str
) -> EmailPreview:
    """Return a mail as a reader will see it, with a handle of nobody and a link that leads nowhere."""
    shown = values | {
        "handle": "reader",
        "app_url": public_url,
        "reason": f"You get this mail because {REASON}.",
        "unsubscribe": {"label": UNSUBSCRIBE, "url": f"{public_url.rstrip('/')}/#"},
    }
    subject, text = _texts(template, language, shown)
    html = language.html(language.layout(template.body), shown | {"subject": subject})
    return EmailPreview(subject=subject, html=html, text=text)


def _values(reader: Reader, campaign: Campaign, sender: CampaignSender, *, reason: str) -> dict[str, Any]:
    path = email_preferences.marketing_path(reader.user_id, campaign.id, secret=sender.secret)
    return {
        **campaign.values,
        "handle": reader.handle,
        "app_url": sender.public_url,
        "reason": f"You get this mail because {reason}.",
        "unsubscribe": {"label": UNSUBSCRIBE, "url": sender.api_url.rstrip("/") + path},
    }


def _texts(template: EmailTemplate, language: TemplateLanguage, values: dict[str, Any]) -> tuple[str, str]:
    """Return subject and text part; the text ends with the reason and the link, as the HTML does."""
    subject = " ".join(language.text(template.subject, values).split())
    link = values["unsubscribe"]
    text = language.text(template.text, values).strip()
    return subject, f"{text}\n\n{values['reason']}\n\n{link['label']}:\n{link['url']}\n"
