"""Demo goals: daily targets and goals of demo learners, in every state that a goal can be in."""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.acts import NOWHERE, Act
from domain.entities import entity
from domain.ids import UserId
from domain.learning import goal_creation, goal_transitions
from domain.learning.daily_targets import DailyKind
from domain.learning.goals import GoalKind, GoalState
from domain.learning.targets import target_changes
from domain.unit_of_work import Meter
from domain.work import Work
from gateway import secrets_and_ids
from persistence.work import Postgres

_SET_AGO = timedelta(days=3)
"""Before the quizzes of the demo learners, so that these count."""


@entity
class DemoGoal:
    """A goal and the states that it goes through; `due` is the time from its creation to its deadline."""

    title: str
    kind: GoalKind
    states: tuple[GoalState, ...]
    due: timedelta | None = None
    target_xp: int | None = None
    exam_type: str | None = None
    target_mastery: int | None = None
    roadmap: str | None = None


TARGETS = {
    "ada": {DailyKind.DAILY_QUESTIONS: 10, DailyKind.DAILY_XP: 50, DailyKind.DAILY_MINUTES: 20},
    "grace": {DailyKind.DAILY_QUESTIONS: 15},
    "milo": {DailyKind.DAILY_MINUTES: 10},
}
"""How much each demo learner wants to do a day."""
_ACTIVE = GoalState.ACTIVE
GOALS = {
    "ada": [
        DemoGoal(
            title="A good first week",
            kind=GoalKind.XP_TARGET,
            states=(_ACTIVE,),
            due=timedelta(days=7),
            target_xp=100,
        ),
        DemoGoal(
            title="Finish Python foundations",
            kind=GoalKind.ROADMAP,
            states=(_ACTIVE,),
            roadmap="python-foundations",
        ),
        DemoGoal(title="Sit the exam", kind=GoalKind.MANUAL, states=(), due=timedelta(days=90)),
        DemoGoal(title="Read a book on SQL", kind=GoalKind.MANUAL, states=(_ACTIVE, GoalState.PAUSED)),
        DemoGoal(title="Install Python", kind=GoalKind.MANUAL, states=(_ACTIVE, GoalState.COMPLETED)),
    ],
    "grace": [
        DemoGoal(
            title="Reach the pass mark in Python",
            kind=GoalKind.MASTERY_TARGET,
            states=(_ACTIVE,),
            due=timedelta(days=30),
            exam_type="python-core",
            target_mastery=70,
        ),
        DemoGoal(
            title="Earn 500 XP by yesterday",
            kind=GoalKind.XP_TARGET,
            states=(_ACTIVE,),
            due=timedelta(days=2),
            target_xp=500,
        ),
    ],
    "milo": [DemoGoal(title="Learn to juggle", kind=GoalKind.MANUAL, states=(_ACTIVE, GoalState.ABANDONED))],
}
"""The goals of each demo learner; those with a measured end complete by themselves when it is reached."""


async def aim(postgres: Postgres, *, handle: str, now: datetime) -> None:
    """Set the targets and goals of a demo learner, some days ago."""
    async with postgres.open_work(Meter()) as work:
        user = await work.users.by_handle(handle)
        if user is None:
            return
        act = _act(user.id, now - _SET_AGO)
        for kind, target in TARGETS.get(handle, {}).items():
            await target_changes.set_target(work, act, kind=kind, target=target)
        for goal in GOALS.get(handle, []):
            await _pursue(work, act, goal)


def _act(user_id: UserId, now: datetime) -> Act:
    return Act(actor_id=user_id, origin=NOWHERE, now=now, mint=secrets_and_ids.mint)


async def _pursue(work: Work, act: Act, given: DemoGoal) -> None:
    roadmap = (
        None if given.roadmap is None else await work.roadmaps.by_slug(given.roadmap, viewer_id=act.user_id)
    )
    goal = await goal_creation.create(
        work,
        act,
        title=given.title,
        description="",
        kind=given.kind,
        deadline=None if given.due is None else act.now + given.due,
        target_xp=given.target_xp,
        roadmap_id=None if roadmap is None else roadmap.id,
        exam_type=given.exam_type,
        target_mastery=given.target_mastery,
        key=f"demo {given.title}",
    )
    for hours, state in enumerate(given.states, start=1):
        goal = await goal_transitions.transition(
            work,
            replace(act, now=act.now + timedelta(hours=hours)),
            goal_id=goal.id,
            to=state,
            version=goal.version,
            key=None,
        )
