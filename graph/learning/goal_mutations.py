"""Mutations of goals."""

from datetime import datetime

import strawberry

from domain.errors import IdempotencyKeyReusedError, VersionConflictError
from domain.gamification.xp_rules import CURRENT
from domain.ids import GoalId, RoadmapId
from domain.learning.goal_transitions import GoalNotReachedError, IllegalTransitionError
from domain.learning.goals import MASTERY_ANSWERS, GoalKind, GoalState
from graph.changed_viewer import changed_viewer
from graph.directives import writes_learning
from graph.fields import given
from graph.learning.goals import Goal
from graph.mutations import mutated_by
from resolvers.learning import goals

_KEY = (
    "A key that the client makes for this request, 1 to 200 characters; for 24 hours the same key returns the same "
    "payload."
)
_VERSION = "The version of the goal that the change was made for; another one is refused."
_DEADLINE = "The deadline: in the future, within ten years."


@strawberry.input(description="The new goal.")
class CreateGoalInput:
    """What a goal needs."""

    title: str = given("The goal: one line of 1 to 120 characters.", required=True)
    idempotency_key: str = given(_KEY, required=True)
    description: str = given("Details, up to 2 000 characters.", default="")
    kind: GoalKind = given("What completes it.", default=GoalKind.MANUAL)
    deadline: datetime | None = given(_DEADLINE)
    target_xp: int | None = given("For XP_TARGET only: the XP to earn, 1 to 10 000 000.")
    roadmap_id: RoadmapId | None = given("For ROADMAP only: the roadmap to complete.")
    exam_type: str | None = given("For MASTERY_TARGET only: the code of the exam type.")
    target_mastery: int | None = given(
        f"For MASTERY_TARGET only: how many percent of the latest {MASTERY_ANSWERS} answers have to be right, "
        "50 to 100."
    )


@strawberry.input(description="A template, and what it leaves open.")
class CreateGoalFromTemplateInput:
    """A template and its gaps."""

    template: str = given("The code of the template, one of `goalTemplates`.", required=True)
    idempotency_key: str = given(_KEY, required=True)
    title: str | None = given("In place of the template's title: one line of 1 to 120 characters.")
    roadmap_id: RoadmapId | None = given("The roadmap to complete, for a template of kind ROADMAP.")
    exam_type: str | None = given("The code of the exam type, for a template of kind MASTERY_TARGET.")


@strawberry.input(description="The changes; a field that is left out stays unchanged.")
class UpdateGoalInput:
    """A partial update."""

    id: GoalId = given("The goal.", required=True)
    version: int = given(_VERSION, required=True)
    title: str | None = given("One line of 1 to 120 characters.")
    description: str | None = given("Up to 2 000 characters.")
    deadline: datetime | None = given(f"{_DEADLINE} Null removes it.")


@strawberry.input(description="A goal and its new state.")
class TransitionGoalInput:
    """A goal and a state."""

    id: GoalId = given("The goal.", required=True)
    to: GoalState = given("The state to move it to, one of its `allowedTransitions`.", required=True)
    version: int = given(_VERSION, required=True)
    idempotency_key: str | None = given(f"{_KEY} Without a key, a repeated request is a VersionConflict.")


@strawberry.input(description="A goal and its later deadline.")
class ExtendGoalInput:
    """A goal and a deadline."""

    id: GoalId = given("The goal.", required=True)
    version: int = given(_VERSION, required=True)
    deadline: datetime = given(f"{_DEADLINE} It must be later than the current one.", required=True)


@strawberry.input(description="The goal to delete.")
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
        also=changed_viewer(),
        rule=writes_learning(),
        description="Creates a goal as a draft; `transitionGoal` makes it active. A goal with a measured end completes "
        "by itself within about a second of being reached.",
    )
    create_goal_from_template = mutated_by(
        goals.create_goal_from_template,
        input=CreateGoalFromTemplateInput,
        gives={"goal": (Goal, "The new goal, a draft.")},
        refuses=(IdempotencyKeyReusedError,),
        also=changed_viewer(),
        rule=writes_learning(),
        description="Creates a goal from a template as a draft, with a deadline counted from now; `transitionGoal` "
        "makes it active.",
    )
    update_goal = mutated_by(
        goals.update_goal,
        input=UpdateGoalInput,
        gives={"goal": (Goal, "The changed goal.")},
        refuses=(VersionConflictError,),
        also=changed_viewer(),
        rule=writes_learning(),
        description="Changes the title, description or deadline of one of the caller's goals.",
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
        also=changed_viewer(),
        rule=writes_learning(),
        description="Moves one of the caller's goals to another state. Completing it awards "
        f"{CURRENT.goal_completed} XP, once, where its end is measured; a MANUAL goal, or one for an own roadmap, "
        "earns nothing.",
    )
    extend_goal = mutated_by(
        goals.extend_goal,
        input=ExtendGoalInput,
        gives={"goal": (Goal, "The extended goal.")},
        refuses=(VersionConflictError, IllegalTransitionError),
        also=changed_viewer(),
        rule=writes_learning(),
        description="Gives one of the caller's goals a later deadline; an overdue one becomes active again.",
    )
    delete_goal = mutated_by(
        goals.delete_goal,
        input=DeleteGoalInput,
        gives={"goal": (Goal, "The deleted goal as it was.")},
        also=changed_viewer(),
        rule=writes_learning(),
        description="Deletes one of the caller's goals with its history; the XP that it earned is kept.",
    )
