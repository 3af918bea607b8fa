"""Goals through the schema."""

from typing import Any

import pytest

from domain.accounts.users import Role
from tests.support.goals import (
    CREATE,
    DELETE,
    EXTEND,
    GOAL_BY_ID,
    GOALS,
    UPDATE,
    active_goal,
    create_goal,
    move_goal,
)
from tests.support.schema_client import Asker


async def test_a_new_goal_is_a_draft_of_its_owner(ask: Asker) -> None:
    ada, viewer = await ask.learner()

    goal = await create_goal(ask, viewer, deadline="2026-06-01T00:00:00Z")

    assert (goal["state"], goal["version"], goal["progress"], goal["history"]["nodes"]) == (
        "DRAFT",
        1,
        0.0,
        [],
    )
    assert goal["allowedTransitions"] == ["ACTIVE"]
    assert goal["deadline"] == "2026-06-01T00:00:00.000Z"
    assert goal["owner"]["handle"] == ada.handle
    assert (await ask.data(GOAL_BY_ID, viewer, id=goal["id"]))["goal"] == goal


async def test_the_same_key_makes_one_goal_whatever_happened_since(ask: Asker) -> None:
    _, viewer = await ask.learner()
    key = {"idempotencyKey": "one"}
    first = await create_goal(ask, viewer, **key)
    ask.clock.forward(hours=1)

    again = await create_goal(ask, viewer, **key)

    assert again == first
    assert len((await ask.data(GOALS, viewer))["viewer"]["goals"]["nodes"]) == 1


async def test_the_same_key_with_other_input_is_refused(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await create_goal(ask, viewer, idempotencyKey="one")

    data = await ask.data(CREATE, viewer, input={"title": "Other", "idempotencyKey": "one"})

    (error,) = data["createGoal"]["userErrors"]
    assert (error["__typename"], error["field"]) == ("IdempotencyKeyReused", "idempotencyKey")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "   "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": "x" * 1_000_000}, "title"),
        ({"title": "nul\0"}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"description": "x" * 2_001}, "description"),
        ({"description": "nul\0"}, "description"),
        ({"deadline": "2026-03-02T09:00:00Z"}, "deadline"),
        ({"deadline": "9999-12-31T23:59:59Z"}, "deadline"),
        ({"deadline": "0001-01-01T00:00:00Z"}, "deadline"),
        ({"kind": "XP_TARGET"}, "targetXp"),
        ({"kind": "XP_TARGET", "targetXp": 0}, "targetXp"),
        ({"kind": "XP_TARGET", "targetXp": -5}, "targetXp"),
        ({"kind": "XP_TARGET", "targetXp": 2_147_483_647}, "targetXp"),
        ({"targetXp": 5}, "targetXp"),
        ({"kind": "ROADMAP"}, "roadmapId"),
        ({"kind": "ROADMAP", "roadmapId": "roadmap_01K742SG00EC1V4CSM6MV3EE1S"}, "roadmapId"),
        ({"roadmapId": "roadmap_01K742SG00EC1V4CSM6MV3EE1S"}, "roadmapId"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
        ({"idempotencyKey": "x" * 1_000}, "idempotencyKey"),
    ],
)
async def test_bad_input_names_its_field_and_stores_nothing(
    ask: Asker, given: dict[str, Any], field: str
) -> None:
    _, viewer = await ask.learner()

    data = await ask.data(CREATE, viewer, input={"title": "Fine", "idempotencyKey": "k"} | given)

    assert data["createGoal"]["goal"] is None
    (error,) = data["createGoal"]["userErrors"]
    assert error["field"] == field
    assert (await ask.data(GOALS, viewer))["viewer"]["goals"]["nodes"] == []


async def test_an_id_of_another_kind_is_bad_user_input(ask: Asker) -> None:
    ada, viewer = await ask.learner()

    response = await ask(GOAL_BY_ID, viewer, id=ada.id)

    assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


