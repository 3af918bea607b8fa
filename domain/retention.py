"""Retention: removes rows of all areas that are no longer needed, such as tokens, mails, webhooks and receipts."""

from datetime import datetime, timedelta

from domain.ai import calls
from domain.documents import field_usage
from domain.idempotency import FIRST_RECEIPT, REMEMBERED, ReceiptName
from domain.jobs.queues import GONE_AFTER
from domain.service_status.reports import STALE_AFTER
from domain.unit_of_work import OpenUnitOfWork
from domain.webhooks import deliveries
from domain.work import Work

ADDRESSES_OF_MAILS_KEPT = timedelta(days=30)
"""How long the outbox knows to whom a mail went; what waits for so long is given up."""
MAILS_KEPT = timedelta(days=120)
"""How long the outbox keeps what became of a mail, for reports of the last 90 days."""
REPORTS_KEPT = timedelta(days=1)
"""How long the id of a provider's report is known, so that it is taken once; no signature is valid for so long."""
JOBS_KEPT = timedelta(days=7)
"""How long a job is kept that has ended; failed ones stay until they are retried or discarded."""
OFFLINE_EVENTS_KEPT = timedelta(days=7)
"""How long an event of a device is known, so that it is applied once; it is accepted for 72 hours."""
WORKFLOWS_KEPT = timedelta(days=30)
"""How long a workflow is kept that has ended."""
RECEIPTS_AT_ONCE = 1_000
"""How many receipts one transaction looks at."""


async def tidy(work: Work, *, now: datetime) -> None:
    """Remove old tokens, sign-in flows, counts, mails, deliveries, jobs, workflows, events of devices and AI calls."""
    await work.one_time_tokens.forget(now=now)
    await work.external_identities.forget(now=now)
    await work.attempt_limits.forget(now=now)
    await work.mails.forget_recipients(before=now - ADDRESSES_OF_MAILS_KEPT, now=now)
    await work.mails.forget(before=now - MAILS_KEPT)
    await work.mail_events.forget_reports(before=now - REPORTS_KEPT)
    await work.jobs.forget(before=now - JOBS_KEPT)
    await work.workflows.forget(before=now - WORKFLOWS_KEPT)
    await work.offline_events.forget(before=now - OFFLINE_EVENTS_KEPT)
    await work.webhook_deliveries.forget(before=now - deliveries.KEPT)
    await work.queues.forget(before=now - GONE_AFTER, log_before=now - JOBS_KEPT)
    await work.status_reports.forget(before=now - STALE_AFTER)
    await calls.tidy(work, now=now)
    await work.field_usages.forget(before=now - field_usage.KEPT)


async def remove_receipts(open_work: OpenUnitOfWork[Work], *, now: datetime) -> None:
    """Remove the receipts of idempotency keys that are no longer remembered, in short transactions."""
    after: ReceiptName | None = FIRST_RECEIPT
    while after is not None:
        async with open_work() as work:
            after = await work.receipts.forget(before=now - REMEMBERED, after=after, most=RECEIPTS_AT_ONCE)
