"""Event notes: what the product does is noted with it, once, only where an endpoint wants it, and for no further statement."""

from typing import Any

import pytest

from domain.accounts.users import Role
from domain.gamification import xp
from domain.gamification.xp import Award, XpReason, XpStatus
from domain.ids import UserId
from domain.unit_of_work import Meter
from domain.webhooks.deliveries import WebhookDelivery
from domain.webhooks.events import WebhookEvent
from persistence import event_notes
from tests.builders import a_user, mint
from tests.builders.acts import an_act
from tests.builders.roadmaps import a_file, a_node
from tests.support.accounts import accepted
from tests.support.attempts import a_quiz_taker
from tests.support.clients.roadmaps import enrol, publish_file, set_node
from tests.support.goals import active_goal, move_goal
from tests.support.schema_client import Asker
from tests.support.webhooks import fanned_out, noted, stored_endpoint


def data_of(found: list[WebhookDelivery], event: WebhookEvent) -> list[dict[str, Any]]:
    return [each.payload["data"] for each in found if each.event is event]


def an_award(user_id: UserId, **values: Any) -> Award:
    usual: dict[str, Any] = {
        "user_id": user_id,
        "reason": XpReason.ADJUSTMENT,
        "source_type": "test",
        "source_id": mint("goal"),
        "amount": 10,
        "occurred_at": an_act().now,
        "local_date": an_act().now.date(),
        "explanation": "A test.",
    }
    return Award(**usual | values)


async def awarded(ask: Asker, *awards: Award) -> list[xp.XpEntry]:
    async with ask.postgres.open_work(Meter()) as work:
        return await xp.award(work.xp, list(awards), mint=mint, emit=work.emit)


async def test_without_an_endpoint_nothing_is_noted(ask: Asker) -> None:
    user, _ = await ask.learner()
    await awarded(ask, an_award(user.id))

    assert await noted(ask) == 0


@pytest.mark.parametrize("is_disabled", [False, True])
async def test_only_enabled_endpoints_that_want_an_event_have_it_noted(ask: Asker, is_disabled: bool) -> None:
    at = ask.clock() if is_disabled else None
    await stored_endpoint(ask, WebhookEvent.USER_REGISTERED, disabled_at=at)

    user, _ = await ask.learner()
    await awarded(ask, an_award(user.id))

    assert await noted(ask) == (0 if is_disabled else 1)


async def test_awarded_xp_is_noted_when_it_counts(ask: Asker) -> None:
    await stored_endpoint(ask, WebhookEvent.XP_AWARDED, WebhookEvent.STREAK_MILESTONE)
    user, _ = await ask.learner()
    milestone = an_award(user.id, reason=XpReason.STREAK_MILESTONE, source_type="streak", source_id="7")

    settled, streak, withheld, rejected, _ = await awarded(
        ask,
        an_award(user.id),
        milestone,
        an_award(user.id, status=XpStatus.PENDING),
        an_award(user.id, status=XpStatus.PENDING),
        an_award(user.id, amount=0),
    )
    await awarded(ask, milestone)  # again, which changes nothing
    found = await fanned_out(ask)

    assert [each["entryId"] for each in data_of(found, WebhookEvent.XP_AWARDED)] == [settled.id, streak.id]
    assert data_of(found, WebhookEvent.STREAK_MILESTONE) == [
        {"userId": user.id, "days": 7, "entryId": streak.id}
    ]

    async with ask.postgres.open_work(Meter()) as work:
        await work.xp.decide([withheld.id], XpStatus.SETTLED)
        await work.xp.decide([rejected.id], XpStatus.REVERSED)
    later = data_of(await fanned_out(ask), WebhookEvent.XP_AWARDED)[2:]

    assert later == [
        {
            "userId": user.id,
            "entryId": withheld.id,
            "amount": 10,
            "reason": "ADJUSTMENT",
            "reversesId": None,
        }
    ]


