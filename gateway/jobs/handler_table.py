"""Handler table: what runs the jobs of each kind."""

from datetime import timedelta
from typing import Any

from domain import job_table, retention
from domain.acts import Act
from domain.analytics import learner_analytics, weekly_digests
from domain.analytics.weekly_digests import CountDigestsArguments, DigestLinks, WeeklyDigestArguments
from domain.assessment.partitions import slot_partitions
from domain.campaigns import campaign_jobs, campaign_steps
from domain.campaigns.campaign_jobs import AdvanceCampaignArguments
from domain.errors import DomainError
from domain.feature_flags.flag_table import WEEKLY_DIGESTS
from domain.gamification import leaderboard_projection, leaderboards, pending_xp, xp
from domain.gamification.leaderboards import LeaderboardScope, LeaderboardWindow
from domain.job_table import RebuildLeaderboardsArguments
from domain.jobs.job_kinds import NoArguments
from domain.learning import goal_completion
from domain.mail import outbox
from domain.privacy import erasure
from domain.privacy.erasure import ErasureArguments
from domain.webhooks import delivery_jobs
from domain.work import Work
from domain.workflows import step_plans
from gateway.jobs import mail_sender, webhook_delivery
from gateway.jobs.areas import (
    backup_handlers,
    chat_handlers,
    generation_handlers,
    import_handlers,
    print_handlers,
    quality_handlers,
    review_handlers,
    thread_handlers,
    topic_handlers,
)
from gateway.jobs.handlers import Handlers, InSteps, InTransaction, JobContext, WithContext

_BATCH = 100
_LOST_AT_ONCE = 1_000
_WEEK = timedelta(days=7)


class XpDiffersError(DomainError):
    """The XP totals of learners differ from the ledger."""

    code = "XP_DIFFERS"


async def settle_xp(context: JobContext, _arguments: NoArguments) -> dict[str, Any]:
    """Settle what is due, a batch in each transaction."""
    settled = 0
    while True:
        async with context.open_work() as work:
            count = await pending_xp.settle_due(work, now=context.ports.now(), limit=_BATCH)
        settled += count
        if count < _BATCH:
            return {"settled": settled}


async def anonymise_accounts(context: JobContext, _arguments: NoArguments) -> dict[str, Any]:
    """Start the erasures that are due, one in each transaction."""
    started = 0
    while True:
        async with context.open_work() as work:
            user_id = await erasure.start_next(work, context.act(), context.vocabulary)
        if user_id is None:
            return {"started": started}
        started += 1


async def revoke_access(work: Work, act: Act, arguments: ErasureArguments) -> dict[str, Any]:
    """Void the tokens of an account."""
    return {"outcome": await erasure.revoke(work, act, arguments)}


async def erase_account(work: Work, context: JobContext, arguments: ErasureArguments) -> dict[str, Any]:
    """Anonymise an account."""
    randomness = context.ports.randomness
    return {"outcome": await erasure.erase(work, context.act(), arguments, randomness=randomness)}


async def verify_erasure(work: Work, act: Act, arguments: ErasureArguments) -> None:
    """Look what is left of an account."""
    await erasure.verify(work, act, arguments)


async def remove_expired(context: JobContext, _arguments: NoArguments) -> None:
    """Remove rows that are older than their retention."""
    now = context.ports.now()
    async with context.open_work() as work:
        await retention.tidy(work, now=now)
    await retention.remove_receipts(context.open_work, now=now)


async def requeue_lost(work: Work, act: Act, _arguments: NoArguments) -> dict[str, Any]:
    """Give jobs without a place in the queue a new one, and mails without a job theirs."""
    requeued = await work.jobs.requeue_lost(limit=_LOST_AT_ONCE)
    return {"requeued": requeued, "mails": await outbox.start_missing(work, act, limit=_LOST_AT_ONCE)}


