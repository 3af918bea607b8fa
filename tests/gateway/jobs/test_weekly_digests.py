"""Weekly digests by their jobs, on real Postgres: who gets one, once, and what it says."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from domain import workflow_table
from domain.accounts.users import User
from domain.analytics.weekly_digests import WeeklyDigestArguments
from domain.content.question_kinds.table import QuestionKind
from domain.job_table import KINDS
from domain.jobs.job_kinds import NoArguments
from domain.jobs.jobs import JobFilter
from domain.paging import window
from domain.unit_of_work import Meter
from domain.workflows import template_saves
from gateway.jobs.handler_table import HANDLERS
from gateway.jobs.handlers import JobContext
from tests.builders.acts import an_act
from tests.builders.flags import a_rule
from tests.builders.jobs import start
from tests.support.accounts import accepted
from tests.support.attempts import a_quiz_taker
from tests.support.jobs import begun
from tests.support.mail import posted
from tests.support.schema_client import Asker

MONDAY = "2026-03-02"


async def run(ask: Asker, kind: str, arguments: Any) -> dict[str, Any]:
    """Run a job of the kind and return its result."""
    async with ask.postgres.open_work(Meter()) as work:
        job = await start(work, an_act(now=ask.clock()), KINDS[kind], arguments=arguments)
        await begun(work, job.id)
        (of_run,) = await work.jobs.by_ids([job.id], viewer_id=None, sees_all=True)
    assert of_run is not None
    await HANDLERS[kind].run(JobContext(of_run, ask.ports), arguments)
    async with ask.postgres.open_reads(Meter()) as work:
        (done,) = await work.jobs.by_ids([job.id], viewer_id=None, sees_all=True)
    assert done is not None
    assert done.result is not None
    return done.result


async def send(ask: Asker, user_id: Any, monday: str = MONDAY) -> str:
    arguments = WeeklyDigestArguments(user_id=user_id, monday=monday)
    outcome: str = (await run(ask, "weekly_digest", arguments))["outcome"]
    return outcome


async def started(ask: Asker) -> Sequence[Any]:
    """Run the schedule, and return whose digests wait."""
    async with ask.postgres.open_work(Meter()) as work:
        await template_saves.ship(work, workflow_table.SHIPPED)
    await run(ask, "start_weekly_digests", NoArguments())
    async with ask.postgres.open_reads(Meter()) as reads:
        jobs = (await reads.jobs.page(JobFilter(kind="weekly_digest"), window(first=100))).nodes
    return sorted(job.user_id or "" for job in jobs)


async def verify(ask: Asker, user_id: Any) -> None:
    async with ask.postgres.open_work(Meter()) as work:
        (account,) = await work.users.accounts_by_ids([user_id], viewer_id=user_id)
        assert account is not None
        await work.credentials.set_verified_email(user_id, account.email)


async def a_reader(ask: Asker, **values: Any) -> User:
    """Store a user with a verified address who wants the digest."""
    user, viewer = await ask.learner(**values)
    await verify(ask, user.id)
    await accepted(ask, viewer, "updateEmailPreferences", weeklyDigest=True)
    return user


async def an_active_reader(ask: Asker) -> Any:
    """Store a reader who took a quiz on the Saturday before."""
    ask.clock.forward(days=-2)
    stage = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE, QuestionKind.TRUE_FALSE)
    attempt_id = await stage.start_attempt()
    await stage.answer_all(attempt_id, wrong=1)
    await stage.submit(attempt_id)
    await verify(ask, stage.viewer.user_id)
    await accepted(ask, stage.viewer, "updateEmailPreferences", weeklyDigest=True)
    ask.clock.forward(days=2)
    await posted(ask.postgres)
    return stage.viewer.user_id


async def test_while_digests_are_switched_off_none_is_started_and_none_is_sent(ask: Asker) -> None:
    user_id = await an_active_reader(ask)
    ask.ports.flags.show([a_rule(key="weekly_digests", enabled=False)])

    assert await started(ask) == []
    assert await send(ask, user_id) == "SWITCHED_OFF"
    assert await posted(ask.postgres) == []
    ask.ports.flags.show([])
    assert await send(ask, user_id) == "POSTED"


async def test_a_digest_tells_the_week_and_comes_once(ask: Asker) -> None:
    user_id = await an_active_reader(ask)

    first = await send(ask, user_id)
    mails = await posted(ask.postgres)
    second = await send(ask, user_id)

    (mail,) = mails
    assert (first, second) == ("POSTED", "NOT_WANTED")
    assert "Quizzes: 1, on 1 of 7 days\nRight answers: 1 of 2" in mail.body
    assert "/unsubscribe/weekly-digest/user_" in mail.body
    assert await posted(ask.postgres) == []


async def test_the_next_week_has_a_digest_again_but_not_without_news(ask: Asker) -> None:
    user_id = await an_active_reader(ask)
    await send(ask, user_id)
    await posted(ask.postgres)

    ask.clock.forward(days=7)

    assert await send(ask, user_id, "2026-03-09") == "NOTHING_TO_SAY"
    assert await posted(ask.postgres) == []


async def test_a_digest_that_is_late_by_a_day_is_left_out(ask: Asker) -> None:
    user_id = await an_active_reader(ask)

    ask.clock.forward(days=1)

    assert await send(ask, user_id) == "TOO_LATE"
    assert await posted(ask.postgres) == []


async def test_the_schedule_starts_the_digests_of_the_zones_where_it_is_monday_at_eight(ask: Asker) -> None:
    london = await a_reader(ask, time_zone="Europe/London")
    new_york = await a_reader(ask, time_zone="America/New_York")

    morning = await started(ask)
    again = await started(ask)
    ask.clock.forward(hours=4)
    later = await started(ask)

    assert morning == again == [london.id]
    assert later == sorted([london.id, new_york.id])


async def test_the_schedule_starts_no_second_digest_of_a_week(ask: Asker) -> None:
    user_id = await an_active_reader(ask)
    before = await started(ask)
    await send(ask, user_id)
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute("DELETE FROM jobs")

    assert (before, await started(ask)) == ([user_id], [])


async def test_a_digest_whose_job_is_held_is_left_to_operators(ask: Asker) -> None:
    user_id = await an_active_reader(ask)
    await started(ask)
    async with ask.postgres.open_work(Meter()) as work:
        (job,) = (await work.jobs.page(JobFilter(kind="weekly_digest"), window(first=9))).nodes
        await work.runs.fail(await begun(work, job.id), error="OSError", now=ask.clock())

    ask.clock.forward(minutes=15)

    assert await started(ask) == [user_id]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET suspended_at = '2026-03-01', suspended_reason = 'A test.'",
        "UPDATE users SET deleting_at = '2026-03-09'",
        "UPDATE users SET erased_at = '2026-03-01'",
        "UPDATE users SET email_verified = false",
        "UPDATE email_preferences SET weekly_digest = false",
    ],
)
async def test_who_is_suspended_leaving_gone_unverified_or_not_interested_gets_none(
    ask: Asker, change: str
) -> None:
    user_id = await an_active_reader(ask)
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute(change)

    assert await started(ask) == []
    assert await send(ask, user_id) == "NOT_WANTED"
    assert await posted(ask.postgres) == []


async def test_a_suspension_that_is_over_counts_no_more(ask: Asker) -> None:
    user_id = await an_active_reader(ask)
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute(
            "UPDATE users SET suspended_at = '2026-01-01', suspended_until = $1, suspended_reason = 'x'",
            ask.clock() - timedelta(days=1),
        )

    assert await started(ask) == [user_id]


async def test_nobody_gets_a_digest_with_nothing_in_it(ask: Asker) -> None:
    user = await a_reader(ask)

    assert await send(ask, user.id) == "NOTHING_TO_SAY"
    assert await posted(ask.postgres) == []
