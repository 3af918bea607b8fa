"""Scenes of daily targets, goals and an author's content, after which their fields have something to show."""

from datetime import timedelta

from tests.support.analytics import an_exam
from tests.support.authored_content import an_author_of_everything
from tests.support.goals import active_goal
from tests.support.list_fields import ListPaths
from tests.support.progress import check_progress, earn, set_target
from tests.support.seen_fields import WatchingAsker, everything


async def everything_aimed_at(ask: WatchingAsker) -> None:
    """Reach a target on each of ten dates, lower it, and set goals of the measured kinds."""
    _, viewer = await ask.learner()
    exam, _ = await an_exam(ask, "Sailing", "1.1")
    await active_goal(ask, viewer, kind="XP_TARGET", targetXp=5_000)
    await active_goal(ask, viewer, kind="MASTERY_TARGET", examType=exam.code, targetMastery=80)
    await set_target(ask, viewer, "DAILY_XP", 30)
    for _ in range(10):
        await earn(ask, viewer, 30)
        await check_progress(ask)
        ask.clock.forward(days=1)
    ask.clock.moment -= timedelta(days=1)
    await set_target(ask, viewer, "DAILY_XP", 20)
    no_world = ListPaths(
        {"Streak.calendar": '(from: "2026-03-02", to: "2026-03-02")', "Analytics.performance": "(period: D7)"}
    )
    await ask.data(f"{{ viewer {everything('Viewer', 3, no_world)} }}", viewer)
    edges = """{ viewer { dailyTargets { history { edges { cursor node { date } } pageInfo { endCursor } } }
      goals { nodes { history { edges { cursor node { to } } pageInfo { endCursor } } } } } }"""
    await ask.data(edges, viewer)
    await ask.data(f"{{ goalTemplates {everything('GoalTemplate', 1, no_world)} }}", viewer)
    author = await an_author_of_everything(ask)
    await ask.data(
        f"{{ myContent(first: 100) {everything('AuthoredContentConnection', 3, no_world)} }}", author
    )