async def rebuild_leaderboards(
    context: JobContext, arguments: RebuildLeaderboardsArguments
) -> dict[str, Any]:
    """Compute the board of all time and those of the last weeks from the ledger, each in one transaction."""
    now = context.ports.now()
    boards = [leaderboards.board_of(LeaderboardScope.GLOBAL, LeaderboardWindow.ALL_TIME, now)] + [
        leaderboards.board_of(LeaderboardScope.GLOBAL, LeaderboardWindow.WEEKLY, now - ago * _WEEK)
        for ago in range(arguments.weeks)
    ]
    for number, board in enumerate(boards):
        await context.report(100 * number // len(boards), f"Computing {board.key}.")
        async with context.open_work() as work:
            await leaderboard_projection.rebuild(work.boards_projection, board=board, now=now, emit=work.emit)
    return {"boards": [board.key for board in boards]}


async def rebuild_analytics(work: Work, _act: Act, _arguments: NoArguments) -> dict[str, Any]:
    """Compute the roll-ups from the graded attempts; attempts that end meanwhile wait."""
    return {"attempts": await learner_analytics.rebuild(work.analytics)}


async def reconcile_xp(work: Work, _act: Act, _arguments: NoArguments) -> dict[str, Any]:
    """Count the learners whose XP total is not the sum of their entries; refuse where there are some."""
    different = len(await xp.reconcile(work.xp))
    if different:
        raise XpDiffersError(f"The XP totals of {different} learners differ; see questpath reconcile.")
    return {"differ": different}


async def make_slot_partitions(context: JobContext, _arguments: NoArguments) -> dict[str, Any]:
    """Make the partitions that the slots of later attempts will need, and count what is in all, without their locks."""
    async with context.open_work() as work:
        made = await slot_partitions.make_due(work.slot_partitions, now=context.ports.now())
    async with context.open_work() as work:
        await work.slot_partitions.analyse()
    return {"made": made}


async def start_digests(context: JobContext, _arguments: NoArguments) -> dict[str, Any]:
    """Start the digests that are due, a workflow in each transaction; none while they are switched off."""
    if not context.ports.flags.is_on(WEEKLY_DIGESTS):
        return {"started": 0, "outcome": "SWITCHED_OFF"}
    started, after = 0, None
    while True:
        async with context.open_work() as work:
            user_ids = await weekly_digests.start_due(
                work, context.act(), context.vocabulary, after=after, limit=step_plans.MOST_ITEMS
            )
        started += len(user_ids)
        if len(user_ids) < step_plans.MOST_ITEMS:
            return {"started": started}
        after = user_ids[-1]


async def send_digest(context: JobContext, arguments: WeeklyDigestArguments) -> dict[str, Any]:
    """Post one digest; while they are switched off, it is left out."""
    if not context.ports.flags.is_on(WEEKLY_DIGESTS):
        return {"outcome": "SWITCHED_OFF"}
    ports = context.ports
    links = DigestLinks(public_url=ports.public_url, api_url=ports.api_url, secret=ports.refresh_secret)
    async with context.open_work() as work:
        return {"outcome": await weekly_digests.send(work, context.act(), arguments, links)}


async def count_digests(_work: Work, _act: Act, arguments: CountDigestsArguments) -> dict[str, Any]:
    """Count the digests of a workflow."""
    return weekly_digests.counted(arguments)


async def advance_campaign(context: JobContext, arguments: AdvanceCampaignArguments) -> dict[str, Any]:
    """Go on with a campaign, in one transaction; one that was committed before does nothing when it runs again."""
    async with context.open_work() as work:
        sender = context.ports.campaign_sender
        return {"outcome": await campaign_steps.advance(work, context.act(), arguments, sender)}


async def settle_campaigns(work: Work, act: Act, _arguments: NoArguments) -> dict[str, Any]:
    """Keep what came of the mails of campaigns."""
    return {"settled": await campaign_steps.settle_some(work, now=act.now)}


async def mark_overdue_goals(context: JobContext, _arguments: NoArguments) -> dict[str, Any]:
    """Store the deadlines that goals have passed, a batch in each transaction."""
    marked = 0
    while True:
        async with context.open_work() as work:
            count = await goal_completion.mark_overdue(work, context.act(), limit=_BATCH)
        marked += count
        if count < _BATCH:
            return {"marked": marked}


HANDLERS: Handlers = {
    job_table.SETTLE_XP.name: InSteps(settle_xp),
    job_table.ANONYMISE_ACCOUNTS.name: InSteps(anonymise_accounts),
    job_table.MARK_OVERDUE_GOALS.name: InSteps(mark_overdue_goals),
    job_table.REMOVE_EXPIRED.name: InSteps(remove_expired),
    job_table.REQUEUE_LOST.name: InTransaction(requeue_lost),
    job_table.REBUILD_LEADERBOARDS.name: InSteps(rebuild_leaderboards),
    job_table.REBUILD_ANALYTICS.name: InTransaction(rebuild_analytics),
    job_table.RECONCILE_XP.name: InTransaction(reconcile_xp),
    slot_partitions.MAKE.name: InSteps(make_slot_partitions),
    weekly_digests.START_DIGESTS.name: InSteps(start_digests),
    weekly_digests.SEND_DIGEST.name: InSteps(send_digest),
    weekly_digests.COUNT_DIGESTS.name: InTransaction(count_digests),
    erasure.REVOKE_ACCESS.name: InTransaction(revoke_access),
    erasure.ERASE_ACCOUNT.name: WithContext(erase_account),
    erasure.VERIFY_ERASURE.name: InTransaction(verify_erasure),
    outbox.SEND_PACED_MAIL.name: InSteps(mail_sender.send_paced_mail),
    campaign_jobs.ADVANCE_CAMPAIGN.name: InSteps(advance_campaign),
    campaign_jobs.SETTLE_CAMPAIGNS.name: InTransaction(settle_campaigns),
    outbox.SEND_MAIL.name: InSteps(mail_sender.send_mail),
    delivery_jobs.DELIVER.name: InSteps(webhook_delivery.deliver_webhook),
    **import_handlers.HANDLERS,
    **review_handlers.HANDLERS,
    **chat_handlers.HANDLERS,
    **quality_handlers.HANDLERS,
    **topic_handlers.HANDLERS,
    **thread_handlers.HANDLERS,
    **generation_handlers.HANDLERS,
    **print_handlers.HANDLERS,
    **backup_handlers.HANDLERS,
}
"""The handler of each kind, by its name."""
