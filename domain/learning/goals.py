"""Goals of a learner: what to reach, by when, and how much of it is reached."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Protocol

from domain.acts import Act
from domain.entities import entity
from domain.errors import NotFoundError, VersionConflictError
from domain.ids import GoalId, RoadmapId, UserId
from domain.paging import Page, Window

MOST_TRANSITIONS = 100
"""How many transitions the history of a goal shows: the latest ones."""


class GoalState(Enum):
    """The state of a goal. OVERDUE is never stored: an active goal is read as overdue from its deadline on."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    OVERDUE = "OVERDUE"
    COMPLETED = "COMPLETED"
    ABANDONED = "ABANDONED"


class GoalKind(Enum):
    """What completes a goal."""

    MANUAL = "MANUAL"
    ROADMAP = "ROADMAP"
    XP_TARGET = "XP_TARGET"


ALLOWED: dict[GoalState, tuple[GoalState, ...]] = {
    GoalState.DRAFT: (GoalState.ACTIVE,),
    GoalState.ACTIVE: (GoalState.PAUSED, GoalState.COMPLETED, GoalState.ABANDONED),
    GoalState.PAUSED: (GoalState.ACTIVE, GoalState.COMPLETED, GoalState.ABANDONED),
    GoalState.OVERDUE: (GoalState.COMPLETED, GoalState.ABANDONED),
    GoalState.COMPLETED: (),
    GoalState.ABANDONED: (),
}
"""The states that a learner may move a goal to; a later deadline makes an overdue goal active again."""


@entity
class Goal:
    """A goal as it is at one moment; `version` grows with every change."""

    id: GoalId
    owner_id: UserId
    title: str
    description: str
    kind: GoalKind
    state: GoalState
    version: int
    deadline: datetime | None
    target_xp: int | None
    roadmap_id: RoadmapId | None
    created_at: datetime
    completed_at: datetime | None

    @property
    def allowed_transitions(self) -> list[GoalState]:
        """The states that the goal may be moved to."""
        return list(ALLOWED[self.state])


@entity
class GoalTransition:
    """One change of a goal's state; `version` is the goal's version after it."""

    goal_id: GoalId
    version: int
    from_state: GoalState
    to_state: GoalState
    occurred_at: datetime


@entity
class Measure:
    """What the progress of a goal is computed from: XP since its creation, and the weights of its owner's path."""

    goal_id: GoalId
    kind: GoalKind
    state: GoalState
    target_xp: int | None
    xp_gained: int
    done_weight: int
    required_weight: int
    is_whole: bool

    @property
    def progress(self) -> float:
        """How much of the goal is reached, 0 to 1; less than 1 until all of it is."""
        if self.state is GoalState.COMPLETED:
            return 1.0
        if self.kind is GoalKind.XP_TARGET and self.target_xp:
            return min(1.0, max(0.0, self.xp_gained / self.target_xp))
        if self.kind is GoalKind.ROADMAP and self.required_weight:
            return 1.0 if self.is_whole else min(0.99, self.done_weight / self.required_weight)
        return 0.0

    @property
    def is_reached(self) -> bool:
        """Whether the goal may be completed; a manual one always may."""
        return self.kind is GoalKind.MANUAL or self.progress >= 1.0


class Goals(Protocol):
    """Goals with their transitions; `viewer_id` leaves out those of other learners, `now` decides which are overdue."""

    async def add(self, goal: Goal) -> Goal:
        """Store a new goal and the XP that its owner has at that moment."""

    async def by_ids(self, ids: Sequence[GoalId], *, viewer_id: UserId, now: datetime) -> list[Goal | None]:
        """Return one slot per id, in their order."""

    async def page(
        self, window: Window, *, viewer_id: UserId, state: GoalState | None, now: datetime
    ) -> Page[Goal]:
        """Return the viewer's goals, newest first, in one state or all."""

    async def lock(self, goal_id: GoalId, *, viewer_id: UserId, now: datetime) -> Goal | None:
        """Return a goal and lock it until the commit."""

    async def change(self, goal: Goal) -> None:
        """Store the changes of a goal that `lock` returned; an overdue one is stored as active."""

    async def add_transitions(self, transitions: Sequence[GoalTransition]) -> None:
        """Add transitions to the history."""

    async def remove(self, goal_id: GoalId) -> None:
        """Remove a goal with its history."""

    async def measures(
        self, ids: Sequence[GoalId], *, viewer_id: UserId, now: datetime
    ) -> list[Measure | None]:
        """Return what the progress of each goal is computed from, one slot per id."""

    async def transitions_of(
        self, ids: Sequence[GoalId], *, viewer_id: UserId, now: datetime
    ) -> list[list[GoalTransition]]:
        """Return the latest 100 transitions of each goal, newest first."""


async def own_goal(goals: Goals, act: Act, goal_id: GoalId) -> Goal:
    """Return a goal of the actor's; raises NotFoundError."""
    (goal,) = await goals.by_ids([goal_id], viewer_id=act.user_id, now=act.now)
    if goal is None:
        raise NotFoundError("There is no such goal.", field="id")
    return goal


async def locked_goal(goals: Goals, act: Act, goal_id: GoalId, *, version: int | None) -> Goal:
    """Return a goal of the actor's, locked, to change this version of it; None stands for any version.

    Raises NotFoundError or VersionConflictError.
    """
    goal = await goals.lock(goal_id, viewer_id=act.user_id, now=act.now)
    if goal is None:
        raise NotFoundError("There is no such goal.", field="id")
    if version not in {None, goal.version}:
        raise VersionConflictError(
            f"The goal is at version {goal.version}; look at it and repeat the change with that version.",
            current_id=goal.id,
            field="version",
        )
    return goal