class TestChanges:
    async def test_what_is_left_out_stays_and_the_version_grows(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await create_goal(ask, viewer, description="Soon", deadline="2026-06-01T00:00:00Z")

        given = {"id": goal["id"], "version": 1, "title": "Pass it", "deadline": None}
        payload = (await ask.data(UPDATE, viewer, input=given))["updateGoal"]

        changed = payload["goal"]
        assert (changed["title"], changed["description"]) == ("Pass it", "Soon")
        assert (changed["deadline"], changed["version"]) == (None, 2)

    async def test_a_stale_version_changes_nothing(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await create_goal(ask, viewer)
        given = {"id": goal["id"], "version": 1, "title": "First"}
        await ask.data(UPDATE, viewer, input=given)

        payload = (await ask.data(UPDATE, viewer, input=given | {"title": "Second"}))["updateGoal"]

        (error,) = payload["userErrors"]
        assert (error["__typename"], error["field"]) == ("VersionConflict", "version")
        assert (await ask.data(GOAL_BY_ID, viewer, id=goal["id"]))["goal"]["title"] == "First"

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"title": None}, "title"),
            ({"description": None}, "description"),
            ({"title": ""}, "title"),
            ({"deadline": "2020-01-01T00:00:00Z"}, "deadline"),
        ],
    )
    async def test_a_bad_change_names_its_field(self, ask: Asker, given: dict[str, Any], field: str) -> None:
        _, viewer = await ask.learner()
        goal = await create_goal(ask, viewer)

        payload = (await ask.data(UPDATE, viewer, input={"id": goal["id"], "version": 1} | given))[
            "updateGoal"
        ]

        assert [error["field"] for error in payload["userErrors"]] == [field]
        assert (await ask.data(GOAL_BY_ID, viewer, id=goal["id"]))["goal"] == goal

    async def test_a_deleted_goal_is_gone(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await create_goal(ask, viewer)

        payload = (await ask.data(DELETE, viewer, input={"id": goal["id"]}))["deleteGoal"]
        again = (await ask.data(DELETE, viewer, input={"id": goal["id"]}))["deleteGoal"]

        assert payload["goal"]["id"] == goal["id"]
        assert again["userErrors"][0]["code"] == "NOT_FOUND"
        assert (await ask.data(GOAL_BY_ID, viewer, id=goal["id"]))["goal"] is None


class TestOwners:
    async def test_nobody_else_sees_or_changes_a_goal(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        _, other = await ask.learner(roles=[Role.LEARNER, Role.ADMIN])
        goal = await active_goal(ask, viewer)
        known = {"id": goal["id"]}
        now = {"version": goal["version"]}

        refused = [
            (await ask.data(UPDATE, other, input=known | now | {"title": "Mine"}))["updateGoal"],
            await move_goal(ask, other, goal, "COMPLETED"),
            (await ask.data(EXTEND, other, input=known | now | {"deadline": "2026-06-01T00:00:00Z"}))[
                "extendGoal"
            ],
            (await ask.data(DELETE, other, input=known))["deleteGoal"],
        ]

        assert [payload["userErrors"][0]["code"] for payload in refused] == ["NOT_FOUND"] * 4
        assert (await ask.data(GOAL_BY_ID, other, id=goal["id"]))["goal"] is None
        assert (await ask.data(GOALS, other))["viewer"]["goals"]["nodes"] == []
        assert (await ask.data(GOAL_BY_ID, viewer, id=goal["id"]))["goal"] == goal

    async def test_an_anonymous_caller_is_asked_to_sign_in(self, ask: Asker) -> None:
        response = await ask('{ goal(id: "goal_01K742SG00EC1V4CSM6MV3EE1S") { title } }')

        assert response["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


class TestLists:
    async def test_goals_come_newest_first_and_by_state(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        await create_goal(ask, viewer, title="one")
        await active_goal(ask, viewer, title="two")
        await active_goal(ask, viewer, title="three", deadline="2026-03-02T10:00:00Z")
        ask.clock.forward(hours=2)

        found = {
            state: [
                node["title"]
                for node in (await ask.data(GOALS, viewer, state=state))["viewer"]["goals"]["nodes"]
            ]
            for state in (None, "DRAFT", "ACTIVE", "OVERDUE", "COMPLETED")
        }

        assert found == {
            None: ["three", "two", "one"],
            "DRAFT": ["one"],
            "ACTIVE": ["two"],
            "OVERDUE": ["three"],
            "COMPLETED": [],
        }

    async def test_the_number_of_statements_does_not_grow_with_the_goals(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        text = (
            "{ viewer { goals(first: 100) { nodes { title progress owner { handle } roadmap { slug } "
            "history { nodes { to } } } } } }"
        )
        counts = []
        for _ in range(3):
            for _ in range(4):
                await active_goal(ask, viewer)
            await ask.data(text, viewer)
            counts.append(ask.statements)

        assert len(set(counts)) == 1
        assert counts[0] <= 4
