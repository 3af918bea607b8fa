"""Mutations about goals."""

from datetime import datetime

import strawberry

from domain.errors import IdempotencyKeyReusedError, VersionConflictError
from domain.goal_moves import GoalNotReachedError, IllegalTransitionError
from domain.goals import GoalKind, GoalState
from domain.ids import GoalId, RoadmapId
from graph.directives import writes_learning
from graph.fields import given
from graph.goals import Goal
from graph.mutations import mutated_by
from resolvers import goals

_KEY = "Made by the client for this request, 1 to 200 characters; the same key gives the same payload for 24 hours."
_VERSION = "The version of the goal that the change was made for; another one is refused."
_DEADLINE = "When it is to be reached: in the future, within ten years."


@strawberry.input(description="The new goal.")
class CreateGoalInput:
    """What a goal needs."""

    title: str = given("What is to be reached: one line of 1 to 120 characters.", required=True)
    idempotency_key: str = given(_KEY, required=True)
    description: str = given("More about it, up to 2 000 characters.", default="")
    kind: GoalKind = given("What completes it.", default=GoalKind.MANUAL)
    deadline: datetime | None = given(_DEADLINE)
    target_xp: int | None = given("For XP_TARGET, and only for it: how much XP to earn, 1 to 10 000 000.")
    roadmap_id: RoadmapId | None = given("For ROADMAP, and only for it: the roadmap to complete.")


@strawberry.input(description="What to change; a field that is left out stays as it is.")
class UpdateGoalInput:
    """A partial update."""

    id: GoalId = given("The goal.", required=True)
    version: int = given(_VERSION, required=True)
    title: str | None = given("One line of 1 to 120 characters.")
    description: str | None = given("Up to 2 000 characters.")
    deadline: datetime | None = given(f"{_DEADLINE} Null removes it.")


@strawberry.input(description="Where to move a goal.")
class TransitionGoalInput:
    """A goal and a state."""

    id: GoalId = given("The goal.", required=True)
    to: GoalState = given("The state to move it to, one of its `allowedTransitions`.", required=True)
    version: int = given(_VERSION, required=True)
    idempotency_key: str | None = given(f"{_KEY} Without one, a repeated request is a VersionConflict.")


@strawberry.input(description="A later deadline.")
class ExtendGoalInput:
    """A goal and a deadline."""

    id: GoalId = given("The goal.", required=True)
    version: int = given(_VERSION, required=True)
    deadline: datetime = given(f"{_DEADLINE} Later than the one before.", required=True)


@strawberry.input(description="The goal to remove.")
class DeleteGoalInput:
    """A goal."""

    id: GoalId = given("The goal.", required=True)


@strawberry.type
class GoalMutations:
    """Mutations about goals."""

    create_goal = mutated_by(
        goals.create_goal,
        input=CreateGoalInput,
        gives={"goal": (Goal, "The new goal, a draft.")},
        refuses=(IdempotencyKeyReusedError,),
        rule=writes_learning(),
        description="Writes down a goal as a draft; transitionGoal makes it active.",
    )
    update_goal = mutated_by(
        goals.update_goal,
        input=UpdateGoalInput,
        gives={"goal": (Goal, "The changed goal.")},
        refuses=(VersionConflictError,),
        rule=writes_learning(),
        description="Changes title, description or deadline of a goal of the caller's.",
    )
    transition_goal = mutated_by(
        goals.transition_goal,
        input=TransitionGoalInput,
        gives={"goal": (Goal, "The moved goal.")},
        refuses=(
            VersionConflictError,
            IllegalTransitionError,
            GoalNotReachedError,
            IdempotencyKeyReusedError,
        ),
        rule=writes_learning(),
        description="Moves a goal of the caller's to another state. Completing one awards 100 XP, once.",
    )
    extend_goal = mutated_by(
        goals.extend_goal,
        input=ExtendGoalInput,
        gives={"goal": (Goal, "The extended goal.")},
        refuses=(VersionConflictError, IllegalTransitionError),
        rule=writes_learning(),
        description="Gives a goal of the caller's a later deadline; an overdue one becomes active again.",
    )
    delete_goal = mutated_by(
        goals.delete_goal,
        input=DeleteGoalInput,
        gives={"goal": (Goal, "The goal as it was; it is gone.")},
        rule=writes_learning(),
        description="Removes a goal of the caller's with its history; XP that it earned stays.",
    )
