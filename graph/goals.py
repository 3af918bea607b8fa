"""Goals: what the schema tells of them."""

from datetime import datetime

import strawberry

from domain.goal_moves import GoalNotReachedError, IllegalTransitionError
from domain.goals import MOST_TRANSITIONS, GoalKind, GoalState
from domain.ids import GoalId
from graph.described import declare_enum
from graph.directives import reads_learning
from graph.errors import UserError, declare_error
from graph.fields import attribute, loaded_by, resolved_by
from graph.nodes import Node
from graph.roadmaps import Roadmap
from graph.users import User
from resolvers import goal_loaders, goals, loaders, roadmap_loaders

declare_enum(
    GoalState,
    "Where a goal stands.",
    DRAFT="Written down and not begun; it can become ACTIVE.",
    ACTIVE="Being worked on; it can become PAUSED, COMPLETED or ABANDONED, and is OVERDUE from its deadline on.",
    PAUSED="Set aside; it can become ACTIVE, COMPLETED or ABANDONED.",
    OVERDUE="Active and past its deadline; it can become COMPLETED or ABANDONED, or ACTIVE by extendGoal.",
    COMPLETED="Reached.",
    ABANDONED="Given up.",
)
declare_enum(
    GoalKind,
    "What completes a goal.",
    MANUAL="The learner says so.",
    ROADMAP="Every required node of a roadmap that the learner is enrolled in is done.",
    XP_TARGET="So much XP was earned since the goal was created.",
)
STATES = len(GoalState)


@strawberry.type
class MoveError(UserError):
    """Adds the three states to a refusal."""

    from_state: GoalState = attribute("The state that the goal is in.", name="from")
    to_state: GoalState = attribute("The state that was asked for.", name="to")
    allowed: list[GoalState] = attribute("The states that it can be moved to.", at_most=STATES)


declare_error(
    IllegalTransitionError,
    "A goal in this state cannot be moved there; `allowed` says where it can.",
    base=MoveError,
)
declare_error(
    GoalNotReachedError, "The goal completes by its roadmap or its XP, and there is some way to go."
)


@strawberry.type(
    description="One move of a goal from state to state.",
    directives=[*reads_learning()],
)
class GoalTransition:
    """A move."""

    from_state: GoalState = attribute("The state before.", name="from")
    to_state: GoalState = attribute("The state after.", name="to")
    occurred_at: datetime = attribute("When it happened; for OVERDUE, the deadline.")


@strawberry.type(
    description="Something that a learner wants to reach. Only its owner sees it.",
    directives=[*reads_learning()],
)
class Goal(Node):
    """A goal of the caller's."""

    id: GoalId = attribute("The goal's id, `goal_...`.")
    title: str = attribute("What is to be reached, in a line.")
    description: str = attribute("More about it; may be empty.")
    kind: GoalKind = attribute("What completes it.")
    state: GoalState = attribute("Where it stands now.")
    version: int = attribute("Grows with every change; send it along with the next one.")
    deadline: datetime | None = attribute("When it is to be reached, or null.")
    target_xp: int | None = attribute("How much XP completes a goal of kind XP_TARGET; else null.")
    created_at: datetime = attribute("When it was written down.")
    completed_at: datetime | None = attribute("When it was completed, or null.")
    allowed_transitions: list[GoalState] = attribute("Where transitionGoal can move it now.", at_most=STATES)
    owner: User | None = loaded_by(
        loaders.users_by_id, key="owner_id", is_certain=True, description="Whose goal it is."
    )
    roadmap: Roadmap | None = loaded_by(
        roadmap_loaders.roadmaps_by_id,
        key="roadmap_id",
        description="The roadmap that completes a goal of kind ROADMAP; null for others, and once it is gone.",
    )
    progress: float | None = loaded_by(
        goal_loaders.measures_by_goal,
        key="id",
        pick="progress",
        description="How much of it is reached, 0 to 1; a goal of kind MANUAL stays at 0 until it is completed.",
    )
    history: list[GoalTransition] | None = loaded_by(
        goal_loaders.history_by_goal,
        key="id",
        description="Its moves, newest first; at most the latest 100.",
        at_most=MOST_TRANSITIONS,
    )


@strawberry.type
class GoalQueries:
    """Root fields about goals."""

    goal: Goal | None = resolved_by(
        goals.goal,
        description="One goal of the caller's, or null.",
        rule=reads_learning(),
        args={"id": "The goal's id."},
    )
