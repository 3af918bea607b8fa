"""What a learner declares or wrote themselves moves no board, and what is measured is paid once."""

import asyncio
from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from domain.gamification import xp
from domain.gamification.xp import XpReason
from domain.gamification.xp_rules import CURRENT
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.attempts import a_question, store_quiz
from tests.builders.roadmaps import a_file, a_node
from tests.builders.xp import an_award
from tests.support.attempts import QuizTaker, a_quiz_taker
from tests.support.clients.roadmaps import enrol, publish_file, set_node
from tests.support.goals import DELETE, active_goal, move_goal
from tests.support.schema_client import Asker

LEDGER = "{ viewer { xp(first: 100) { nodes { amount reason explanation } } user { xpTotal } } }"


async def ledger(ask: Asker, viewer: Viewer, reason: str) -> list[tuple[int, str]]:
    """Return amount and explanation of the entries of a reason, oldest first."""
    nodes = (await ask.data(LEDGER, viewer))["viewer"]["xp"]["nodes"]
    return [(node["amount"], node["explanation"]) for node in reversed(nodes) if node["reason"] == reason]


async def total(ask: Asker, viewer: Viewer) -> int:
    found: int = (await ask.data(LEDGER, viewer))["viewer"]["user"]["xpTotal"]
    return found


async def earn(ask: Asker, viewer: Viewer, amount: int) -> None:
    """Earn XP now, as from a quiz."""
    ask.clock.forward(seconds=1)
    given = an_award(viewer.user_id, amount=amount, source_id=mint("attempt"), occurred_at=ask.clock())
    async with ask.postgres.open_work(Meter()) as work:
        await xp.award(work.xp, [given], mint=mint, emit=work.emit)


async def reach(ask: Asker, viewer: Viewer, target: int) -> dict[str, Any]:
    """Create an XP goal, earn its target and complete it."""
    goal = await active_goal(ask, viewer, kind="XP_TARGET", targetXp=target)
    await earn(ask, viewer, target)
    return await move_goal(ask, viewer, goal, "COMPLETED")


