"""Recipients: one row for each user that a campaign is for, with what became of their mail."""

from datetime import datetime
from typing import Protocol

from domain.campaigns.campaign_states import RecipientState
from domain.campaigns.segments import SegmentGroup
from domain.entities import entity
from domain.ids import CampaignId, UserId
from domain.paging import Page, Window


@entity
class CampaignRecipient:
    """A recipient as operators see them: a number, and what became of the mail.

    `next_run_at` is when a mail may be posted for one that is PENDING, `reason` why there is none or it failed.
    """

    number: int
    campaign_id: CampaignId
    state: RecipientState
    next_run_at: datetime | None
    reason: str | None
    sent_at: datetime | None
    delivered: bool
    bounced: bool
    complained: bool
    clicked: bool
    unsubscribed: bool


@entity
class DueReader:
    """A recipient whose turn it is. `is_wanted` is false for one who may no longer get the campaign."""

    number: int
    user_id: UserId | None
    email: str | None
    handle: str | None
    time_zone: str | None
    is_wanted: bool


@entity
class RecipientChange:
    """What becomes of a recipient: its mail was posted, it waits until another time, or it is passed over."""

    number: int
    state: RecipientState
    next_run_at: datetime | None = None
    mail_id: int | None = None
    reason: str | None = None


@entity
class CampaignProgress:
    """How many recipients of a campaign are in each state. `next_run_at` is when the first that waits may be posted."""

    campaign_id: CampaignId
    recipients: int = 0
    pending: int = 0
    posted: int = 0
    sent: int = 0
    failed: int = 0
    suppressed: int = 0
    skipped: int = 0
    cancelled: int = 0
    next_run_at: datetime | None = None

    @property
    def percent(self) -> int:
        """How many of the recipients are done with, in percent; 0 where there are none."""
        done = self.recipients - self.pending - self.posted
        return 100 * done // self.recipients if self.recipients else 0


@entity
class CampaignReport:
    """What came of a campaign, each as a number of its recipients, and `xp_sessions` as a number of quizzes."""

    campaign_id: CampaignId
    sent: int = 0
    delivered: int = 0
    bounced: int = 0
    suppressed: int = 0
    complained: int = 0
    clicked: int = 0
    unsubscribed: int = 0
    xp_sessions: int = 0


class Recipients(Protocol):
    """Recipients of campaigns; each method that changes many does so in one statement."""

    async def resolve(
        self,
        campaign_id: CampaignId,
        groups: list[SegmentGroup],
        *,
        began: datetime,
        now: datetime,
        after: str,
        limit: int,
    ) -> list[UserId]:
        """Add the next users who fit the groups and may get a campaign, by id; return them.

        A user who is a recipient already stays one. Days are counted back from when the campaign `began`.
        """

    async def due(self, campaign_id: CampaignId, *, now: datetime, limit: int) -> list[DueReader]:
        """Return and lock recipients who are PENDING and whose time has come, the longest waiting first."""

    async def put(self, changes: list[RecipientChange]) -> None:
        """Store what becomes of these recipients."""

    async def settle(self, campaign_id: CampaignId, *, posted_only: bool = False) -> int:
        """Store what the outbox and the events of mails tell of the recipients; return how many changed.

        With `posted_only` of those alone whose mails were on their way.
        """

    async def withdraw(self, campaign_id: CampaignId, *, now: datetime) -> int:
        """Take back the posted mails that no worker has claimed: they wait again; return how many."""

    async def cancel(self, campaign_id: CampaignId, *, now: datetime) -> int:
        """Cancel the recipients who wait, with their mails that were not sent; return how many."""

    async def unsubscribed(self, campaign_id: CampaignId, user_id: UserId, *, now: datetime) -> None:
        """Note that a reader withdrew their consent by a link of the campaign."""

    async def progress(self, ids: list[CampaignId]) -> list[CampaignProgress]:
        """Return how far each campaign is by what is known now, one per id, in their order."""

    async def reports(self, ids: list[CampaignId]) -> list[CampaignReport]:
        """Return what came of each campaign, one per id, in their order."""

    async def pages_of(
        self, ids: list[CampaignId], window: Window, *, state: RecipientState | None
    ) -> list[Page[CampaignRecipient]]:
        """Return a page of the recipients of each campaign, by number, in one state or all."""
