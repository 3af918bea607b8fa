"""Progress checks: which statements note a learner whose targets and goals are to be looked at."""

from typing import Any

import pytest

from domain.gamification import xp
from domain.gamification.xp import XpReason
from domain.learning.goals import GoalKind, GoalState
from persistence.stores import SqlWork
from tests.builders import a_user, mint
from tests.builders.goals import a_goal
from tests.builders.roadmaps import an_enrolment
from tests.builders.xp import NOON, an_award
from tests.support.roadmaps import store_roadmap
from tests.support.schema_client import START

AUTHOR, LEARNER = (
    a_user(handle="checked_author", email="checked_author@example.org"),
    a_user(handle="checked_learner", email="checked_learner@example.org"),
)
QUIZ, NODE = XpReason.QUIZ_COMPLETION, XpReason.NODE_COMPLETED


async def noted(work: SqlWork) -> bool:
    return LEARNER.id in await work.progress_checks.waiting(now=NOON, limit=100)


@pytest.mark.parametrize(
    ("goal", "reason", "is_noted"),
    [
        ({"kind": GoalKind.XP_TARGET, "target_xp": 100}, QUIZ, True),
        ({"kind": GoalKind.XP_TARGET, "target_xp": 100, "state": GoalState.PAUSED}, QUIZ, False),
        ({"kind": GoalKind.ROADMAP}, QUIZ, False),
        ({"kind": GoalKind.ROADMAP}, NODE, True),
        ({"kind": GoalKind.MANUAL}, NODE, False),
    ],
)
async def test_xp_notes_the_learner_whose_goal_it_may_reach(
    work: SqlWork, goal: dict[str, Any], reason: XpReason, is_noted: bool
) -> None:
    for user in (AUTHOR, LEARNER):
        await work.users.add(user)
    road = await store_roadmap(work, AUTHOR.id, {"a": []})
    about = road.version.roadmap_id if goal["kind"] is GoalKind.ROADMAP else None
    await work.goals.add(a_goal(owner_id=LEARNER.id, roadmap_id=about, **{"state": GoalState.ACTIVE, **goal}))

    await xp.award(work.xp, [an_award(LEARNER.id, reason=reason)], mint=mint, emit=work.emit)

    assert await noted(work) is is_noted


async def test_a_completed_roadmap_notes_its_learner_even_without_xp(work: SqlWork) -> None:
    for user in (AUTHOR, LEARNER):
        await work.users.add(user)
    road = await store_roadmap(work, AUTHOR.id, {"a": []})
    enrolment = await work.enrolments.add(an_enrolment(road.version, LEARNER.id))

    await work.enrolments.complete(enrolment.id, now=START)

    assert await noted(work)
