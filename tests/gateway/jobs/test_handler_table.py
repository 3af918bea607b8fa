"""Job table and handler table: every kind can run, and every schedule fires."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from croniter import croniter

from domain import job_table, workflow_table
from domain.accounts.users import Role
from domain.gamification import xp
from domain.gamification.xp import XpStatus
from domain.generation import generation_jobs
from domain.jobs import job_arguments, schedule_starts
from domain.jobs.job_kinds import JobKind
from domain.jobs.schedules import CronSchedule
from domain.unit_of_work import Meter
from domain.workflows import template_saves
from gateway.jobs.handler_table import HANDLERS
from gateway.jobs.handlers import JobContext
from tests.builders import mint
from tests.builders.acts import an_act
from tests.builders.jobs import start
from tests.builders.xp import an_award
from tests.support.jobs import begun
from tests.support.privacy import an_author
from tests.support.schema_client import Asker

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def test_every_kind_has_a_handler() -> None:
    assert HANDLERS.keys() == job_table.KINDS.keys()


@pytest.mark.parametrize("schedule", job_table.SCHEDULES.values(), ids=lambda each: each.name)
def test_a_schedule_fires_within_a_year_and_needs_no_arguments(schedule: CronSchedule) -> None:
    first = croniter(schedule.cron, NEW_YEAR).get_next(datetime)

    assert first < NEW_YEAR + timedelta(days=366)
    assert job_arguments.read(schedule.kind, {}) == schedule.kind.arguments()
    assert job_table.KINDS[schedule.kind.name] is schedule.kind


@pytest.mark.parametrize("kind", job_table.KINDS.values(), ids=lambda each: each.name)
async def test_a_job_of_every_kind_succeeds_with_the_least_arguments(ask: Asker, kind: JobKind) -> None:
    ada, _ = await an_author(ask)
    withheld = an_award(ada.id, status=XpStatus.PENDING, source_id=mint("attempt"), occurred_at=ask.clock())
    async with ask.postgres.open_work(Meter()) as work:
        await xp.award(work.xp, [withheld], mint=mint, emit=work.emit)
        await work.deletions.mark(ada.id, ask.clock())
        await template_saves.ship(work, workflow_table.SHIPPED)
    ask.clock.forward(days=2)
    arguments = job_arguments.read(kind, NEEDED.get(kind.name, {}))
    async with ask.postgres.open_work(Meter()) as work:
        act = an_act(now=ask.clock())
        job = await start(work, act, kind, arguments=arguments)
        run = await begun(work, job.id)
        (job_in_run,) = await work.jobs.by_ids([job.id], viewer_id=None, sees_all=True)
    assert job_in_run is not None

    await HANDLERS[kind.name].run(JobContext(job_in_run, ask.ports), arguments)

    async with ask.postgres.open_reads(Meter()) as work:
        (done,) = await work.jobs.by_ids([run.job_id], viewer_id=None, sees_all=True)
    assert done is not None
    assert (done.state.value, done.error) == ("SUCCEEDED", None)
    assert done.result == EXPECTED.get(kind.name)
    declared = kind.result
    if declared is not None:
        assert {name: type(value) for name, value in (done.result or {}).items()}.items() <= declared.items()


NEEDED: dict[str, dict[str, Any]] = {
    "send_mail": {"mail_id": 1},
    "weekly_digest": {"user_id": mint("user"), "monday": "2026-03-02"},
    "reschedule_reviews": {"user_id": mint("user")},
    "count_weekly_digests": {
        "results": [{"outcome": "POSTED"}, {"outcome": "POSTED"}, {"outcome": "TOO_LATE"}]
    },
    "revoke_access": {"user_id": mint("user")},
    "erase_account": {"user_id": mint("user")},
    "verify_erasure": {"user_id": mint("user")},
    "send_paced_mail": {"mail_id": 1, "sender": "campaign", "per_second": 1},
    "advance_campaign": {"campaign_id": mint("campaign"), "tick": 1},
    "deliver_webhook": {"delivery_id": mint("delivery")},
    "regrade_question": {"question_id": mint("question")},
    "generate_thread_contents": {
        "thread_id": mint("thread"),
        "user_id": mint("user"),
        "topic": "Sets",
        "count": 1,
    },
    "generate_topics": {"user_id": mint("user"), "topic_id": mint("topic")},
    "send_report_notice": {"report_id": mint("report")},
    "print_document": {"printout_id": mint("printout"), "user_id": mint("user")},
    **{
        kind.name: {"generation_id": mint("generation"), "user_id": mint("user")}
        for kind in generation_jobs.KINDS.values()
    },
    **{
        f"{step}_import": {"import_id": mint("import"), "user_id": mint("user")}
        for step in ("check", "stage", "keep", "report")
    },
    **{
        kind: {"message_id": mint("chatmessage"), "user_id": mint("user")}
        for kind in ("answer_chat", "entitle_chat", "suggest_chat_questions")
    },
}
"""The arguments of kinds that need some."""
EXPECTED: dict[str, Any] = {
    "answer_chat": {"outcome": "ENDED"},
    **{kind: {"outcome": "NOT_NEEDED"} for kind in ("entitle_chat", "suggest_chat_questions")},
    "end_lost_chat_answers": {"ended": 0},
    "make_slot_partitions": {"made": []},
    "take_answers_into_reviews": {"answers": 0},
    "reschedule_reviews": {"cards": 0},
    "refit_reviews": {"learners": 0, "cards": 0},
    "settle_xp": {"settled": 2},
    "anonymise_accounts": {"started": 1},
    "mark_overdue_goals": {"marked": 0},
    "count_weekly_digests": {"POSTED": 2, "TOO_LATE": 1},
    "revoke_access": {"outcome": "NOT_DUE"},
    "erase_account": {"outcome": "NOT_DUE"},
    "requeue_lost_jobs": {"requeued": 0, "mails": 0},
    "rebuild_leaderboards": {
        "boards": ["GLOBAL:ALL_TIME", "GLOBAL:WEEKLY:2026-W10", "GLOBAL:WEEKLY:2026-W09"]
    },
    "rebuild_analytics": {"attempts": 0},
    "reconcile_xp": {"differ": 0},
    "settle_campaigns": {"settled": 0},
    "send_paced_mail": {"outcome": "NOT_WANTED"},
    "advance_campaign": {"outcome": "NOT_ITS_TURN"},
    "deliver_webhook": {"outcome": "NOT_WAITING"},
    "send_mail": {"outcome": "NOT_WAITING"},
    "start_weekly_digests": {"started": 0},
    "weekly_digest": {"outcome": "NOT_WANTED"},
    **{f"{step}_import": {"outcome": "ENDED"} for step in ("check", "stage", "keep", "report")},
    **{kind.name: {"outcome": "GONE"} for kind in generation_jobs.KINDS.values()},
    "count_responses": {"attempts": 0},
    "rebuild_item_statistics": {"attempts": 0},
    "regrade_question": {"regraded": 0, "raised": 0, "waiting": 0},
    "generate_thread_contents": {"contents": 0},
    "generate_topics": {"added": 0},
    "send_report_notice": {"outcome": "NO_READER"},
    "print_document": {"outcome": "NOT_WANTED"},
    "tidy_printouts": {"removed": 0},
    "back_up": {"outcome": "SWITCHED_OFF"},
    "verify_backup": {"outcome": "SWITCHED_OFF"},
    "tidy_files": {"uploads": 0, "imports": 0, "images": 0},
}
"""The result of each kind in the world of this test."""


async def test_a_schedule_starts_no_second_job_while_the_first_has_not_ended(ask: Asker) -> None:
    schedule = job_table.SCHEDULES["settle_xp"]
    async with ask.postgres.open_work(Meter()) as work:
        act = an_act(now=ask.clock())
        first = await schedule_starts.start(work, act, schedule)
        second = await schedule_starts.start(work, act, schedule)
        await work.runs.succeed(await begun(work, first.id), result=None, now=ask.clock())
        third = await schedule_starts.start(work, act, schedule)

    assert first.id == second.id != third.id
    assert first.arguments == {}


def test_only_operators_start_kinds_by_hand() -> None:
    assert {kind.starter for kind in job_table.KINDS.values()} <= {Role.OPERATOR, Role.ADMIN, None}
