"""Moves of goals and their progress through the schema."""

import asyncio

import pytest

from domain.accounts.users import Role
from domain.gamification import xp
from domain.gamification.xp import Award, XpReason
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.roadmaps import a_file, a_node
from tests.support.clients.roadmaps import enrol, publish_file, set_node
from tests.support.goals import CREATE, EXTEND, GOAL_BY_ID, UPDATE, XP, active_goal, create_goal, move_goal
from tests.support.schema_client import START, Asker


class TestMoves:
    async def test_a_goal_walks_to_its_completion_and_keeps_its_history(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer)

        for state in ("PAUSED", "ACTIVE", "COMPLETED"):
            payload = await move_goal(ask, viewer, goal, state)
            goal = payload["goal"]

        assert (goal["state"], goal["progress"], goal["allowedTransitions"]) == ("COMPLETED", 1.0, [])
        assert goal["completedAt"] is not None
        assert [(m["from"], m["to"]) for m in goal["history"]["nodes"]] == [
            ("ACTIVE", "COMPLETED"),
            ("PAUSED", "ACTIVE"),
            ("ACTIVE", "PAUSED"),
            ("DRAFT", "ACTIVE"),
        ]

    async def test_an_illegal_move_says_from_where_to_where_and_what_is_allowed(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await create_goal(ask, viewer)

        payload = await move_goal(ask, viewer, goal, "COMPLETED")

        assert payload["goal"] is None
        (error,) = payload["userErrors"]
        assert error["__typename"] == "IllegalTransition"
        assert error["code"] == "ILLEGAL_TRANSITION"
        assert (error["from"], error["to"], error["allowed"]) == ("DRAFT", "COMPLETED", ["ACTIVE"])

    async def test_a_manual_goal_earns_nothing(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer)

        await asyncio.gather(*(move_goal(ask, viewer, goal, "COMPLETED") for _ in range(8)))

        data = await ask.data(XP, viewer)
        assert data["viewer"]["xp"]["nodes"] == [{"amount": 0, "reason": "GOAL_COMPLETED"}]
        assert data["viewer"]["user"]["xpTotal"] == 0

    async def test_of_moves_at_once_one_wins_and_the_others_see_a_conflict(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer)

        payloads = await asyncio.gather(
            *(move_goal(ask, viewer, goal, to) for to in ("PAUSED", "COMPLETED", "ABANDONED"))
        )

        errors = [error["__typename"] for payload in payloads for error in payload["userErrors"]]
        assert errors == ["VersionConflict"] * 2

    async def test_a_conflict_shows_the_goal_as_it_is_now_to_its_owner(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer)
        stale = {"id": goal["id"], "version": goal["version"] - 1}
        current = "userErrors { ... on VersionConflict { field goal { version state title } } }"
        text = (
            "mutation ($first: UpdateGoalInput!, $id: ID!, $version: Int!) {"
            "  a: updateGoal(input: $first) { goal { title version } }"
            f'  b: updateGoal(input: {{id: $id, version: $version, title: "Mine"}}) {{ goal {{ id }} {current} }}'
            f"  c: transitionGoal(input: {{id: $id, version: $version, to: PAUSED}}) {{ goal {{ id }} {current} }}"
            "}"
        )

        changed = {"id": goal["id"], "version": goal["version"], "title": "Theirs"}
        data = await ask.data(text, viewer, first=changed, **stale)

        now = {"version": goal["version"] + 1, "state": "ACTIVE", "title": "Theirs"}
        assert data["a"]["goal"]["version"] == now["version"]
        for refused in (data["b"], data["c"]):
            assert refused == {"goal": None, "userErrors": [{"field": "version", "goal": now}]}

    async def test_a_conflict_and_a_bad_title_are_told_together(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer)

        given = {"id": goal["id"], "version": goal["version"] + 1, "title": ""}
        payload = (await ask.data(UPDATE, viewer, input=given))["updateGoal"]

        assert [(e["code"], e["field"]) for e in payload["userErrors"]] == [
            ("INVALID_INPUT", "title"),
            ("VERSION_CONFLICT", "version"),
        ]

    async def test_a_completed_goal_brings_what_it_changed(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer)
        text = (
            "mutation ($input: TransitionGoalInput!) { transitionGoal(input: $input) "
            "{ goal { state } viewer { dashboard { activeGoals } levelProgress { level xpTotal } } } }"
        )

        given = {"id": goal["id"], "version": goal["version"], "to": "COMPLETED"}
        payload = (await ask.data(text, viewer, input=given))["transitionGoal"]

        assert payload == {
            "goal": {"state": "COMPLETED"},
            "viewer": {"dashboard": {"activeGoals": 0}, "levelProgress": {"level": 1, "xpTotal": 0}},
        }

    async def test_a_repeated_move_with_a_key_gives_the_same_payload(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer)

        first, again = [
            await move_goal(ask, viewer, goal, "COMPLETED", idempotencyKey="done") for _ in range(2)
        ]

        assert first == again
        assert first["goal"]["state"] == "COMPLETED"

    async def test_a_refused_move_leaves_its_key_unused(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer)
        stale = goal | {"version": 1}

        refused = await move_goal(ask, viewer, stale, "PAUSED", idempotencyKey="k")
        moved = await move_goal(ask, viewer, goal, "PAUSED", idempotencyKey="k")

        assert refused["userErrors"][0]["__typename"] == "VersionConflict"
        assert moved["goal"]["state"] == "PAUSED"

    async def test_at_its_deadline_an_active_goal_is_overdue_and_can_be_completed(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer, deadline="2026-03-02T10:00:00Z")
        ask.clock.forward(hours=1)

        overdue = (await ask.data(GOAL_BY_ID, viewer, id=goal["id"]))["goal"]
        completed = (await move_goal(ask, viewer, overdue, "COMPLETED"))["goal"]

        assert overdue["state"] == "OVERDUE"
        assert overdue["allowedTransitions"] == ["COMPLETED", "ABANDONED"]
        assert overdue["history"]["nodes"][0]["to"] == "OVERDUE"
        assert [m["to"] for m in completed["history"]["nodes"]] == ["COMPLETED", "OVERDUE", "ACTIVE"]

    async def test_an_overdue_goal_is_extended_and_active_again(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer, deadline="2026-03-02T10:00:00Z")
        ask.clock.forward(days=1)

        given = {"id": goal["id"], "version": goal["version"], "deadline": "2026-03-09T00:00:00Z"}
        payload = (await ask.data(EXTEND, viewer, input=given))["extendGoal"]

        assert payload["goal"]["state"] == "ACTIVE"
        assert [m["to"] for m in payload["goal"]["history"]["nodes"]] == ["ACTIVE", "OVERDUE", "ACTIVE"]

    @pytest.mark.parametrize("deadline", ["2026-03-02T08:00:00Z", "2026-03-02T10:00:00Z"])
    async def test_an_extension_leads_later(self, ask: Asker, deadline: str) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer, deadline="2026-03-02T10:00:00Z")

        given = {"id": goal["id"], "version": goal["version"], "deadline": deadline}
        payload = (await ask.data(EXTEND, viewer, input=given))["extendGoal"]

        assert [error["field"] for error in payload["userErrors"]] == ["deadline"]


