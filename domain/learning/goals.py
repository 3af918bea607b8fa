"""Goals of a learner: what to reach, by when, and how much of it is reached."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from domain.acts import Act
from domain.entities import entity
from domain.errors import NotFoundError, VersionConflictError
from domain.ids import ExamTypeId, GoalId, RoadmapId, UserId
from domain.paging import Page, Window

MASTERY_ANSWERS = 50
"""How many of the latest answers a mastery target is measured by."""


class GoalState(Enum):
    """The state of a goal. An active one is read as overdue from its deadline on, before that is stored."""

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
    MASTERY_TARGET = "MASTERY_TARGET"


class MovedBy(Enum):
    """Who moves a goal to another state."""

    LEARNER = "LEARNER"
    PLATFORM = "PLATFORM"


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
    """A goal as it is at one moment; `version` grows with every change. `target_mastery` is in percent."""

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
    exam_type_id: ExamTypeId | None
    target_mastery: int | None
    created_at: datetime
    completed_at: datetime | None

    @property
    def allowed_transitions(self) -> list[GoalState]:
        """The states that the goal may be moved to."""
        return list(ALLOWED[self.state])

    @property
    def about_id(self) -> str | None:
        """The roadmap or the exam type that the goal is about, which pays one goal of a learner for all time."""
        return self.roadmap_id or self.exam_type_id


@entity
class GoalTransition:
    """One change of a goal's state; `version` is the goal's version after it."""

    goal_id: GoalId
    version: int
    from_state: GoalState
    to_state: GoalState
    occurred_at: datetime
    by: MovedBy

    @property
    def rank(self) -> int:
        """The place in the history: the passing of a deadline leaves the version and follows what made it."""
        return 2 * self.version + (self.to_state is GoalState.OVERDUE)


@entity
class Measure:
    """What the progress of a goal is computed from.

    XP since its creation without that of goals, the weights of its owner's path, or the right ones among the latest
    answers since then.
    """

    goal_id: GoalId
    kind: GoalKind
    state: GoalState
    target_xp: int | None
    xp_gained: int
    done_weight: int
    required_weight: int
    is_whole: bool
    target_mastery: int | None
    right_answers: int

    @property
    def progress(self) -> float:
        """How much of the goal is reached, 0 to 1; less than 1 until all of it is."""
        if self.state is GoalState.COMPLETED:
            return 1.0
        if self.kind is GoalKind.XP_TARGET and self.target_xp:
            return min(1.0, max(0.0, self.xp_gained / self.target_xp))
        if self.kind is GoalKind.ROADMAP and self.required_weight:
            return 1.0 if self.is_whole else min(0.99, self.done_weight / self.required_weight)
        if self.kind is GoalKind.MASTERY_TARGET and self.target_mastery:
            return min(1.0, self.right_answers / right_answers_for(self.target_mastery))
        return 0.0

    @property
    def remaining(self) -> int:
        """How much is left: XP, or weight of required nodes; 0 for goals of other kinds."""
        if self.kind is GoalKind.XP_TARGET and self.target_xp:
            return max(0, self.target_xp - max(0, self.xp_gained))
        return self.required_weight - self.done_weight if self.kind is GoalKind.ROADMAP else 0

    @property
    def is_reached(self) -> bool:
        """Whether the goal may be completed; a manual one always may."""
        return self.kind is GoalKind.MANUAL or self.progress >= 1.0


@entity
class Gain:
    """What brought a goal nearer on a local date: XP, or weight of nodes; `today` is the learner's date."""

    goal_id: GoalId
    local_date: date
    amount: int
    today: date


def right_answers_for(target_mastery: int) -> int:
    """Return how many of the latest 50 answers have to be right, for a target in percent."""
    return -(-MASTERY_ANSWERS * target_mastery // 100)


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
        """Store the changes of a goal that `lock` returned."""

    async def add_transitions(self, transitions: Sequence[GoalTransition]) -> None:
        """Add transitions to the history; the passing of one deadline is added once."""

    async def measured(self, user_id: UserId) -> list[GoalId]:
        """Return the learner's goals that complete by themselves: active or overdue ones with a measured end."""

    async def mark_overdue(self, *, now: datetime, limit: int) -> list[Goal]:
        """Store that active goals are past their deadlines, with the transitions, and return them as overdue."""

    async def remove(self, goal_id: GoalId) -> None:
        """Remove a goal with its history."""

    async def measures(self, ids: Sequence[GoalId], *, viewer_id: UserId) -> list[Measure | None]:
        """Return what the progress of each goal is computed from, one slot per id."""

    async def rests_on_unreviewed(self, goal_id: GoalId) -> bool:
        """Return whether a required node is done by attempts alone that asked generated, unreviewed questions."""

    async def gains(self, ids: Sequence[GoalId], *, viewer_id: UserId, now: datetime) -> list[list[Gain]]:
        """Return what brought each goal nearer on the last 14 local dates, one list per id."""

    async def history(
        self, ids: Sequence[GoalId], window: Window, *, viewer_id: UserId, now: datetime
    ) -> list[Page[GoalTransition]]:
        """Return a page of the transitions of each goal, newest first."""


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
