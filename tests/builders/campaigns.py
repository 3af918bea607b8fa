"""Builders of templates, segments and campaigns, and of readers who consent to marketing."""

from datetime import datetime
from typing import Any

import asyncpg

from domain.accounts.users import NewUser, Role
from domain.acts import Act
from domain.campaigns import campaign_changes, template_changes
from domain.campaigns.campaign_mails import CampaignSender
from domain.campaigns.campaign_states import CampaignState
from domain.campaigns.campaigns import Campaign
from domain.campaigns.email_templates import EmailTemplate
from domain.campaigns.segments import Segment, SegmentCondition, SegmentGroup
from domain.ids import CampaignId, EmailTemplateId, SegmentId, UserId
from gateway.mail.template_language import MjmlLanguage
from persistence.stores import SqlWork
from tests.builders import mint
from tests.builders.accounts import NOON

BODY = "<mj-section><mj-column><mj-text>Hello {{ handle }}, {{ offer }}</mj-text></mj-column></mj-section>"
SENDER = CampaignSender(
    language=MjmlLanguage(),
    public_url="https://app.example.org",
    api_url="https://api.example.org",
    secret=b"secret of a test",
    per_second=10,
)
EVERYBODY = SegmentGroup(conditions=[SegmentCondition(role=Role.LEARNER)])


def a_template(**values: Any) -> EmailTemplate:
    usual: dict[str, Any] = {
        "id": EmailTemplateId(mint("emailtemplate")),
        "name": "Offer",
        "version": 1,
        "subject": "News for {{ handle }}",
        "body": BODY,
        "text": "Hello {{ handle }}, {{ offer }}",
        "variables": ["offer"],
        "created_at": NOON,
        "updated_at": NOON,
    }
    return EmailTemplate(**usual | values)


def a_segment(*groups: SegmentGroup, **values: Any) -> Segment:
    usual: dict[str, Any] = {
        "id": SegmentId(mint("segment")),
        "name": "Everybody",
        "version": 1,
        "groups": list(groups) or [EVERYBODY],
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Segment(**usual | values)


def a_campaign(template: EmailTemplate, segment: Segment, **values: Any) -> Campaign:
    """Make a draft without quiet hours."""
    usual: dict[str, Any] = {
        "id": CampaignId(mint("campaign")),
        "name": "March",
        "state": CampaignState.DRAFT,
        "version": 1,
        "template_id": template.id,
        "template_version": None,
        "segment_id": segment.id,
        "groups": None,
        "values": {"offer": "learn more"},
        "per_second": None,
        "quiet_from": 0,
        "quiet_until": 0,
        "scheduled_at": None,
        "created_at": NOON,
        "started_at": None,
        "finished_at": None,
        "tick": 0,
        "resolved_to": None,
        "is_resolved": False,
    }
    return Campaign(**usual | values)


async def stored_campaign(work: SqlWork, act: Act, *groups: SegmentGroup, **values: Any) -> Campaign:
    """Store a draft with a template and a segment."""
    template, segment = a_template(), a_segment(*groups)
    await template_changes.add(work, act, template)
    await work.segments.add(segment)
    return await campaign_changes.add(work, act, a_campaign(template, segment, **values))


async def consent(raw: "asyncpg.Connection[Any]", user_id: UserId, *, at: datetime = NOON) -> None:
    """Let a stored user have a verified address and consent to marketing."""
    await raw.execute("UPDATE users SET email_verified = true WHERE id = $1", user_id)
    await raw.execute(
        "INSERT INTO email_preferences (user_id, weekly_digest, marketing, marketing_changed_at, changed_at) "
        "VALUES ($1, false, true, $2, $2)",
        user_id,
        at,
    )


async def a_reader(work: SqlWork, new: NewUser, *, at: datetime = NOON) -> UserId:
    """Store a user who may get campaigns."""
    user = await work.users.add(new)
    await consent(work.connection.raw, user.id, at=at)
    return user.id
