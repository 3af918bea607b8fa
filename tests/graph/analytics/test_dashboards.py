"""The dashboard through the schema."""

from dataclasses import replace
from datetime import date

from domain.accounts.users import User
from domain.gamification import streaks
from domain.gamification.streaks import Activity, ActivityKind
from domain.unit_of_work import Meter
from tests.builders.analytics import facts
from tests.builders.streaks import an_activity, at, daily
from tests.support.analytics import an_exam, record_attempts
from tests.support.schema_client import START, Asker

TODAY = START.date()
DASHBOARD = """
{ viewer { dashboard {
  xpTotal level totalQuizzes timeSpent activeGoals nodesCompleted
  streak { current longest state expiresAt freezesHeld calendar(from: "2026-03-01", to: "2026-03-02") { state } }
  recentActivities { kind summary occurredAt }
} } }
"""


async def record_activities(ask: Asker, user: User, *activities: Activity) -> None:
    async with ask.postgres.open_work(Meter()) as work:
        for activity in activities:
            await streaks.record(work.streaks, replace(activity, user_id=user.id))

    _, viewer = await ask.learner()

    dashboard = (await ask.data(DASHBOARD, viewer))["viewer"]["dashboard"]

    assert dashboard["recentActivities"] == []
    assert dashboard["timeSpent"] == "PT0S"
    assert (dashboard["xpTotal"], dashboard["level"], dashboard["activeGoals"]) == (0, 1, 0)
    assert dashboard["streak"]["state"] == "BROKEN"


async def test_a_dashboard_is_read_in_one_statement(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    security, _ = await an_exam(ask, "Security+")
    await record_attempts(ask, ada, facts(security, TODAY, seconds=90), facts(security, TODAY, seconds=30))
    await record_activities(ask, ada, *daily(date(2026, 2, 20), 11, hour=8))

    dashboard = (await ask.data(DASHBOARD, viewer))["viewer"]["dashboard"]

    assert ask.statements == 1
    assert (dashboard["totalQuizzes"], dashboard["timeSpent"]) == (2, "PT120S")
    assert dashboard["streak"] == {
        "current": 11,
        "longest": 11,
        "state": "ACTIVE",
        "expiresAt": "2026-03-03T00:00:00.000Z",
        "freezesHeld": 1,
        "calendar": [{"state": "DONE"}, {"state": "DONE"}],
    }


async def test_the_latest_ten_activities_come_newest_first(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    other, _ = await ask.learner()
    kinds = [ActivityKind.QUIZ_ATTEMPT, ActivityKind.NODE_COMPLETED]
    for n in range(12):
        moment = at(f"2026-03-01T{n:02}:00")
        await record_activities(ask, ada, an_activity(moment, kind=kinds[n % 2], summary=f"Number {n}"))
    await record_activities(ask, other, an_activity(at("2026-03-01T23:00"), summary="Not hers"))

    dashboard = (await ask.data(DASHBOARD, viewer))["viewer"]["dashboard"]

    events = dashboard["recentActivities"]
    assert [event["summary"] for event in events] == [f"Number {n}" for n in range(11, 1, -1)]
    assert events[0] == {
        "kind": "NODE_COMPLETED",
        "summary": "Number 11",
        "occurredAt": "2026-03-01T11:00:00.000Z",
    }


async def test_the_latest_activities_are_those_of_the_last_moments_whatever_their_dates(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    for n in range(10):  # fourteen hours ahead of UTC: already the 2nd
        moment = at(f"2026-03-01T10:{n:02}")
        await record_activities(ask, ada, an_activity(moment, "Pacific/Kiritimati", summary=f"Early {n}"))
    for n in range(3):  # eleven behind, in days that begin at six: still the 28th
        moment = at(f"2026-03-01T16:{n:02}")
        await record_activities(
            ask, ada, an_activity(moment, "Pacific/Niue", day_start_hour=6, summary=f"Late {n}")
        )

    dashboard = (await ask.data(DASHBOARD, viewer))["viewer"]["dashboard"]

    summaries = [event["summary"] for event in dashboard["recentActivities"]]
    assert summaries == [f"Late {n}" for n in (2, 1, 0)] + [f"Early {n}" for n in range(9, 2, -1)]


async def test_the_streak_of_the_dashboard_is_that_of_the_viewer(ask: Asker) -> None:
    ada, viewer = await ask.learner(time_zone="Asia/Tokyo")
    await record_activities(ask, ada, *daily(date(2026, 2, 17), 12, "Asia/Tokyo"))
    fields = "{ current longest state expiresAt freezesHeld }"

    data = await ask.data(f"{{ viewer {{ streak {fields} dashboard {{ streak {fields} }} }} }}", viewer)

    assert data["viewer"]["streak"] == data["viewer"]["dashboard"]["streak"]
    assert data["viewer"]["streak"]["state"] == "AT_RISK"


async def test_goals_that_are_active_and_not_overdue_are_counted(ask: Asker) -> None:
    _, viewer = await ask.learner()
    for deadline in ("null", '"2026-03-02T10:00:00Z"', '"2026-04-02T10:00:00Z"'):
        key = f"key of {deadline[:9]}".replace('"', "")
        made = await ask.data(
            f'mutation {{ createGoal(input: {{title: "t", idempotencyKey: "{key}", deadline: {deadline}}}) '
            "{ goal { id } } }",
            viewer,
        )
        await ask.data(
            "mutation ($id: ID!) { transitionGoal(input: {id: $id, to: ACTIVE, version: 1}) { goal { id } } }",
            viewer,
            id=made["createGoal"]["goal"]["id"],
        )
    ask.clock.forward(hours=2)

    dashboard = (await ask.data(DASHBOARD, viewer))["viewer"]["dashboard"]

    assert dashboard["activeGoals"] == 2
