"""Recipient outcomes in SQL: what the outbox and the events of mails tell of a recipient now.

A mail is kept for 120 days. What is told here is stored in the recipient before, and joined with what was stored.
"""

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Text,
    any_,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.sql.selectable import Subquery

from domain.campaigns.campaign_states import RecipientState
from domain.gamification.xp import QUIZ_REASONS, XpStatus
from domain.mail.mail_events import MailEventKind
from domain.mail.outbox import NOT_WANTED
from persistence.tables.campaigns.campaigns import campaign_recipients
from persistence.tables.gamification.xp import xp_entries
from persistence.tables.jobs.jobs import IS_LIVE, jobs
from persistence.tables.mail.mail_events import mail_events
from persistence.tables.mail.outbox import mails

CANCELLED, ACCOUNT_DELETED = "CANCELLED", "ACCOUNT_DELETED"
"""Why else a mail of a campaign was given up that the mail server did not refuse."""
_r = campaign_recipients
_has_job = exists().where(jobs.c.id == mails.c.job_id, text(f"jobs.{IS_LIVE}"))


def _is_one(column: ColumnElement[str], *values: str) -> ColumnElement[bool]:
    return column == any_(literal(values, ARRAY(Text)))


def _became(kind: MailEventKind) -> ColumnElement[bool]:
    name = kind.value.lower()
    told = exists().where(mail_events.c.mail_id == _r.c.mail_id, mail_events.c.kind == kind.value)
    return (_r.c[name] | told).label(name)


_state = case(
    (mails.c.sent_at.is_not(None), RecipientState.SENT.value),
    (~_is_one(_r.c.state, RecipientState.POSTED.value, RecipientState.FAILED.value), _r.c.state),
    (mails.c.suppressed_by.is_not(None), RecipientState.SUPPRESSED.value),
    (_is_one(mails.c.failure, NOT_WANTED, ACCOUNT_DELETED), RecipientState.SKIPPED.value),
    (mails.c.failure == CANCELLED, RecipientState.CANCELLED.value),
    (mails.c.given_up_at.is_not(None) | mails.c.id.is_(None) | ~_has_job, RecipientState.FAILED.value),
    else_=_r.c.state,
)
_reason = func.coalesce(
    _r.c.reason,
    mails.c.suppressed_by,
    mails.c.failure,
    case((mails.c.id.is_not(None) & mails.c.sent_at.is_(None) & ~_has_job, "HELD")),
)
OUTCOMES: Subquery = (
    select(
        _r.c.id,
        _r.c.campaign_id,
        _r.c.user_id,
        _r.c.state.label("stored_state"),
        _r.c.next_run_at,
        case((_r.c.mail_id.is_(None), _r.c.state), else_=_state).label("state"),
        _reason.label("reason"),
        func.coalesce(_r.c.sent_at, mails.c.sent_at).label("sent_at"),
        *(_became(kind) for kind in MailEventKind),
        _r.c.unsubscribed_at,
        _r.c.xp_sessions,
    )
    .select_from(_r.outerjoin(mails, mails.c.id == _r.c.mail_id))
    .subquery("outcomes")
)
"""Every recipient with what is known of the mail now."""

TOLD = ("state", "reason", "sent_at", *(kind.value.lower() for kind in MailEventKind))
"""What is stored in a recipient of what is known of the mail."""


def xp_sessions(user_id: ColumnElement[str], sent_at: ColumnElement[object]) -> ColumnElement[int]:
    """Return how many quizzes of a user earned XP within 7 days after a mail."""
    return (
        select(cast(func.count(func.distinct(xp_entries.c.source_id)), Integer))
        .where(
            xp_entries.c.user_id == user_id,
            _is_one(xp_entries.c.reason, *sorted(reason.value for reason in QUIZ_REASONS)),
            xp_entries.c.amount > 0,
            xp_entries.c.status != XpStatus.REVERSED.value,
            xp_entries.c.occurred_at >= sent_at,
            xp_entries.c.occurred_at < sent_at + text("interval '7 days'"),
        )
        .scalar_subquery()
    )
