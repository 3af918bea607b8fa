"""Tidying: what nobody needs any more is removed."""

from datetime import datetime, timedelta

from domain import field_usage
from domain.work import Work

MAILS_KEPT = timedelta(days=30)
"""How long it can be seen that a letter was sent, or given up."""


async def tidy(work: Work, *, now: datetime) -> None:
    """Remove old tokens, flows, counts and letters."""
    await work.one_time_tokens.forget(now=now)
    await work.external_identities.forget(now=now)
    await work.throttles.forget(now=now)
    await work.mails.forget(before=now - MAILS_KEPT)
    await work.field_usages.forget(before=now - field_usage.KEPT)