async def test_a_correction_is_noted_with_what_it_reverses(ask: Asker) -> None:
    user, _ = await ask.learner()
    (entry,) = await awarded(ask, an_award(user.id))
    await stored_endpoint(ask)
    _, moderator = await ask.learner(roles=[Role.LEARNER, Role.MODERATOR])
    await accepted(ask, moderator, "reverseXp", entryId=entry.id, reason="A test.")

    (correction,) = data_of(await fanned_out(ask), WebhookEvent.XP_AWARDED)

    assert (correction["amount"], correction["reversesId"]) == (-10, entry.id)


async def test_what_is_rolled_back_leaves_no_event(ask: Asker) -> None:
    await stored_endpoint(ask)
    user, _ = await ask.learner()
    before = await noted(ask)

    with pytest.raises(RuntimeError):
        async with ask.postgres.open_work(Meter()) as work:
            await xp.award(work.xp, [an_award(user.id)], mint=mint, emit=work.emit)
            await work.users.add(a_user())
            raise RuntimeError

    assert await noted(ask) == before


async def test_a_new_account_is_noted(ask: Asker) -> None:
    await stored_endpoint(ask)
    user, _ = await ask.learner()

    assert data_of(await fanned_out(ask), WebhookEvent.USER_REGISTERED) == [{"userId": user.id}]


async def test_completed_goals_and_roadmaps_are_noted_once(ask: Asker) -> None:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots")))
    user, viewer = await ask.learner()
    await stored_endpoint(ask)

    enrolment = (await enrol(ask, viewer, roadmap_id))["enrolment"]["id"]
    for state in ("DONE", "AVAILABLE", "DONE"):
        await set_node(ask, viewer, roadmap_id, "Knots", state)
    goal = await active_goal(ask, viewer, title="A secret wish")
    goal = (await move_goal(ask, viewer, goal, "COMPLETED"))["goal"]
    await accepted(
        ask, viewer, "updateGoal", id=goal["id"], version=goal["version"], title="Another secret wish"
    )
    found = await fanned_out(ask)

    (completed,) = data_of(found, WebhookEvent.ROADMAP_COMPLETED)
    assert (completed["userId"], completed["enrolmentId"], completed["roadmapId"]) == (
        user.id,
        enrolment,
        roadmap_id,
    )
    assert data_of(found, WebhookEvent.GOAL_COMPLETED) == [
        {"userId": user.id, "goalId": goal["id"], "kind": "MANUAL", "roadmapId": None}
    ]
    assert not any("wish" in str(each.payload) for each in found)


async def test_a_graded_attempt_is_noted_with_its_score_and_costs_no_further_statement(ask: Asker) -> None:
    statements, takers = [], [await a_quiz_taker(ask) for _ in range(2)]
    for taker in takers:
        attempt_id = await taker.start_attempt()
        ask.clock.forward(minutes=5)
        await taker.submit(attempt_id)
        statements.append(ask.statements)
        await stored_endpoint(ask)

    (graded,) = data_of(await fanned_out(ask), WebhookEvent.ATTEMPT_GRADED)[:1]

    assert statements[0] == statements[1]
    assert graded == {
        "userId": takers[1].viewer.user_id,
        "attemptId": attempt_id,
        "quizId": takers[1].quiz.id,
        "state": "GRADED",
        "score": 0,
        "passed": False,
    }


async def test_without_an_endpoint_the_rows_of_an_event_are_not_even_read(ask: Asker) -> None:
    await ask.learner()
    sql = event_notes.noted(WebhookEvent.USER_REGISTERED, "users WHERE true", user="id", at="joined_at")
    plans = []
    for _ in range(2):
        async with ask.postgres.open_work(Meter()) as work:
            rows = await work.connection.raw.fetch(f"EXPLAIN (ANALYZE, TIMING OFF) {sql}")
        plans.append("\n".join(row[0] for row in rows))
        await stored_endpoint(ask)

    assert [("Seq Scan on users" in plan, "(never executed)" in plan) for plan in plans] == [
        (True, True),
        (True, False),
    ]
