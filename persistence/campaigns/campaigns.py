"""Campaigns in Postgres."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Integer, any_, bindparam, insert, select, text, update

from domain.campaigns.campaign_jobs import ADVANCE_CAMPAIGN
from domain.campaigns.campaign_states import CampaignState
from domain.campaigns.campaigns import NO_JOB, Campaign, CampaignFilter
from domain.campaigns.segments import written
from domain.ids import CampaignId
from domain.jobs.job_states import JobState
from domain.paging import Page, Window
from persistence.campaigns.segments import read_groups
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.campaigns.campaigns import campaigns
from persistence.tables.jobs.jobs import IS_LIVE

_campaign = maker(
    Campaign,
    state=member_of(CampaignState),
    groups=lambda stored: None if stored is None else read_groups(stored),
)
_columns = columns_for(Campaign, campaigns)
_is_it = campaigns.c.id == bindparam("campaign_id", type_=ID)
_ADD = Statement(
    insert(campaigns).values(
        {column.name: bindparam(column.name, type_=column.type) for column in campaigns.c}
    )
)
_BY_IDS = Statement(
    select(*_columns).where(campaigns.c.id == any_(bindparam("ids", type_=ARRAY(ID)))), _campaign
)
_LOCK = Statement(select(*_columns).where(_is_it).with_for_update(), _campaign)
_CHANGED = [column for column in campaigns.c if column.name not in {"id", "created_at"}]
_PUT = Statement(
    update(campaigns)
    .where(_is_it)
    .values({column.name: bindparam(f"new_{column.name}", type_=column.type) for column in _CHANGED})
)
_UNSETTLED = Statement(
    select(campaigns.c.id)
    .where(campaigns.c.started_at >= bindparam("since", type_=MOMENT))
    .order_by(campaigns.c.id.desc())
    .limit(bindparam("most", type_=Integer)),
    CampaignId,
)
_KEY = "(c.id || ':' || c.tick) COLLATE \"C\""
_IS_ITS_JOB = f"j.kind = '{ADVANCE_CAMPAIGN.name}' AND j.dedupe_key = {_KEY}"
_TROUBLES = Statement(
    text(f"""
    SELECT c.id, coalesce(
        (SELECT j.error FROM jobs j WHERE {_IS_ITS_JOB} AND j.state = '{JobState.FAILED.value}' LIMIT 1), '{NO_JOB}'
    )
    FROM campaigns c
    WHERE c.id = ANY (:ids) AND c.state IN ('{CampaignState.SCHEDULED.value}', '{CampaignState.SENDING.value}')
        AND NOT EXISTS (SELECT FROM jobs j WHERE {_IS_ITS_JOB} AND j.{IS_LIVE})
    """).bindparams(bindparam("ids", type_=ARRAY(ID))),  # noqa: S608 - constants
    lambda campaign_id, trouble: (CampaignId(campaign_id), trouble),
)


def _pages(**conditions: Any) -> Pages[Campaign]:
    return Pages(
        select(*_columns).where(*(campaigns.c[name] == value for name, value in conditions.items())),
        order=[campaigns.c.id],
        descending=True,
        make=_campaign,
        key_of=lambda campaign: (campaign.id,),
        name="campaigns",
    )


_ALL, _IN_STATE = _pages(), _pages(state=bindparam("state", type_=ID))


class SqlCampaigns:
    """Campaigns in the table `campaigns`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, campaign: Campaign) -> None:
        """Store a new campaign."""
        await self._connection.run(_ADD, **_values(campaign))

    async def by_ids(self, ids: list[CampaignId]) -> list[Campaign | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=ids)
        return by_key(ids, found, lambda campaign: campaign.id)

    async def page(self, asked: CampaignFilter, window: Window) -> Page[Campaign]:
        """Return the campaigns that pass the filter, newest first."""
        if asked.state is None:
            return await _ALL.read(self._connection, window)
        return await _IN_STATE.read(self._connection, window, state=asked.state.value)

    async def lock(self, campaign_id: CampaignId) -> Campaign | None:
        """Return a campaign, and keep all others from it until the transaction ends."""
        return await self._connection.first(_LOCK, campaign_id=campaign_id)

    async def put(self, campaign: Campaign) -> None:
        """Store the changes of a campaign that `lock` returned."""
        values = _values(campaign)
        changed = {f"new_{column.name}": values[column.name] for column in _CHANGED}
        await self._connection.run(_PUT, campaign_id=campaign.id, **changed)

    async def troubles(self, ids: list[CampaignId]) -> list[str | None]:
        """Return why each campaign does not go on by itself, one slot per id; None for one that does or has ended."""
        found: dict[CampaignId, str] = dict(await self._connection.all(_TROUBLES, ids=ids))
        return [found.get(each) for each in ids]

    async def unsettled(self, *, since: datetime, limit: int) -> list[CampaignId]:
        """Return the campaigns that began since then, newest first."""
        return await self._connection.all(_UNSETTLED, since=since, most=limit)


def _values(campaign: Campaign) -> dict[str, Any]:
    values = {column.name: getattr(campaign, column.name) for column in campaigns.c}
    groups = None if campaign.groups is None else written(campaign.groups)
    return values | {"state": campaign.state.value, "groups": groups}
