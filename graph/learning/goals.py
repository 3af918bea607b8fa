"""Types and root fields of goals."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from domain.errors import VersionConflictError
from domain.ids import GoalId
from domain.learning.goal_forecasts import LEAST_ACTIVE_DAYS, PACE_DAYS
from domain.learning.goal_templates import TEMPLATES
from domain.learning.goal_transitions import GoalNotReachedError, IllegalTransitionError
from domain.learning.goals import MASTERY_ANSWERS, GoalKind, GoalState, MovedBy
from graph.accounts.users import User
from graph.content.exam_types import ExamType
from graph.content.roadmaps import Roadmap
from graph.directives import public, reads_learning
from graph.enums import declare_enum
from graph.errors import UserError, declare_error
from graph.fields import attribute, loaded_by, resolved_by
from graph.node import Node
from graph.paging import Connection
from resolvers.accounts import loaders as account_loaders
from resolvers.content import loaders as content_loaders
from resolvers.learning import goals, loaders

declare_enum(
    GoalState,
    "The state of a goal.",
    DRAFT="Created but not started; it can become ACTIVE.",
    ACTIVE="In progress; it can become PAUSED, COMPLETED or ABANDONED, and is OVERDUE from its deadline on.",
    PAUSED="Paused; it can become ACTIVE, COMPLETED or ABANDONED.",
    OVERDUE="Active and past its deadline; it can become COMPLETED or ABANDONED, or ACTIVE by `extendGoal`.",
    COMPLETED="Reached.",
    ABANDONED="Abandoned.",
)
declare_enum(
    GoalKind,
    "What completes a goal.",
    MANUAL="The learner says so; it earns no XP.",
    ROADMAP="Every required node of a roadmap that the learner is enrolled in is done. It earns XP, once a roadmap, "
    "unless the learner wrote it.",
    XP_TARGET="The learner has earned the target XP since the goal was created; XP from goals does not count. "
    "It earns XP; the same XP pays once.",
    MASTERY_TARGET=f"Of the learner's latest {MASTERY_ANSWERS} answers of an exam type since the goal was created, at "
    "quizzes of others, the target percentage is right. It earns XP, once an exam type.",
)
declare_enum(
    MovedBy,
    "Who moved a goal to another state.",
    LEARNER="Its owner.",
    PLATFORM="The platform: its deadline passed, or its measured end was reached.",
)
_STATES = len(GoalState)


@strawberry.type
class IllegalTransitionBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the states to a refusal."""

    from_state: GoalState = attribute("The state that the goal is in.", name="from")
    to_state: GoalState = attribute("The state that was asked for.", name="to")
    allowed: list[GoalState] = attribute("The states that it can be moved to.", at_most=_STATES)


declare_error(
    IllegalTransitionError,
    "The goal cannot be moved to that state; `allowed` lists the states that it can be moved to.",
    base=IllegalTransitionBase,
)
declare_error(
    GoalNotReachedError, "The goal is completed by a roadmap, XP or mastery, and is not at 100 % yet."
)


@strawberry.type
class VersionConflictBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the object as it is now to a refusal."""

    goal: Annotated["Goal", strawberry.lazy("graph.learning.goals")] | None = loaded_by(
        loaders.goals_by_id,
        key="current_id",
        description="The goal as it is now, with the version to send; null if it was deleted since.",
        rule=reads_learning(),
    )


declare_error(
    VersionConflictError,
    "The object changed in the meantime: look at it as it is now, and repeat the change with its version.",
    base=VersionConflictBase,
)


@strawberry.type(description="A change of a goal's state.", directives=[*reads_learning()])
class GoalTransition:
    """One change of state."""

    from_state: GoalState = attribute("The state before.", name="from")
    to_state: GoalState = attribute("The state after.", name="to")
    occurred_at: datetime = attribute("When it happened; for OVERDUE, the deadline.", name="at")
    by: MovedBy = attribute("Who moved it.")


@strawberry.type(
    description="When a goal will be reached at the present pace. Both bounds are those of an interval of 80 %.",
    directives=[*reads_learning()],
)
class GoalForecast:
    """A pace and what follows from it."""

    pace_per_day: float = attribute(
        f"The mean of the last {PACE_DAYS} local dates, today included: XP, or weight of required nodes."
    )
    expected_on: date = attribute("The local date on which the goal is reached at this pace.")
    earliest_on: date = attribute("The earlier bound.")
    latest_on: date | None = attribute("The later bound; null where the pace may as well be 0.")


@strawberry.type(description="A goal that learners often set.", directives=[public()])
class GoalTemplate:
    """A goal without its learner."""

    code: str = attribute("Its code, which `createGoalFromTemplate` takes.")
    title: str = attribute("The goal in one line.")
    description: str = attribute("Details.")
    kind: GoalKind = attribute("What completes it; a ROADMAP or an exam type has to be chosen.")
    days: int = attribute("How many days after its creation its deadline is.")
    target_xp: int | None = attribute("The XP that completes a goal of kind XP_TARGET; else null.")
    target_mastery: int | None = attribute("The percentage that completes a MASTERY_TARGET; else null.")


@strawberry.type(
    description="A goal of a learner. Only its owner can read it.",
    directives=[*reads_learning()],
)
class Goal(Node):
    """A goal of the caller's."""

    id: GoalId = attribute("The goal's id, `goal_...`.")
    title: str = attribute("The goal in one line.")
    description: str = attribute("Details; may be empty.")
    kind: GoalKind = attribute("What completes it.")
    state: GoalState = attribute("The current state.")
    version: int = attribute("Grows with every change; send it with the next change.")
    deadline: datetime | None = attribute("The deadline, or null.")
    target_xp: int | None = attribute("The XP that completes a goal of kind XP_TARGET; else null.")
    target_mastery: int | None = attribute(
        "The percentage of right answers that completes a goal of kind MASTERY_TARGET; else null."
    )
    created_at: datetime = attribute("When it was created.")
    completed_at: datetime | None = attribute("When it was completed, or null.")
    allowed_transitions: list[GoalState] = attribute(
        "The states that `transitionGoal` accepts now.", at_most=_STATES
    )
    owner: User | None = loaded_by(
        account_loaders.users_by_id, key="owner_id", is_certain=True, description="The owner."
    )
    roadmap: Roadmap | None = loaded_by(
        content_loaders.roadmaps_by_id,
        key="roadmap_id",
        description="The roadmap that completes a goal of kind ROADMAP; null for other kinds, or if it was deleted.",
    )
    exam_type: ExamType | None = loaded_by(
        content_loaders.exam_types_by_id,
        key="exam_type_id",
        description="The exam type of a goal of kind MASTERY_TARGET; null for other kinds.",
    )
    progress: float | None = loaded_by(
        loaders.measures_by_goal,
        key="id",
        pick="progress",
        description="The progress, 0 to 1; for a goal of kind MANUAL it is 0 until it is completed.",
    )
    forecast: GoalForecast | None = loaded_by(
        loaders.forecasts_by_goal,
        key="id",
        description="When a goal of kind XP_TARGET or ROADMAP will be reached; null for others, for a goal that is not "
        f"under way, and with progress on fewer than {LEAST_ACTIVE_DAYS} of the last {PACE_DAYS} dates.",
    )
    history: Connection[GoalTransition] | None = loaded_by(
        loaders.history_by_goal, key="id", description="The changes of its state, newest first.", args={}
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
    goal_templates: list[GoalTemplate] | None = resolved_by(
        goals.templates,
        description="Goals that learners often set.",
        rule=public(),
        at_most=len(TEMPLATES),
    )
