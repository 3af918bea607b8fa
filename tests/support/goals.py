"""Documents and steps for tests of goals through the schema."""

from typing import Any

from domain.accounts.users import Viewer
from tests.builders import mint
from tests.support.schema_client import Asker

GOAL = """
fragment G on Goal {
  id title description kind state version deadline targetXp targetMastery progress allowedTransitions createdAt completedAt
  owner { handle } roadmap { slug } history { nodes { from to at by } }
}
fragment E on UserError {
  __typename code field message
}
"""
ERRORS = "userErrors { ...E ... on IllegalTransition { from to allowed } }"
CREATE = (
    GOAL
    + "mutation ($input: CreateGoalInput!) { createGoal(input: $input) { goal { ...G } userErrors { ...E } } }"
)
UPDATE = (
    GOAL
    + "mutation ($input: UpdateGoalInput!) { updateGoal(input: $input) { goal { ...G } userErrors { ...E } } }"
)
MOVE = (
    GOAL
    + "mutation ($input: TransitionGoalInput!) { transitionGoal(input: $input) { goal { ...G } "
    + ERRORS
    + " } }"
)
EXTEND = (
    GOAL
    + "mutation ($input: ExtendGoalInput!) { extendGoal(input: $input) { goal { ...G } "
    + ERRORS
    + " } }"
)
DELETE = (
    GOAL
    + "mutation ($input: DeleteGoalInput!) { deleteGoal(input: $input) { goal { ...G } userErrors { ...E } } }"
)
GOAL_BY_ID = GOAL.replace("fragment E on UserError {\n  __typename code field message\n}\n", "") + (
    "query ($id: ID!) { goal(id: $id) { ...G } }"
)
GOALS = "query ($state: GoalState) { viewer { goals(state: $state) { nodes { title state } } } }"
XP = "{ viewer { xp { nodes { amount reason } } user { xpTotal } } }"


async def create_goal(ask: Asker, viewer: Viewer, **values: Any) -> dict[str, Any]:
    given = {"title": "Pass the exam", "idempotencyKey": mint("key")} | values
    payload: dict[str, Any] = (await ask.data(CREATE, viewer, input=given))["createGoal"]
    assert payload["userErrors"] == [], payload
    goal: dict[str, Any] = payload["goal"]
    return goal


async def move_goal(ask: Asker, viewer: Viewer, goal: dict[str, Any], to: str, **more: Any) -> dict[str, Any]:
    given = {"id": goal["id"], "to": to, "version": goal["version"]} | more
    payload: dict[str, Any] = (await ask.data(MOVE, viewer, input=given))["transitionGoal"]
    return payload


async def active_goal(ask: Asker, viewer: Viewer, **values: Any) -> dict[str, Any]:
    payload = await move_goal(ask, viewer, await create_goal(ask, viewer, **values), "ACTIVE")
    goal: dict[str, Any] = payload["goal"]
    return goal
