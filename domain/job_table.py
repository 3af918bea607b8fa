"""Job table: every kind of job of the platform, and every schedule."""

from dataclasses import field
from datetime import timedelta

from domain.accounts.users import Role
from domain.analytics import weekly_digests
from domain.assessment.partitions import slot_partitions
from domain.campaigns import campaign_jobs
from domain.chats import chat_jobs
from domain.entities import entity
from domain.generation import generation_jobs
from domain.imports.runs import import_jobs
from domain.jobs import backup_jobs
from domain.jobs.job_kinds import JobKind, NoArguments, RetryPolicy, table_of
from domain.jobs.schedules import CronSchedule
from domain.mail import outbox
from domain.printouts import print_jobs
from domain.privacy import erasure
from domain.quality import item_projection, regrade_jobs, report_decisions
from domain.spaced_review import review_jobs
from domain.threads import section_generation
from domain.topics import topic_jobs
from domain.webhooks import delivery_jobs

MAINTENANCE = "maintenance"
"""The queue of what the platform does for itself."""
_ONCE = RetryPolicy(attempts=1)
_LONG = RetryPolicy(attempts=3, timeout=timedelta(hours=1))


@entity
class RebuildLeaderboardsArguments:
    """How many weekly boards are computed again, from this week back."""

    weeks: int = field(default=2, metadata={"between": (1, 520)})


SETTLE_XP = JobKind(
    name="settle_xp",
    description="Lets withheld XP count that had no further finding for a day.",
    queue=MAINTENANCE,
    arguments=NoArguments,
    retries=_ONCE,
    starter=Role.OPERATOR,
    result={"settled": int},
)
ANONYMISE_ACCOUNTS = JobKind(
    name="anonymise_accounts",
    description="Starts the erasure of accounts whose grace period is over.",
    queue=MAINTENANCE,
    arguments=NoArguments,
    retries=_ONCE,
    starter=Role.OPERATOR,
    result={"started": int},
)
MARK_OVERDUE_GOALS = JobKind(
    name="mark_overdue_goals",
    description="Stores which goals are past their deadlines.",
    queue=MAINTENANCE,
    arguments=NoArguments,
    retries=_ONCE,
    starter=Role.OPERATOR,
)
REMOVE_EXPIRED = JobKind(
    name="remove_expired",
    description="Removes rows that are older than their retention.",
    queue=MAINTENANCE,
    arguments=NoArguments,
    retries=_ONCE,
    starter=Role.OPERATOR,
    result={},
)
REQUEUE_LOST = JobKind(
    name="requeue_lost_jobs",
    description="Puts jobs back into the queue that lost their place in it, and starts those that mails lack.",
    queue=MAINTENANCE,
    arguments=NoArguments,
    retries=_ONCE,
    starter=Role.OPERATOR,
    result={"requeued": int, "mails": int},
)
REBUILD_LEADERBOARDS = JobKind(
    name="rebuild_leaderboards",
    description="Computes the leaderboards again from the XP ledger.",
    queue=MAINTENANCE,
    arguments=RebuildLeaderboardsArguments,
    at_once=1,
    retries=_LONG,
    starter=Role.OPERATOR,
    result={"boards": list},
)
REBUILD_ANALYTICS = JobKind(
    name="rebuild_analytics",
    description="Computes the analytics again from the graded attempts.",
    queue=MAINTENANCE,
    arguments=NoArguments,
    at_once=1,
    retries=_LONG,
    starter=Role.OPERATOR,
    result={"attempts": int},
)
RECONCILE_XP = JobKind(
    name="reconcile_xp",
    description="Compares each learner's XP total with the ledger.",
    queue=MAINTENANCE,
    arguments=NoArguments,
    at_once=1,
    retries=_LONG,
    starter=Role.OPERATOR,
    result={"differ": int},
)

KINDS = table_of(
    SETTLE_XP,
    ANONYMISE_ACCOUNTS,
    MARK_OVERDUE_GOALS,
    REMOVE_EXPIRED,
    REQUEUE_LOST,
    REBUILD_LEADERBOARDS,
    REBUILD_ANALYTICS,
    RECONCILE_XP,
    outbox.SEND_MAIL,
    outbox.SEND_PACED_MAIL,
    campaign_jobs.ADVANCE_CAMPAIGN,
    campaign_jobs.SETTLE_CAMPAIGNS,
    weekly_digests.START_DIGESTS,
    weekly_digests.SEND_DIGEST,
    weekly_digests.COUNT_DIGESTS,
    erasure.REVOKE_ACCESS,
    erasure.ERASE_ACCOUNT,
    erasure.VERIFY_ERASURE,
    delivery_jobs.DELIVER,
    import_jobs.CHECK,
    import_jobs.STAGE,
    import_jobs.KEEP,
    import_jobs.REPORT,
    import_jobs.TIDY_FILES,
    review_jobs.TAKE_ANSWERS,
    review_jobs.RESCHEDULE_REVIEWS,
    review_jobs.REFIT_REVIEWS,
    chat_jobs.ANSWER,
    chat_jobs.ENTITLE,
    chat_jobs.SUGGEST,
    chat_jobs.END_LOST,
    item_projection.PROJECT,
    item_projection.REBUILD,
    regrade_jobs.REGRADE,
    report_decisions.NOTICE,
    topic_jobs.GENERATE,
    section_generation.GENERATE,
    *generation_jobs.KINDS.values(),
    print_jobs.PRINT,
    print_jobs.TIDY,
    slot_partitions.MAKE,
    backup_jobs.BACK_UP,
    backup_jobs.VERIFY_BACKUP,
)
"""Every kind of job, by its name."""


def _every(cron: str, kind: JobKind, when: str) -> CronSchedule:
    return CronSchedule(name=kind.name, kind=kind, cron=cron, description=f"{kind.description} {when}.")


SCHEDULES = {
    schedule.name: schedule
    for schedule in (
        _every("* * * * *", SETTLE_XP, "Every minute"),
        _every("* * * * *", ANONYMISE_ACCOUNTS, "Every minute"),
        _every("* * * * *", MARK_OVERDUE_GOALS, "Every minute"),
        _every("* * * * *", REQUEUE_LOST, "Every minute"),
        _every("17 * * * *", REMOVE_EXPIRED, "Every hour"),
        _every("41 * * * *", import_jobs.TIDY_FILES, "Every hour"),
        _every("43 * * * *", print_jobs.TIDY, "Every hour"),
        _every("29 4 * * *", slot_partitions.MAKE, "Every day"),
        _every("*/5 * * * *", campaign_jobs.SETTLE_CAMPAIGNS, "Every five minutes"),
        _every("* * * * *", review_jobs.TAKE_ANSWERS, "Every minute"),
        _every("* * * * *", chat_jobs.END_LOST, "Every minute"),
        _every("23 3 * * 1", review_jobs.REFIT_REVIEWS, "Every week"),
        _every("* * * * *", item_projection.PROJECT, "Every minute"),
        _every("5 1 * * *", backup_jobs.BACK_UP, "Every day"),
        _every("5 4 * * *", backup_jobs.VERIFY_BACKUP, "Every day"),
        _every("*/15 * * * *", weekly_digests.START_DIGESTS, "Every quarter of an hour"),
    )
}
"""Every schedule, by its name."""
