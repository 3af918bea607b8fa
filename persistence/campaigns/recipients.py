"""Recipients of campaigns in Postgres."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Integer, any_, bindparam, cast, func, select

from domain.campaigns.campaign_states import RecipientState
from domain.campaigns.recipients import (
    CampaignProgress,
    CampaignRecipient,
    CampaignReport,
    DueReader,
    RecipientChange,
)
from domain.campaigns.segments import SegmentGroup
from domain.ids import CampaignId, UserId
from domain.paging import Page, Window
from persistence.campaigns import recipient_changes
from persistence.campaigns.recipient_outcomes import OUTCOMES, xp_sessions
from persistence.campaigns.segment_conditions import shape_of, values_of
from persistence.database import SqlConnection
from persistence.paging import PagesPerKey, parent_key
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, Statement, by_key
from persistence.tables.campaigns.campaigns import campaign_recipients

_r = campaign_recipients
_recipient = maker(CampaignRecipient, state=member_of(RecipientState))
_columns = [
    _r.c.id,
    _r.c.campaign_id,
    _r.c.state,
    _r.c.next_run_at,
    _r.c.reason,
    _r.c.sent_at,
    _r.c.delivered,
    _r.c.bounced,
    _r.c.complained,
    _r.c.clicked,
    _r.c.unsubscribed_at.is_not(None),
]


def _pages(*conditions: Any) -> PagesPerKey[CampaignRecipient]:
    return PagesPerKey(
        select(*_columns).where(_r.c.campaign_id == parent_key, *conditions),
        order=[_r.c.id],
        make=_recipient,
        key_of=lambda recipient: (recipient.number,),
        name="recipients",
    )


_ALL, _IN_STATE = _pages(), _pages(_r.c.state == bindparam("state", type_=ID))
_IDS = any_(bindparam("ids", type_=ARRAY(ID)))


def _count(*conditions: Any) -> Any:
    counted = func.count().filter(*conditions) if conditions else func.count()
    return cast(counted, Integer)


_o = OUTCOMES.c
_PROGRESS = Statement(  # of what is known now, as the report is, so that the two agree
    select(
        _o.campaign_id,
        _count(),
        *(_count(_o.state == state.value) for state in RecipientState),
        func.min(_o.next_run_at).filter(_o.state == RecipientState.PENDING.value),
    )
    .where(_o.campaign_id == _IDS)
    .group_by(_o.campaign_id),
    CampaignProgress,
)
_REPORTS = Statement(
    select(
        _o.campaign_id,
        _count(_o.state == RecipientState.SENT.value),
        _count(_o.delivered),
        _count(_o.bounced),
        _count(_o.state == RecipientState.SUPPRESSED.value),
        _count(_o.complained),
        _count(_o.clicked),
        _count(_o.unsubscribed_at.is_not(None)),
        cast(
            func.coalesce(func.sum(func.coalesce(_o.xp_sessions, xp_sessions(_o.user_id, _o.sent_at))), 0),
            Integer,
        ),
    )
    .where(_o.campaign_id == _IDS)
    .group_by(_o.campaign_id),
    CampaignReport,
)


class SqlRecipients:
    """Recipients in the table `campaign_recipients`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

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
        """Add the next users who fit the groups and may get a campaign, by id; return them."""
        values = values_of(groups, began=began) | {"campaign_id": campaign_id, "now": now}
        found = await self._connection.all(
            recipient_changes.resolving(shape_of(groups)), **values, after=after, most=limit
        )
        return [UserId(each) for each in found]

    async def due(self, campaign_id: CampaignId, *, now: datetime, limit: int) -> list[DueReader]:
        """Return and lock recipients who are PENDING and whose time has come, the longest waiting first."""
        return await self._connection.all(recipient_changes.DUE, campaign_id=campaign_id, now=now, most=limit)

    async def put(self, changes: list[RecipientChange]) -> None:
        """Store what becomes of these recipients."""
        await self._connection.run(
            recipient_changes.PUT,
            numbers=[change.number for change in changes],
            states=[change.state.value for change in changes],
            times=[change.next_run_at for change in changes],
            mail_ids=[change.mail_id for change in changes],
            reasons=[change.reason for change in changes],
        )

    async def settle(self, campaign_id: CampaignId, *, posted_only: bool = False) -> int:
        """Store what the outbox and the events of mails tell of the recipients; return how many changed."""
        statement = recipient_changes.SETTLE_POSTED if posted_only else recipient_changes.SETTLE
        return await self._connection.run(statement, campaign_id=campaign_id)

    async def withdraw(self, campaign_id: CampaignId, *, now: datetime) -> int:
        """Take back the posted mails that no worker has claimed: they wait again; return how many."""
        (count,) = await self._connection.all(recipient_changes.WITHDRAW, campaign_id=campaign_id, now=now)
        return count

    async def cancel(self, campaign_id: CampaignId, *, now: datetime) -> int:
        """Cancel the recipients who wait, with their mails that were not sent; return how many."""
        return await self._connection.run(recipient_changes.CANCEL, campaign_id=campaign_id, now=now)

    async def unsubscribed(self, campaign_id: CampaignId, user_id: UserId, *, now: datetime) -> None:
        """Note that a reader withdrew their consent by a link of the campaign."""
        values = {"campaign_id": campaign_id, "user_id": user_id, "now": now}
        await self._connection.run(recipient_changes.UNSUBSCRIBED, **values)

    async def progress(self, ids: list[CampaignId]) -> list[CampaignProgress]:
        """Return how far each campaign is, one per id, in their order."""
        found = by_key(ids, await self._connection.all(_PROGRESS, ids=ids), lambda one: one.campaign_id)
        return [one or CampaignProgress(campaign_id=id_) for id_, one in zip(ids, found, strict=True)]

    async def reports(self, ids: list[CampaignId]) -> list[CampaignReport]:
        """Return what came of each campaign, one per id, in their order."""
        found = by_key(ids, await self._connection.all(_REPORTS, ids=ids), lambda one: one.campaign_id)
        return [one or CampaignReport(campaign_id=id_) for id_, one in zip(ids, found, strict=True)]

    async def pages_of(
        self, ids: list[CampaignId], window: Window, *, state: RecipientState | None
    ) -> list[Page[CampaignRecipient]]:
        """Return a page of the recipients of each campaign, by number, in one state or all."""
        if state is None:
            return await _ALL.read(self._connection, ids, window)
        return await _IN_STATE.read(self._connection, ids, window, state=state.value)
