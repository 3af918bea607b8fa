"""Recipient changes in SQL: recipients are found, posted, taken back and cancelled, each for many in one statement."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Integer, Text, bindparam, func, insert, select, text, true, update

from domain.campaigns.recipients import DueReader
from persistence.campaigns.recipient_outcomes import CANCELLED, OUTCOMES, TOLD
from persistence.campaigns.segment_conditions import IS_REACHABLE, Shape, is_in, moment
from persistence.jobs.queue_entries import notice, removed
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.accounts.users import users
from persistence.tables.campaigns.campaigns import campaign_recipients
from persistence.tables.jobs.jobs import IS_LIVE

_CAMPAIGN = bindparam("campaign_id", type_=ID)
_NOW = bindparam("now", type_=MOMENT)
_of_campaign = campaign_recipients.c.campaign_id == _CAMPAIGN


@lru_cache(maxsize=256)
def resolving(shape: Shape) -> Statement[str]:
    """Return the statement that adds the next users of a segment, in an order that does not follow their ids."""
    found = (
        select(users.c.id)
        .select_from(users.join(moment, true()))
        .where(is_in(shape), IS_REACHABLE, users.c.id > bindparam("after", type_=ID))
        .order_by(users.c.id)
        .limit(bindparam("most", type_=Integer))
        .cte("found")
        .prefix_with("MATERIALIZED")
    )
    new = select(_CAMPAIGN, found.c.id, _NOW).order_by(func.md5(found.c.id + _CAMPAIGN))
    added = (
        insert(campaign_recipients)
        .from_select(["campaign_id", "user_id", "next_run_at"], new)
        .returning(campaign_recipients.c.id)
        .cte("added")
    )
    return Statement(select(found.c.id).order_by(found.c.id).add_cte(added), str)


DUE = Statement(
    select(
        campaign_recipients.c.id,
        campaign_recipients.c.user_id,
        users.c.email,
        users.c.handle,
        users.c.time_zone,
        func.coalesce(IS_REACHABLE, text("false")),
    )
    .select_from(campaign_recipients.outerjoin(users, users.c.id == campaign_recipients.c.user_id))
    .where(
        _of_campaign,
        campaign_recipients.c.state == text("'PENDING'"),
        campaign_recipients.c.next_run_at <= _NOW,
    )
    .order_by(campaign_recipients.c.next_run_at, campaign_recipients.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(of=campaign_recipients, skip_locked=True),
    DueReader,
)
PUT = Statement(
    text("""
    UPDATE campaign_recipients r SET state = given.state, next_run_at = given.next_run_at,
        mail_id = given.mail_id, reason = given.reason
    FROM unnest(:numbers, :states, :times, :mail_ids, :reasons)
        AS given (id, state, next_run_at, mail_id, reason)
    WHERE r.id = given.id
    """).bindparams(
        bindparam("numbers", type_=ARRAY(BigInteger)),
        bindparam("states", type_=ARRAY(ID)),
        bindparam("times", type_=ARRAY(MOMENT)),
        bindparam("mail_ids", type_=ARRAY(BigInteger)),
        bindparam("reasons", type_=ARRAY(Text)),
    )
)
_told = {name: OUTCOMES.c[name] for name in TOLD}


def _settling(*conditions: Any) -> Statement[Any]:
    differs = func.row(*(campaign_recipients.c[name] for name in TOLD)).is_distinct_from(
        func.row(*_told.values())
    )
    return Statement(
        update(campaign_recipients)
        .where(campaign_recipients.c.id == OUTCOMES.c.id, OUTCOMES.c.campaign_id == _CAMPAIGN, differs)
        .where(*conditions)
        .values(_told)
    )


SETTLE = _settling()
SETTLE_POSTED = _settling(OUTCOMES.c.stored_state == text("'POSTED'"))
WITHDRAW = Statement(
    text(f"""
    WITH held AS (
        SELECT r.id AS number, m.id AS mail_id, j.id AS job_id, j.entry_id, j.state = 'RUNNING' AS is_running
        FROM campaign_recipients r JOIN mails m ON m.id = r.mail_id JOIN jobs j ON j.id = m.job_id
        WHERE r.campaign_id = :campaign_id AND r.state = 'POSTED' AND m.sent_at IS NULL
            AND m.given_up_at IS NULL AND m.claimed_until IS NULL AND j.{IS_LIVE}
        FOR UPDATE OF m, j
    ), no_mails AS (DELETE FROM mails USING held WHERE mails.id = held.mail_id),
    no_jobs AS (DELETE FROM jobs USING held WHERE jobs.id = held.job_id),
    {removed("held")},
    waiting AS (
        UPDATE campaign_recipients r SET state = 'PENDING', mail_id = NULL, next_run_at = :now
        FROM held WHERE r.id = held.number RETURNING r.id
    )
    SELECT (SELECT count(*) FROM waiting),
        (SELECT {notice("cancellation_event", ids="json_agg(entry_id)")} FROM held WHERE is_running
            HAVING count(*) > 0)
    """).bindparams(_CAMPAIGN, _NOW),  # noqa: S608 - a constant
    lambda count, _told: int(count),
)
"""Takes back the mails that no worker has ever claimed: they were certainly not sent.

A worker that waits for the turn of such a mail is told to stop. One that claims it at the same moment comes first or
finds it gone, because both lock its row.
"""
CANCEL = Statement(
    text(f"""
    WITH unsent AS (
        UPDATE mails SET given_up_at = :now, body = '', values = NULL, failure = '{CANCELLED}'
        FROM campaign_recipients r
        WHERE r.campaign_id = :campaign_id AND mails.id = r.mail_id
            AND mails.sent_at IS NULL AND mails.given_up_at IS NULL
        RETURNING mails.job_id
    ), no_jobs AS (
        DELETE FROM jobs USING unsent WHERE jobs.id = unsent.job_id AND jobs.state = 'QUEUED'
        RETURNING jobs.entry_id
    ), no_entries AS (DELETE FROM pgqueuer USING no_jobs WHERE pgqueuer.id = no_jobs.entry_id)
    UPDATE campaign_recipients SET state = 'CANCELLED', next_run_at = NULL
    WHERE campaign_id = :campaign_id AND state IN ('PENDING', 'POSTED')
    """).bindparams(_CAMPAIGN, _NOW)  # noqa: S608 - a constant
)
UNSUBSCRIBED = Statement(
    update(campaign_recipients)
    .where(_of_campaign, campaign_recipients.c.user_id == bindparam("user_id", type_=ID))
    .where(campaign_recipients.c.unsubscribed_at.is_(None))
    .values(unsubscribed_at=_NOW)
)
