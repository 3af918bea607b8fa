"""Campaign changes: operators create campaigns as drafts, and change drafts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain import text
from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.campaigns import campaigns, email_templates, operators, quiet_hours
from domain.campaigns.campaign_states import CampaignState
from domain.campaigns.campaigns import Campaign
from domain.campaigns.email_templates import EmailTemplate
from domain.campaigns.work import CampaignsWork
from domain.edits import UNCHANGED, Edit, mandatory, settled
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.idempotency import checked_key, first_use
from domain.ids import CampaignId, EmailTemplateId, SegmentId
from domain.refusals import all_at_once

LONGEST_NAME = 120
MOST_PER_SECOND = 1_000


class CampaignNotDraftError(DomainError):
    """The campaign is no draft any more."""

    code = "CAMPAIGN_NOT_DRAFT"


async def create(
    work: CampaignsWork,
    act: Act,
    *,
    name: str,
    template_id: EmailTemplateId,
    segment_id: SegmentId,
    values: Mapping[str, Any],
    per_second: int | None,
    quiet_from: int,
    quiet_until: int,
    key: str,
) -> Campaign:
    """Store a draft; the same key returns the campaign that its first use created.

    Raises, all at once, ForbiddenError, NotFoundErrors, InvalidInputErrors, and IdempotencyKeyReusedError.
    """
    with all_at_once() as each:
        with each:
            await operators.require(work, act)
        with each:
            key = checked_key(key)
        draft = new(act, name=name, template_id=template_id, segment_id=segment_id)
        draft = replace(
            draft,
            values=dict(values),
            per_second=per_second,
            quiet_from=quiet_from,
            quiet_until=quiet_until,
        )
        for field in ("name", "template_id", "segment_id", "values", "quiet_from", "quiet_until"):
            with each:
                kept = await _checked_field(work, field, getattr(draft, field))
                draft = replace(draft, **{field: kept})
        with each:
            _check_pace(per_second)
        if {"templateId", "values"}.isdisjoint(refusal.field for refusal in each.refusals):
            draft = await _with_values(work, draft)
    earlier = await first_use(
        work.receipts,
        act,
        operation="createCampaign",
        key=key,
        given=campaigns.given(draft),
        result_id=draft.id,
    )
    if earlier is not None:
        (stored,) = await work.campaigns.by_ids([CampaignId(earlier)])
        if stored is None:
            raise operators.removed("campaign")
        return stored
    return await add(work, act, draft)


def new(act: Act, *, name: str, template_id: EmailTemplateId, segment_id: SegmentId) -> Campaign:
    """Return a draft without values, quiet hours and a limit of its own."""
    return Campaign(
        id=CampaignId(act.mint("campaign")),
        name=name,
        state=CampaignState.DRAFT,
        version=1,
        template_id=template_id,
        template_version=None,
        segment_id=segment_id,
        groups=None,
        values={},
        per_second=None,
        quiet_from=0,
        quiet_until=0,
        scheduled_at=None,
        created_at=act.now,
        started_at=None,
        finished_at=None,
        tick=0,
        resolved_to=None,
        is_resolved=False,
    )


async def add(work: CampaignsWork, act: Act, draft: Campaign) -> Campaign:
    """Store a draft that was checked."""
    await work.campaigns.add(draft)
    await record(work, act, AuditAction.CAMPAIGN_CREATED, draft)
    return draft


async def update(
    work: CampaignsWork,
    act: Act,
    campaign_id: CampaignId,
    *,
    version: int,
    name: Edit[str | None] = UNCHANGED,
    template_id: Edit[EmailTemplateId | None] = UNCHANGED,
    segment_id: Edit[SegmentId | None] = UNCHANGED,
    values: Edit[Mapping[str, Any] | None] = UNCHANGED,
    per_second: Edit[int | None] = UNCHANGED,
    quiet_from: Edit[int | None] = UNCHANGED,
    quiet_until: Edit[int | None] = UNCHANGED,
) -> Campaign:
    """Change a draft: the fields that were sent, and no others. Where nothing is different, the version stays.

    Raises, all at once, ForbiddenError, NotFoundErrors, VersionOutdatedError, CampaignNotDraftError and
    InvalidInputErrors.
    """
    edits: dict[str, tuple[str, Edit[Any]]] = {
        "name": ("name", name),
        "template_id": ("templateId", template_id),
        "segment_id": ("segmentId", segment_id),
        "values": ("values", values),
        "quiet_from": ("quietFrom", quiet_from),
        "quiet_until": ("quietUntil", quiet_until),
    }
    sent = {name: edit for name, (_, edit) in edits.items() if edit is not UNCHANGED}
    with all_at_once() as each:
        with each:
            await operators.require(work, act)
        for attribute, (field, edit) in edits.items():
            with each:
                mandatory(edit, None, field=field)
                if attribute in sent:
                    sent[attribute] = await _checked_field(work, attribute, edit)
        with each:
            _check_pace(settled(per_second, None))
        before = await operators.locked(work, campaign_id)
        with each:
            operators.check_version(before.version, version)
        with each:
            if before.state is not CampaignState.DRAFT:
                raise _not_draft(before.state)
        same = replace(before, per_second=settled(per_second, before.per_second), **sent)
        if {"templateId", "values"}.isdisjoint(refusal.field for refusal in each.refusals):
            same = await _with_values(work, same)
    if same == before:
        return before
    after = replace(same, version=before.version + 1)
    await work.campaigns.put(after)
    await record(work, act, AuditAction.CAMPAIGN_UPDATED, after)
    work.emit(campaigns.campaign_signal(after.id))
    return after


def _not_draft(state: CampaignState) -> CampaignNotDraftError:
    if state is CampaignState.SCHEDULED:
        return CampaignNotDraftError(
            "A scheduled campaign cannot be changed; make it a draft again with unscheduleCampaign first.",
            field="id",
        )
    return CampaignNotDraftError(
        f"A campaign that is {state.value} cannot be changed; create another one.", field="id"
    )


async def template_of(work: CampaignsWork, campaign: Campaign) -> EmailTemplate | None:
    """Return the template of a campaign: the pinned version of one that was scheduled or has begun, else the newest."""
    if campaign.template_id is None:
        return None
    if campaign.template_version is not None:
        return await work.email_templates.of_version(campaign.template_id, campaign.template_version)
    (newest,) = await work.email_templates.by_ids([campaign.template_id])
    return newest


async def record(work: CampaignsWork, act: Act, action: AuditAction, campaign: Campaign) -> None:
    """Store an act on a campaign in the audit log."""
    difference: dict[str, str | None] = {"name": campaign.name, "state": campaign.state.value}
    if action is AuditAction.CAMPAIGN_SCHEDULED and campaign.scheduled_at is not None:
        difference["scheduled_at"] = campaign.scheduled_at.isoformat()
    await audit.record(work.audit, act, action, target=campaign.id, difference=difference)


async def _checked_field(work: CampaignsWork, name: str, value: Any) -> Any:
    """Return the value of a field if it keeps its own rule; raises InvalidInputError or NotFoundError."""
    if name == "name":
        return text.line(value, field="name", longest=LONGEST_NAME)
    if name == "values":
        email_templates.check_size(value)
        return dict(value)
    if name == "template_id" and await work.email_templates.by_ids([value]) == [None]:
        raise NotFoundError(
            "There is no such template; `emailTemplates` lists those that there are.", field="templateId"
        )
    if name == "segment_id" and await work.segments.by_ids([value]) == [None]:
        raise NotFoundError(
            "There is no such segment; `segments` lists those that there are.", field="segmentId"
        )
    if name in {"quiet_from", "quiet_until"} and not 0 <= value <= quiet_hours.LAST_HOUR:
        field = "quietFrom" if name == "quiet_from" else "quietUntil"
        raise InvalidInputError(f"{field} must be 0 to {quiet_hours.LAST_HOUR}.", field=field)
    return value


def _check_pace(per_second: int | None) -> None:
    if per_second is not None and not 1 <= per_second <= MOST_PER_SECOND:
        raise InvalidInputError(f"perSecond must be 1 to {MOST_PER_SECOND}.", field="perSecond")


async def _with_values(work: CampaignsWork, campaign: Campaign) -> Campaign:
    """Return a campaign whose values fit its template; raises InvalidInputError or NotFoundError."""
    template = await template_of(work, campaign)
    if template is None:
        raise NotFoundError(
            "There is no such template; `emailTemplates` lists those that there are.", field="templateId"
        )
    return replace(campaign, values=email_templates.checked_values(template, campaign.values))