async def an_author(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    return viewer


async def test_two_manual_goals_leave_a_fresh_account_without_xp(ask: Asker) -> None:
    _, viewer = await ask.learner()

    for _ in range(2):
        await move_goal(ask, viewer, await active_goal(ask, viewer), "COMPLETED")

    found = await ledger(ask, viewer, "GOAL_COMPLETED")
    assert [amount for amount, _ in found] == [0, 0]
    assert all("declares completed earns nothing" in explanation for _, explanation in found)
    assert await total(ask, viewer) == 0


async def test_one_goal_a_day_is_paid_even_of_many_completed_at_once(ask: Asker) -> None:
    _, viewer = await ask.learner()
    goals = [await active_goal(ask, viewer, kind="XP_TARGET", targetXp=10) for _ in range(5)]
    await earn(ask, viewer, 10)

    await asyncio.gather(*(move_goal(ask, viewer, goal, "COMPLETED") for goal in goals))

    amounts = [amount for amount, _ in await ledger(ask, viewer, "GOAL_COMPLETED")]
    assert sorted(amounts) == [0, 0, 0, 0, CURRENT.goal_completed]


async def test_the_second_goal_of_a_day_is_capped_and_the_next_day_pays_again(ask: Asker) -> None:
    _, viewer = await ask.learner()

    await reach(ask, viewer, 10)
    await reach(ask, viewer, 20)
    ask.clock.forward(days=1)
    await reach(ask, viewer, 30)

    found = await ledger(ask, viewer, "GOAL_COMPLETED")
    assert [amount for amount, _ in found] == [100, 0, 100]
    assert "CAPPED" in found[1][1]


async def test_the_same_xp_and_the_xp_of_goals_pay_no_second_goal(ask: Asker) -> None:
    _, viewer = await ask.learner()
    goals = [await active_goal(ask, viewer, kind="XP_TARGET", targetXp=50) for _ in range(3)]
    await earn(ask, viewer, 50)

    for goal in goals:
        payload = await move_goal(ask, viewer, goal, "COMPLETED")
        assert payload["goal"]["state"] == "COMPLETED"
        ask.clock.forward(days=1)

    assert [amount for amount, _ in await ledger(ask, viewer, "GOAL_COMPLETED")] == [100, 0, 0]


async def test_a_roadmap_pays_one_goal_whatever_is_deleted(ask: Asker) -> None:
    author = await an_author(ask)
    _, viewer = await ask.learner()
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots")))
    await enrol(ask, viewer, roadmap_id)
    await set_node(ask, viewer, roadmap_id, "Knots", "DONE")

    for _ in range(3):
        goal = await active_goal(ask, viewer, kind="ROADMAP", roadmapId=roadmap_id)
        await move_goal(ask, viewer, goal, "COMPLETED")
        await ask.data(DELETE, viewer, input={"id": goal["id"]})
        ask.clock.forward(days=1)

    assert [amount for amount, _ in await ledger(ask, viewer, "GOAL_COMPLETED")] == [100, 0, 0]
    assert await total(ask, viewer) == 125


async def test_an_own_roadmap_earns_nothing_by_nodes_or_goals(ask: Asker) -> None:
    author = await an_author(ask)
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots"), a_node("sails")))
    await enrol(ask, author, roadmap_id)
    for title in ("Knots", "Sails"):
        await set_node(ask, author, roadmap_id, title, "DONE")
    goal = await active_goal(ask, author, kind="ROADMAP", roadmapId=roadmap_id)
    await move_goal(ask, author, goal, "COMPLETED")

    nodes = await ledger(ask, author, "NODE_COMPLETED")
    assert [amount for amount, _ in nodes] == [0, 0]
    assert all("Own content earns nothing." in explanation for _, explanation in nodes)
    assert [amount for amount, _ in await ledger(ask, author, "GOAL_COMPLETED")] == [0]
    assert await total(ask, author) == 0


async def test_nodes_have_a_daily_cap(ask: Asker) -> None:
    author = await an_author(ask)
    _, viewer = await ask.learner()
    roadmap_id = await publish_file(ask, author, a_file(*(a_node(f"n{n}") for n in range(22))))
    await enrol(ask, viewer, roadmap_id)

    for number in range(21):
        await set_node(ask, viewer, roadmap_id, f"N{number}", "DONE")
    ask.clock.forward(days=1)
    await set_node(ask, viewer, roadmap_id, "N21", "DONE")

    found = await ledger(ask, viewer, "NODE_COMPLETED")
    assert [amount for amount, _ in found] == [25] * 20 + [0, 25]
    assert "CAPPED" in found[20][1]


async def test_an_own_quiz_earns_nothing(ask: Asker) -> None:
    user, viewer = await ask.learner()
    made = [a_question() for _ in range(5)]
    async with ask.postgres.open_work(Meter()) as work:
        quiz = await store_quiz(work, user.id, made)
    taker = QuizTaker(ask, viewer, quiz, [q for q, _ in made], [key for _, key in made])

    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)
    attempt = (await taker.submit(attempt_id))["attempt"]

    (entry,) = attempt["xpEntries"]
    assert (attempt["score"], entry["amount"], entry["status"]) == (100.0, 0, "SETTLED")
    assert "You wrote this quiz" in entry["explanation"]
    assert await total(ask, viewer) == 0


@pytest.mark.slow
async def test_a_week_of_cheating_does_not_pass_an_honest_week(ask: Asker) -> None:
    """The cheat declares, writes and repeats what mutations allow; the honest learner passes two quizzes a day."""
    cheat, honest = await an_author(ask), (await ask.learner())[1]
    own = await publish_file(ask, cheat, a_file(*(a_node(f"n{n}") for n in range(30))))
    await enrol(ask, cheat, own)

    for day in range(7):
        for _ in range(3):
            await move_goal(ask, cheat, await active_goal(ask, cheat), "COMPLETED")
        for number in range(4):
            await set_node(ask, cheat, own, f"N{4 * day + number}", "DONE")
            await set_node(ask, cheat, own, f"N{4 * day + number}", "AVAILABLE")
            await set_node(ask, cheat, own, f"N{4 * day + number}", "DONE")
        goal = await active_goal(ask, cheat, kind="ROADMAP", roadmapId=own)
        await move_goal(ask, cheat, goal, "COMPLETED")
        target = await active_goal(ask, cheat, kind="XP_TARGET", targetXp=1)
        await move_goal(ask, cheat, target, "COMPLETED")
        for _ in range(2):
            taker = await a_quiz_taker(ask)
            attempt_id = await taker.start_attempt(mint("key"), viewer=honest)
            await taker.answer_all(attempt_id, viewer=honest)
            await taker.submit(attempt_id, mint("key"), viewer=honest)
        ask.clock.forward(days=1)

    milestones = [amount for amount, _ in await ledger(ask, cheat, XpReason.STREAK_MILESTONE.value)]
    assert await total(ask, cheat) == sum(milestones)
    assert await total(ask, cheat) < await total(ask, honest)
