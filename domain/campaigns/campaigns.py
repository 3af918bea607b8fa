"""Campaigns: a template, a segment and when to send; and the store of campaigns."""

from datetime import datetime
from typing import Any, Protocol

from domain.campaigns.campaign_states import CampaignState
from domain.campaigns.email_templates import Value
from domain.campaigns.segments import SegmentGroup
from domain.entities import entity
from domain.ids import CampaignId, EmailTemplateId, SegmentId
from domain.paging import Page, Window
from domain.signals import Signal

NO_JOB = "The job that goes on with it was discarded."


@entity
class Campaign:
    """A campaign.

    The `template_version` is the newest of when it was scheduled or begun, and the `groups` of its segment are those of
    its start: what is saved later does not change what is sent. `per_second` is its own limit; None leaves that of the
    mail provider. `tick` numbers the jobs that send it, `resolved_to` is the last user who was looked at for its
    recipients.
    """

    id: CampaignId
    name: str
    state: CampaignState
    version: int
    template_id: EmailTemplateId | None
    template_version: int | None
    segment_id: SegmentId | None
    groups: list[SegmentGroup] | None
    values: dict[str, Value]
    per_second: int | None
    quiet_from: int
    quiet_until: int
    scheduled_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    tick: int
    resolved_to: str | None
    is_resolved: bool


@entity
class CampaignFilter:
    """A filter of campaigns; None leaves a condition out."""

    state: CampaignState | None = None


class Campaigns(Protocol):
    """Campaigns. Who changes one has locked it."""

    async def add(self, campaign: Campaign) -> None:
        """Store a new campaign."""

    async def by_ids(self, ids: list[CampaignId]) -> list[Campaign | None]:
        """Return one slot per id, in their order."""

    async def page(self, asked: CampaignFilter, window: Window) -> Page[Campaign]:
        """Return the campaigns that pass the filter, newest first."""

    async def lock(self, campaign_id: CampaignId) -> Campaign | None:
        """Return a campaign, and keep all others from it until the transaction ends."""

    async def put(self, campaign: Campaign) -> None:
        """Store the changes of a campaign that `lock` returned."""

    async def troubles(self, ids: list[CampaignId]) -> list[str | None]:
        """Return why each campaign does not go on by itself, one slot per id; None for one that does or has ended.

        It is the error of its job, which failed for good, or NO_JOB.
        """

    async def unsettled(self, *, since: datetime, limit: int) -> list[CampaignId]:
        """Return the campaigns that began since then, newest first."""


def campaign_signal(campaign_id: CampaignId) -> Signal:
    """Return the signal that a campaign changed."""
    return Signal(topic=f"campaign:{campaign_id}", body=campaign_id)


def given(campaign: Campaign) -> dict[str, Any]:
    """Return what an operator gave, which an idempotency key stands for."""
    names = (
        "name",
        "template_id",
        "segment_id",
        "values",
        "per_second",
        "quiet_from",
        "quiet_until",
    )
    return {name: getattr(campaign, name) for name in names}
