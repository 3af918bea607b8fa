"""Campaign steps in Postgres: who gets a mail, how many at a time, and what pausing and cancelling leave."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.acts import Act
from domain.campaigns import campaign_control, campaign_steps, template_changes
from domain.campaigns.campaign_jobs import ADVANCE_CAMPAIGN, AdvanceCampaignArguments
from domain.campaigns.campaign_states import CampaignState
from domain.campaigns.campaigns import NO_JOB, Campaign
from domain.ids import CampaignId, UserId
from domain.mail import email_preferences
from persistence.stores import SqlWork
from tests.builders import a_user
from tests.builders.acts import an_act
from tests.builders.campaigns import BODY, NOON, SENDER, a_reader, stored_campaign


async def campaign_of(work: SqlWork, campaign_id: CampaignId) -> Campaign:
    (campaign,) = await work.campaigns.by_ids([campaign_id])
    assert campaign is not None
    return campaign


async def advance(
    work: SqlWork, campaign_id: CampaignId, *, now: datetime = NOON, tick: int | None = None
) -> str:
    """Run the job of the campaign that is due, or that of an earlier tick."""
    current = (await campaign_of(work, campaign_id)).tick
    arguments = AdvanceCampaignArguments(campaign_id=campaign_id, tick=current if tick is None else tick)
    return await campaign_steps.advance(work, an_act(now=now), arguments, SENDER)


async def states(work: SqlWork, campaign_id: CampaignId) -> dict[str, int]:
    rows = await work.connection.raw.fetch(
        "SELECT state, count(*) FROM campaign_recipients WHERE campaign_id = $1 GROUP BY 1", campaign_id
    )
    return dict(rows)


async def send_all_mails(work: SqlWork, *, now: datetime = NOON) -> list[str]:
    """Let the mail server take every mail that waits; return to whom they went."""
    rows = await work.connection.raw.fetch(
        "UPDATE mails SET sent_at = $1 WHERE sent_at IS NULL AND given_up_at IS NULL RETURNING recipient, job_id",
        now,
    )
    await work.connection.raw.execute(
        "UPDATE jobs SET state = 'SUCCEEDED' WHERE id = ANY ($1)", [row["job_id"] for row in rows]
    )
    return [row["recipient"] for row in rows]


async def readers(work: SqlWork, count: int, **values: Any) -> list[UserId]:
    return [await a_reader(work, a_user(**values)) for _ in range(count)]


async def sending(work: SqlWork, act: Act, **values: Any) -> Campaign:
    """Begin a campaign and find its recipients."""
    draft = await stored_campaign(work, act, **values)
    await campaign_control.send(work, act, draft.id, version=1)
    assert await advance(work, draft.id) == "RESOLVED"
    return await campaign_of(work, draft.id)


async def test_each_reader_who_consents_gets_one_mail_with_its_reason_and_link(work: SqlWork) -> None:
    await readers(work, 3)
    await work.users.add(a_user())
    campaign = await sending(work, an_act())

    assert await advance(work, campaign.id) == "POSTED"
    posted = await work.connection.raw.fetch("SELECT id, recipient FROM mails")
    mail = await work.mails.waiting_one(posted[0]["id"])
    sent = await send_all_mails(work)
    assert await advance(work, campaign.id) == "FINISHED"

    assert (len(sent), len(set(sent))) == (3, 3)
    assert mail is not None
    assert "You get this mail because you consented to" in mail.body
    assert "https://api.example.org/unsubscribe/marketing/user_" in mail.body
    assert mail.layout is not None
    assert await states(work, campaign.id) == {"SENT": 3}
    assert (await campaign_of(work, campaign.id)).state is CampaignState.SENT


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE email_preferences SET marketing = false",
        "UPDATE users SET email_verified = false",
        "UPDATE users SET suspended_at = now(), suspended_until = NULL",
        "UPDATE users SET deleting_at = now()",
        "UPDATE users SET erased_at = now()",
    ],
)
async def test_nobody_gets_a_mail_who_may_not_before_and_after_they_were_found(
    work: SqlWork, change: str
) -> None:
    await readers(work, 1)
    found = await sending(work, an_act())
    await work.connection.raw.execute(change)
    missed = await sending(work, an_act())

    outcomes = [await advance(work, found.id), await advance(work, missed.id)]

    assert outcomes == ["FINISHED", "FINISHED"]
    assert (await states(work, found.id), await states(work, missed.id)) == ({"SKIPPED": 1}, {})
    assert await work.mails.waiting() == 0


async def test_a_mail_that_was_posted_is_not_sent_once_its_reader_withdraws(work: SqlWork) -> None:
    (reader,) = await readers(work, 1)
    campaign = await sending(work, an_act())
    await advance(work, campaign.id)
    (mail_id,) = [row["id"] for row in await work.connection.raw.fetch("SELECT id FROM mails")]

    assert await work.mails.take_turn(mail_id, every_s={"provider": 0.1}, now=NOON) == pytest.approx(
        0, abs=0.01
    )
    await email_preferences.withdraw_marketing(work, an_act(), reader)

    assert await work.mails.take_turn(mail_id, every_s={"provider": 0.1}, now=NOON) is None


async def test_turns_are_apart_by_the_slowest_pace_whoever_takes_them(work: SqlWork) -> None:
    await readers(work, 1)
    campaign = await sending(work, an_act())
    await advance(work, campaign.id)
    (mail_id,) = [row["id"] for row in await work.connection.raw.fetch("SELECT id FROM mails")]

    waits = [
        await work.mails.take_turn(mail_id, every_s={campaign.id: 2.0, "provider": 0.5}, now=NOON)
        for _ in range(3)
    ]
    other = await work.mails.take_turn(mail_id, every_s={"another": 9.0, "provider": 0.5}, now=NOON)

    assert waits == pytest.approx([0, 2, 4], abs=0.2)
    assert other == pytest.approx(1.5, abs=0.2)


async def test_no_more_mails_are_posted_than_go_out_in_ten_seconds(work: SqlWork) -> None:
    await readers(work, 30)
    campaign = await sending(work, an_act(), per_second=1)

    first = await advance(work, campaign.id), await states(work, campaign.id)
    second = await advance(work, campaign.id), await states(work, campaign.id)
    await send_all_mails(work)
    third = await advance(work, campaign.id), await states(work, campaign.id)

    assert first == ("POSTED", {"POSTED": 10, "PENDING": 20})
    assert second == ("WAITED", {"POSTED": 10, "PENDING": 20})
    assert third == ("POSTED", {"SENT": 10, "POSTED": 10, "PENDING": 10})


async def test_recipients_are_found_in_batches_each_once(
    work: SqlWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign_steps, "RESOLVED_AT_ONCE", 4)
    ids = await readers(work, 10)
    campaign = await sending(work, an_act())
    outcomes = [await advance(work, campaign.id) for _ in range(3)]

    found = await work.connection.raw.fetch("SELECT user_id FROM campaign_recipients ORDER BY id")

    assert outcomes == ["RESOLVED", "RESOLVED", "POSTED"]
    assert sorted(row["user_id"] for row in found) == sorted(ids)
    assert [row["user_id"] for row in found] != sorted(ids)


async def test_a_job_of_an_earlier_number_does_nothing(work: SqlWork) -> None:
    await readers(work, 2)
    campaign = await sending(work, an_act())
    await advance(work, campaign.id)
    before = await states(work, campaign.id)

    again = await advance(work, campaign.id, tick=campaign.tick)

    assert (again, await states(work, campaign.id)) == ("NOT_ITS_TURN", before)
    assert await work.mails.waiting() == 2


async def test_a_scheduled_campaign_begins_at_its_time_and_not_at_one_that_was_changed(work: SqlWork) -> None:
    act = an_act()
    draft = await stored_campaign(work, act)
    first = await campaign_control.schedule(work, act, draft.id, version=1, at=NOON + timedelta(hours=1))
    second = await campaign_control.schedule(work, act, draft.id, version=2, at=NOON + timedelta(hours=2))
    jobs = await work.connection.raw.fetch(
        "SELECT arguments, next_run_at FROM jobs WHERE kind = $1 ORDER BY id", ADVANCE_CAMPAIGN.name
    )

    early = await advance(work, draft.id, now=NOON + timedelta(hours=1), tick=first.tick)
    on_time = await advance(work, draft.id, now=NOON + timedelta(hours=2), tick=second.tick)

    assert [row["next_run_at"] for row in jobs] == [NOON + timedelta(hours=hours) for hours in (1, 2)]
    assert (early, on_time) == ("NOT_ITS_TURN", "RESOLVED")
    assert (await campaign_of(work, draft.id)).state is CampaignState.SENDING


async def test_a_template_that_changes_after_a_campaign_was_scheduled_does_not_keep_it_from_beginning(
    work: SqlWork,
) -> None:
    await readers(work, 1)
    draft = await stored_campaign(work, an_act())
    assert draft.template_id is not None
    scheduled = await campaign_control.schedule(work, an_act(), draft.id, version=1, at=NOON)
    changed = {
        "text": "{{ handle }}, {{ week }}",
        "body": BODY.replace("offer", "week"),
        "variables": ["week"],
    }
    await template_changes.update(
        work, an_act(), SENDER.language, draft.template_id, version=1, subject="Other", **changed
    )
    again = await campaign_control.schedule(work, an_act(), draft.id, version=2, at=NOON)

    outcomes = [await advance(work, draft.id), await advance(work, draft.id)]
    subjects = await work.connection.raw.fetch("SELECT subject FROM mails")

    assert (scheduled.template_version, again.template_version) == (1, 1)
    assert outcomes == ["RESOLVED", "POSTED"]
    assert [row["subject"].startswith("News for") for row in subjects] == [True]


async def test_a_campaign_tells_why_it_does_not_go_on_until_an_operator_mends_it(work: SqlWork) -> None:
    draft, other = await stored_campaign(work, an_act()), await stored_campaign(work, an_act())
    await campaign_control.schedule(work, an_act(), draft.id, version=1, at=NOON)
    await campaign_control.send(work, an_act(), other.id, version=1)
    ids = [draft.id, other.id]

    before = await work.campaigns.troubles(ids)
    raw = work.connection.raw
    await raw.execute("UPDATE jobs SET state = 'FAILED', error = 'OSError' WHERE kind = 'advance_campaign'")
    failed = await work.campaigns.troubles(ids)
    await raw.execute("UPDATE jobs SET state = 'DISCARDED' WHERE kind = 'advance_campaign'")
    discarded = await work.campaigns.troubles(ids)
    await campaign_control.schedule(work, an_act(), draft.id, version=2, at=NOON)
    await campaign_control.pause(work, an_act(), other.id)
    await campaign_control.resume(work, an_act(), other.id)
    after = await work.campaigns.troubles(ids)

    assert failed == ["OSError", "OSError"]
    assert discarded == [NO_JOB, NO_JOB]
    assert before == after == [None, None]


async def test_readers_in_their_quiet_hours_wait_for_their_morning(work: SqlWork) -> None:
    zones = ["UTC", "Asia/Tokyo", "Pacific/Niue"]
    for zone in zones:
        await readers(work, 1, time_zone=zone)
    campaign = await sending(work, an_act(), quiet_from=21, quiet_until=8)

    assert await advance(work, campaign.id) == "POSTED"
    waiting = await work.connection.raw.fetch(
        "SELECT u.time_zone, r.next_run_at FROM campaign_recipients r JOIN users u ON u.id = r.user_id "
        "WHERE r.state = 'PENDING' ORDER BY 1"
    )
    await send_all_mails(work)
    assert await advance(work, campaign.id) == "WAITED"
    next_job = await work.connection.raw.fetchval(
        "SELECT max(next_run_at) FROM jobs WHERE kind = $1", ADVANCE_CAMPAIGN.name
    )

    # At noon of 2 March in UTC it is 21:00 in Tokyo and 1:00 in Niue.
    tokyo, niue = datetime.fromisoformat("2026-03-02T23:00Z"), datetime.fromisoformat("2026-03-02T19:00Z")
    assert [tuple(row) for row in waiting] == [("Asia/Tokyo", tokyo), ("Pacific/Niue", niue)]
    assert next_job == niue
    assert await advance(work, campaign.id, now=niue) == "POSTED"
    await send_all_mails(work)
    await advance(work, campaign.id, now=niue)
    await advance(work, campaign.id, now=tokyo)
    await send_all_mails(work)
    assert await advance(work, campaign.id, now=tokyo) == "FINISHED"


async def test_a_pause_takes_back_what_no_worker_has_claimed_and_a_resume_posts_it_again(
    work: SqlWork,
) -> None:
    await readers(work, 5)
    campaign = await sending(work, an_act())
    await advance(work, campaign.id)
    raw = work.connection.raw
    claimed, released, waits, _, _ = await raw.fetch("SELECT id, job_id FROM mails ORDER BY id")
    begun = [claimed["job_id"], released["job_id"]]
    await raw.execute(
        "UPDATE jobs SET state = 'RUNNING', run = 1 WHERE id = ANY ($1)", [*begun, waits["job_id"]]
    )
    for each in (claimed, released):
        assert await work.mails.claim(each["id"], now=NOON, until=NOON + timedelta(seconds=25)) is not None
    await work.mails.release(released["id"])

    paused = await campaign_control.pause(work, an_act(), campaign.id)
    while_paused = await states(work, campaign.id), await work.mails.waiting()
    entries = await raw.fetch(
        "SELECT j.id FROM jobs j JOIN pgqueuer q ON q.id = j.entry_id WHERE j.kind = 'send_paced_mail'"
    )
    stopped = await advance(work, campaign.id)
    await campaign_control.resume(work, an_act(), campaign.id)
    await advance(work, campaign.id)
    sent = await send_all_mails(work)
    await advance(work, campaign.id)

    assert paused.state is CampaignState.PAUSED
    assert while_paused == ({"POSTED": 2, "PENDING": 3}, 2)
    assert sorted(row["id"] for row in entries) == sorted(begun)
    assert stopped == "NOT_ITS_TURN"
    assert (len(sent), set(Counter(sent).values())) == (5, {1})
    assert await states(work, campaign.id) == {"SENT": 5}


async def test_progress_and_report_agree_on_what_became_of_a_mail_after_the_end(work: SqlWork) -> None:
    await readers(work, 2)
    campaign = await sending(work, an_act())
    await advance(work, campaign.id)
    await work.connection.raw.execute("UPDATE jobs SET state = 'FAILED' WHERE kind = 'send_paced_mail'")
    assert await advance(work, campaign.id) == "FINISHED"
    (ended,) = await work.recipients.progress([campaign.id])

    await send_all_mails(work)  # an operator retries the jobs
    (progress,) = await work.recipients.progress([campaign.id])
    (report,) = await work.recipients.reports([campaign.id])

    assert (ended.failed, ended.sent, ended.percent) == (2, 0, 100)
    assert (progress.failed, progress.sent, report.sent) == (0, 2, 2)


async def test_a_cancelled_campaign_sends_no_mail_that_the_server_has_not_taken(work: SqlWork) -> None:
    await readers(work, 30)
    campaign = await sending(work, an_act(), per_second=1)
    await advance(work, campaign.id)
    raw = work.connection.raw
    rows = await raw.fetch("SELECT id, job_id FROM mails ORDER BY id LIMIT 2")
    await raw.execute("UPDATE mails SET sent_at = $2 WHERE id = $1", rows[0]["id"], NOON)
    await raw.execute("UPDATE jobs SET state = 'RUNNING', run = 1 WHERE id = $1", rows[1]["job_id"])

    cancelled = await campaign_control.cancel(work, an_act(), campaign.id)
    waiting = await work.mails.waiting()
    queued = await raw.fetchval(
        "SELECT count(*) FROM jobs WHERE kind = 'send_paced_mail' AND state = 'QUEUED'"
    )
    before = await states(work, campaign.id)
    await work.mails.sent(
        rows[1]["id"], now=NOON
    )  # the server had taken this one when the campaign was cancelled
    await campaign_steps.settle_some(work, now=NOON)

    assert cancelled.state is CampaignState.CANCELLED
    assert (waiting, queued) == (0, 1)
    assert before == {"SENT": 1, "CANCELLED": 29}
    assert await states(work, campaign.id) == {"SENT": 2, "CANCELLED": 28}
    assert await advance(work, campaign.id) == "NOT_ITS_TURN"
