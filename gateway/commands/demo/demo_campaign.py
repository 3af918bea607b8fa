"""Demo campaign: demo learners consent to marketing, and a campaign to them shows template, segment and report."""

from dataclasses import replace

from domain.accounts.users import Role
from domain.acts import Act, by_platform
from domain.authentication import operator_changes
from domain.campaigns import (
    campaign_changes,
    campaign_control,
    email_templates,
    segment_changes,
    template_changes,
)
from domain.campaigns.campaigns import Campaign
from domain.campaigns.email_templates import EmailTemplate, TemplateContent
from domain.campaigns.segments import Segment, SegmentCondition, SegmentGroup
from domain.ids import EmailTemplateId, SegmentId
from domain.mail import email_preferences
from domain.unit_of_work import Meter
from domain.work import Work
from gateway import secrets_and_ids
from gateway.mail.template_language import MjmlLanguage
from persistence.work import Postgres

READERS = ("ada", "grace", "milo")
_CONTENT = TemplateContent(
    subject="{{ handle }}, there is something new to learn",
    body="""<mj-section><mj-column>
  <mj-text>Hello {{ handle }},</mj-text>
  <mj-text>{{ opening }}</mj-text>
  <mj-text><ul>{% for item in items %}<li>{{ item }}</li>{% endfor %}</ul></mj-text>
  <mj-button href="{{ app_url }}">Go on learning</mj-button>
</mj-column></mj-section>""",
    text="Hello {{ handle }},\n\n{{ opening }}\n{% for item in items %}\n- {{ item }}{% endfor %}\n\n{{ app_url }}",
    variables=["opening", "items"],
)
_VALUES: dict[str, email_templates.Value] = {
    "opening": "These roadmaps are new on QuestPath:",
    "items": ["Python for data", "SQL from the ground up"],
}
_GROUPS = [
    SegmentGroup(conditions=[SegmentCondition(role=Role.LEARNER), SegmentCondition(active_within_days=30)])
]


async def send(postgres: Postgres) -> None:
    """Create the campaign and begin it; a worker sends its mails, which development writes into the log."""
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with postgres.open_work(Meter()) as work:
        for handle in READERS:
            await _consent(work, act, handle)
        draft = await _draft(work, act)
        await campaign_control.send(work, act, draft.id, version=draft.version)


async def _consent(work: Work, act: Act, handle: str) -> None:
    user = await work.users.by_handle(handle)
    if user is not None:
        await operator_changes.verify(work, act, user_id=user.id)
        await email_preferences.update(work, act.by(user.id), marketing=True)


async def _draft(work: Work, act: Act) -> Campaign:
    checked = email_templates.checked_content(MjmlLanguage(), _CONTENT)
    template = EmailTemplate(
        id=EmailTemplateId(act.mint("emailtemplate")),
        name="New roadmaps",
        version=1,
        subject=checked.subject,
        body=checked.body,
        text=checked.text,
        variables=checked.variables,
        created_at=act.now,
        updated_at=act.now,
    )
    segment = Segment(
        id=SegmentId(act.mint("segment")),
        name="Active learners",
        version=1,
        groups=_GROUPS,
        created_at=act.now,
        updated_at=act.now,
    )
    await template_changes.add(work, act, template)
    await segment_changes.add(work, act, segment)
    draft = campaign_changes.new(
        act, name="New roadmaps of the month", template_id=template.id, segment_id=segment.id
    )
    return await campaign_changes.add(work, act, replace(draft, values=_VALUES))