class TestProgress:
    async def test_xp_counts_from_the_creation_on_and_completes_the_goal(self, ask: Asker) -> None:
        ada, viewer = await ask.learner()

        async def earn(amount: int) -> None:
            async with ask.postgres.open_work(Meter()) as work:
                given = Award(
                    user_id=ada.id,
                    reason=XpReason.ADJUSTMENT,
                    source_type="test",
                    source_id=mint("test"),
                    amount=amount,
                    occurred_at=START,
                    local_date=START.date(),
                    explanation="For a test.",
                )
                await xp.award(work.xp, [given], mint=mint, emit=work.emit)

        await earn(500)
        goal = await active_goal(ask, viewer, kind="XP_TARGET", targetXp=200)
        await earn(50)
        early = await move_goal(ask, viewer, goal, "COMPLETED")
        quarter = (await ask.data(GOAL_BY_ID, viewer, id=goal["id"]))["goal"]
        await earn(150)
        late = await move_goal(ask, viewer, goal, "COMPLETED")

        assert (goal["progress"], quarter["progress"]) == (0.0, 0.25)
        assert early["userErrors"][0]["code"] == "GOAL_NOT_REACHED"
        assert late["goal"]["state"] == "COMPLETED"

    async def test_a_roadmap_completes_the_goal_once_every_required_node_is_done(self, ask: Asker) -> None:
        _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
        _, viewer = await ask.learner()
        nodes = (a_node("knots", weight=1), a_node("sails", weight=3), a_node("songs", optional=True))
        roadmap_id = await publish_file(ask, author, a_file(*nodes))
        goal = await active_goal(ask, viewer, kind="ROADMAP", roadmapId=roadmap_id)
        seen = []

        await enrol(ask, viewer, roadmap_id)
        for node, state in (("Songs", "DONE"), ("Knots", "DONE"), ("Sails", "SKIPPED"), ("Sails", "DONE")):
            await set_node(ask, viewer, roadmap_id, node, state)
            payload = await move_goal(ask, viewer, goal, "COMPLETED")
            now = (await ask.data(GOAL_BY_ID, viewer, id=goal["id"]))["goal"]
            seen.append((now["progress"], [error["code"] for error in payload["userErrors"]]))

        assert goal["roadmap"]["slug"] == "sailing"
        assert seen == [
            (0.0, ["GOAL_NOT_REACHED"]),
            (0.25, ["GOAL_NOT_REACHED"]),
            (0.99, ["GOAL_NOT_REACHED"]),  # a skipped node is not a done one
            (1.0, []),
        ]

    async def test_a_goal_is_not_made_for_a_roadmap_that_its_owner_cannot_see(self, ask: Asker) -> None:
        _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
        _, viewer = await ask.learner()
        roadmap_id = await publish_file(ask, author, a_file(a_node("knots"), visibility="PRIVATE"))
        given = {"title": "t", "idempotencyKey": "k", "kind": "ROADMAP", "roadmapId": roadmap_id}

        payload = (await ask.data(CREATE, viewer, input=given))["createGoal"]

        assert [error["field"] for error in payload["userErrors"]] == ["roadmapId"]
