"""Goals that complete by themselves, stored deadlines, forecasts and templates, through the schema."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from domain.acts import by_platform
from domain.gamification.xp import XpReason
from domain.ids import UserId
from domain.learning import goal_completion
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.attempts import a_question
from tests.builders.roadmaps import a_file, a_node
from tests.support.attempts import QuizTaker, a_quiz_taker
from tests.support.clients.roadmaps import enrol, publish_file, set_node
from tests.support.goals import (
    CREATE,
    EXTEND,
    GOAL,
    GOAL_BY_ID,
    UPDATE,
    XP,
    active_goal,
    create_goal,
    move_goal,
)
from tests.support.progress import check_progress, earn
from tests.support.schema_client import Asker

FORECAST = "query ($id: ID!) { goal(id: $id) { forecast { pacePerDay expectedOn earliestOn latestOn } } }"
TEMPLATES = "{ goalTemplates { code title description kind days targetXp targetMastery } }"
FROM_TEMPLATE = (
    GOAL
    + "mutation ($input: CreateGoalFromTemplateInput!) { createGoalFromTemplate(input: $input) "
    + "{ goal { ...G } userErrors { ...E } } }"
)


async def read(ask: Asker, viewer: Viewer, goal: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await ask.data(GOAL_BY_ID, viewer, id=goal["id"]))["goal"]
    return found


async def sweep(ask: Asker) -> int:
    async with ask.postgres.open_work(Meter()) as work:
        act = by_platform(now=ask.clock(), mint=mint)
        return await goal_completion.mark_overdue(work, act, limit=100)


async def an_exam_code(ask: Asker, taker: QuizTaker) -> str:
    async with ask.postgres.open_reads(Meter()) as reads:
        (exam_type,) = await reads.exam_types.by_ids([taker.quiz.exam_type_id])
        assert exam_type is not None
        return exam_type.code


class TestCompletion:
    async def test_an_xp_goal_completes_when_its_target_is_met(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer, kind="XP_TARGET", targetXp=50)
        await earn(ask, viewer, 49)
        await check_progress(ask)
        before = await read(ask, viewer, goal)

        await earn(ask, viewer, 1)
        await check_progress(ask)

        after = await read(ask, viewer, goal)
        assert (before["state"], after["state"], after["progress"]) == ("ACTIVE", "COMPLETED", 1.0)
        assert [(move["to"], move["by"]) for move in after["history"]["nodes"]] == [
            ("COMPLETED", "PLATFORM"),
            ("ACTIVE", "LEARNER"),
        ]
        nodes = (await ask.data(XP, viewer))["viewer"]["xp"]["nodes"]
        assert {"amount": 100, "reason": "GOAL_COMPLETED"} in nodes

    async def test_the_xp_of_a_completed_goal_brings_no_other_goal_nearer(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        tiny = await active_goal(ask, viewer, kind="XP_TARGET", targetXp=1)
        serious = await active_goal(ask, viewer, kind="XP_TARGET", targetXp=120)

        await earn(ask, viewer, 25)
        await check_progress(ask)
        await check_progress(ask)
        later = await active_goal(ask, viewer, kind="XP_TARGET", targetXp=120)
        refused = await move_goal(ask, viewer, serious, "COMPLETED")

        found = [await read(ask, viewer, goal) for goal in (tiny, serious, later)]
        assert [goal["state"] for goal in found] == ["COMPLETED", "ACTIVE", "ACTIVE"]
        assert [goal["progress"] for goal in found] == [1.0, pytest.approx(25 / 120), 0.0]
        assert [error["code"] for error in refused["userErrors"]] == ["GOAL_NOT_REACHED"]

    async def test_a_roadmap_goal_completes_with_the_last_required_node(self, ask: Asker) -> None:
        _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
        _, viewer = await ask.learner()
        roadmap_id = await publish_file(ask, author, a_file(a_node("knots"), a_node("sails")))
        await enrol(ask, viewer, roadmap_id)
        goal = await active_goal(ask, viewer, kind="ROADMAP", roadmapId=roadmap_id)

        states = []
        for title in ("Knots", "Sails"):
            await set_node(ask, viewer, roadmap_id, title, "DONE")
            await check_progress(ask)
            states.append((await read(ask, viewer, goal))["state"])

        assert states == ["ACTIVE", "COMPLETED"]

    async def test_a_node_that_is_done_again_completes_a_goal_too(self, ask: Asker) -> None:
        _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
        _, viewer = await ask.learner()
        roadmap_id = await publish_file(ask, author, a_file(a_node("knots")))
        await enrol(ask, viewer, roadmap_id)
        await set_node(ask, viewer, roadmap_id, "Knots", "DONE")
        await set_node(ask, viewer, roadmap_id, "Knots", "AVAILABLE")
        goal = await active_goal(ask, viewer, kind="ROADMAP", roadmapId=roadmap_id)
        await check_progress(ask)

        await set_node(ask, viewer, roadmap_id, "Knots", "DONE")
        await check_progress(ask)

        assert (await read(ask, viewer, goal))["state"] == "COMPLETED"

    async def test_completing_a_roadmap_notes_one_check(self, ask: Asker) -> None:
        _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
        _, viewer = await ask.learner()
        roadmap_id = await publish_file(ask, author, a_file(a_node("knots")))
        await enrol(ask, viewer, roadmap_id)

        await set_node(ask, viewer, roadmap_id, "Knots", "DONE")

        async with ask.postgres.open_reads(Meter()) as reads:
            rows = await reads.connection.raw.fetch(
                "SELECT FROM progress_checks WHERE user_id = $1", viewer.user_id
            )
        assert len(rows) == 1

    async def test_a_goal_that_is_reached_already_completes_when_it_becomes_active(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await create_goal(ask, viewer, kind="XP_TARGET", targetXp=10)
        await earn(ask, viewer, 10)
        await check_progress(ask)

        await move_goal(ask, viewer, goal, "ACTIVE")
        await check_progress(ask)

        assert (await read(ask, viewer, goal))["state"] == "COMPLETED"

    @pytest.mark.parametrize("state", ["DRAFT", "PAUSED", "ABANDONED"])
    async def test_a_goal_that_is_not_under_way_stays_as_it_is(self, ask: Asker, state: str) -> None:
        _, viewer = await ask.learner()
        goal = await create_goal(ask, viewer, kind="XP_TARGET", targetXp=10)
        if state != "DRAFT":
            goal = (await move_goal(ask, viewer, goal, "ACTIVE"))["goal"]
            await check_progress(ask)
            goal = (await move_goal(ask, viewer, goal, state))["goal"]

        await earn(ask, viewer, 10)
        await check_progress(ask)

        assert (await read(ask, viewer, goal))["state"] == state

    async def test_an_overdue_goal_still_completes(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer, kind="XP_TARGET", targetXp=10, deadline="2026-03-03T00:00:00Z")
        ask.clock.forward(days=2)
        await sweep(ask)

        await earn(ask, viewer, 10)
        await check_progress(ask)

        found = await read(ask, viewer, goal)
        assert [move["to"] for move in found["history"]["nodes"]] == ["COMPLETED", "OVERDUE", "ACTIVE"]

    async def test_a_manual_goal_completes_by_nothing_but_its_learner(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer)

        await earn(ask, viewer, 1_000)
        await check_progress(ask)

        assert (await read(ask, viewer, goal))["state"] == "ACTIVE"

    async def test_completing_by_hand_and_by_itself_at_once_pays_once(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer, kind="XP_TARGET", targetXp=10)
        await earn(ask, viewer, 10)

        await asyncio.gather(
            move_goal(ask, viewer, goal, "COMPLETED"), *(check_progress(ask) for _ in range(4))
        )

        nodes = (await ask.data(XP, viewer))["viewer"]["xp"]["nodes"]
        assert [node["amount"] for node in nodes if node["reason"] == "GOAL_COMPLETED"] == [100]
        assert (await read(ask, viewer, goal))["state"] == "COMPLETED"


class TestMastery:
    async def test_the_latest_answers_complete_it(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, *[a_question()[0].kind] * 40)
        code = await an_exam_code(ask, taker)
        goal = await active_goal(ask, taker.viewer, kind="MASTERY_TARGET", examType=code, targetMastery=70)

        attempt_id = await taker.start_attempt()
        await taker.answer_all(attempt_id, wrong=12)
        await taker.submit(attempt_id)
        await check_progress(ask)
        before = await read(ask, taker.viewer, goal)
        second = await taker.start_attempt("second")
        await taker.answer_all(second, wrong=5)
        await taker.submit(second, "second")
        await check_progress(ask)

        after = await read(ask, taker.viewer, goal)
        assert (before["state"], before["progress"]) == ("ACTIVE", 0.8)  # 28 of the 35 that are needed
        assert after["state"] == "COMPLETED"

    async def test_answers_from_before_and_at_own_quizzes_do_not_count(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask)
        author = replace(taker.viewer, user_id=UserId(str(taker.quiz.author_id)))
        code = await an_exam_code(ask, taker)
        early = await taker.start_attempt()
        await taker.answer_all(early)
        await taker.submit(early)
        ask.clock.forward(hours=1)
        given = {"kind": "MASTERY_TARGET", "examType": code, "targetMastery": 50}
        goals = [await active_goal(ask, viewer, **given) for viewer in (taker.viewer, author)]

        own = await taker.start_attempt("own", viewer=author)
        await taker.answer_all(own, viewer=author)
        await taker.submit(own, "own", viewer=author)

        assert (await read(ask, taker.viewer, goals[0]))["progress"] == 0
        assert (await read(ask, author, goals[1]))["progress"] == 0

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"kind": "MASTERY_TARGET", "targetMastery": 70}, "examType"),
            ({"kind": "MASTERY_TARGET", "targetMastery": 70, "examType": "no-such"}, "examType"),
            ({"kind": "MASTERY_TARGET", "targetMastery": 70, "examType": "x\0y"}, "examType"),
            ({"examType": "no-such"}, "examType"),
            ({"targetMastery": 70}, "targetMastery"),
        ],
    )
    async def test_what_is_missing_or_too_much_is_named(
        self, ask: Asker, given: dict[str, Any], field: str
    ) -> None:
        _, viewer = await ask.learner()

        data = await ask.data(CREATE, viewer, input={"title": "Fine", "idempotencyKey": "k"} | given)

        assert [error["field"] for error in data["createGoal"]["userErrors"]] == [field]

    @pytest.mark.parametrize("percent", [49, 101, None])
    async def test_a_percentage_out_of_bounds_is_refused(self, ask: Asker, percent: int | None) -> None:
        taker = await a_quiz_taker(ask)
        given = {"kind": "MASTERY_TARGET", "examType": await an_exam_code(ask, taker)}

        data = await ask.data(
            CREATE,
            taker.viewer,
            input={"title": "Fine", "idempotencyKey": "k", "targetMastery": percent} | given,
        )

        assert [error["field"] for error in data["createGoal"]["userErrors"]] == ["targetMastery"]


class TestDeadlines:
    async def test_a_sweep_stores_a_passed_deadline_once(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer, deadline="2026-03-03T00:00:00Z")
        await active_goal(ask, viewer, deadline="2026-03-09T00:00:00Z")
        ask.clock.forward(days=2)
        read_first = await read(ask, viewer, goal)

        marked = [await sweep(ask) for _ in range(2)]

        assert marked == [1, 0]
        assert await read(ask, viewer, goal) == read_first
        first = read_first["history"]["nodes"][0]
        assert (first["from"], first["to"], first["at"], first["by"]) == (
            "ACTIVE",
            "OVERDUE",
            "2026-03-03T00:00:00.000Z",
            "PLATFORM",
        )

    @pytest.mark.parametrize("is_swept", [True, False])
    async def test_the_history_has_each_passing_once_whatever_changes(
        self, ask: Asker, is_swept: bool
    ) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer, deadline="2026-03-03T00:00:00Z")
        ask.clock.forward(days=2)
        if is_swept:
            await sweep(ask)
        for title in ("One", "Two"):
            given = {"id": goal["id"], "version": goal["version"], "title": title}
            goal = (await ask.data(UPDATE, viewer, input=given))["updateGoal"]["goal"]
            await sweep(ask)

        given = {"id": goal["id"], "version": goal["version"], "deadline": "2026-03-09T00:00:00Z"}
        extended = (await ask.data(EXTEND, viewer, input=given))["extendGoal"]["goal"]
        ask.clock.forward(days=9)
        await sweep(ask)

        found = await read(ask, viewer, extended)
        assert (extended["state"], found["state"]) == ("ACTIVE", "OVERDUE")
        assert [move["to"] for move in found["history"]["nodes"]] == [
            "OVERDUE",
            "ACTIVE",
            "OVERDUE",
            "ACTIVE",
        ]

    @pytest.mark.parametrize("state", ["DRAFT", "PAUSED"])
    async def test_a_goal_that_becomes_active_after_its_deadline_is_overdue_at_once(
        self, ask: Asker, state: str
    ) -> None:
        _, viewer = await ask.learner()
        goal = await create_goal(ask, viewer, kind="XP_TARGET", targetXp=10, deadline="2026-03-03T00:00:00Z")
        if state == "PAUSED":
            for to in ("ACTIVE", "PAUSED"):
                goal = (await move_goal(ask, viewer, goal, to))["goal"]
        ask.clock.forward(days=3)

        moved = (await move_goal(ask, viewer, goal, "ACTIVE"))["goal"]

        found = await read(ask, viewer, goal)
        assert moved == found
        assert (moved["state"], moved["allowedTransitions"]) == ("OVERDUE", ["COMPLETED", "ABANDONED"])
        moves = found["history"]["nodes"]
        assert [(move["from"], move["to"], move["by"]) for move in moves[:2]] == [
            ("ACTIVE", "OVERDUE", "PLATFORM"),
            (state, "ACTIVE", "LEARNER"),
        ]
        assert [move["at"] for move in moves] == sorted((move["at"] for move in moves), reverse=True)

        await earn(ask, viewer, 10)
        ask.clock.forward(hours=1)
        await sweep(ask)
        await check_progress(ask)
        completed = (await read(ask, viewer, goal))["history"]["nodes"]
        assert [move["to"] for move in completed[:3]] == ["COMPLETED", "OVERDUE", "ACTIVE"]
        assert len(completed) == len(moves) + 1

    async def test_the_history_is_paged(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer)
        for to in ("PAUSED", "ACTIVE", "PAUSED"):
            goal = (await move_goal(ask, viewer, goal, to))["goal"]
        text = (
            "query ($id: ID!, $after: Cursor) { goal(id: $id) { history(first: 3, after: $after) "
            "{ nodes { to } pageInfo { hasNextPage endCursor } } } }"
        )

        first = (await ask.data(text, viewer, id=goal["id"]))["goal"]["history"]
        after = first["pageInfo"]["endCursor"]
        rest = (await ask.data(text, viewer, id=goal["id"], after=after))["goal"]["history"]

        assert [move["to"] for move in first["nodes"] + rest["nodes"]] == [
            "PAUSED",
            "ACTIVE",
            "PAUSED",
            "ACTIVE",
        ]
        assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


class TestForecasts:
    async def test_an_xp_goal_is_forecast_from_the_last_fourteen_days(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer, kind="XP_TARGET", targetXp=1_400)
        for days in range(14):
            at = ask.clock() + timedelta(days=days)
            await earn(ask, viewer, 50, occurred_at=at, local_date=at.date())
            await earn(ask, viewer, 100, reason=XpReason.GOAL_COMPLETED, occurred_at=at, local_date=at.date())
        ask.clock.forward(days=13)

        data = await ask.data(FORECAST, viewer, id=goal["id"])

        assert data["goal"]["forecast"] == {
            "pacePerDay": 50.0,
            "expectedOn": "2026-03-29",
            "earliestOn": "2026-03-29",
            "latestOn": "2026-03-29",
        }

    async def test_a_roadmap_goal_is_forecast_from_its_nodes(self, ask: Asker) -> None:
        _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
        _, viewer = await ask.learner()
        names = ["one", "two", "three", "four"]
        roadmap_id = await publish_file(ask, author, a_file(*(a_node(name) for name in names)))
        await enrol(ask, viewer, roadmap_id)
        goal = await active_goal(ask, viewer, kind="ROADMAP", roadmapId=roadmap_id)
        for name in names[:3]:
            await set_node(ask, viewer, roadmap_id, name.title(), "DONE")
            ask.clock.forward(days=1)

        data = await ask.data(FORECAST, viewer, id=goal["id"])

        assert data["goal"]["forecast"]["pacePerDay"] == 0.2
        assert data["goal"]["forecast"]["expectedOn"] == "2026-03-10"

    async def test_other_goals_have_no_forecast(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        goal = await active_goal(ask, viewer)

        assert (await ask.data(FORECAST, viewer, id=goal["id"]))["goal"]["forecast"] is None


class TestTemplates:
    async def test_each_template_makes_a_goal(self, ask: Asker) -> None:
        _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
        taker = await a_quiz_taker(ask)
        code = await an_exam_code(ask, taker)
        roadmap_id = await publish_file(ask, author, a_file(a_node("knots")))
        about = {"ROADMAP": {"roadmapId": roadmap_id}, "MASTERY_TARGET": {"examType": code}}

        templates = (await ask.data(TEMPLATES))["goalTemplates"]
        for template in templates:
            given = {"template": template["code"], "idempotencyKey": mint("key")}
            payload = await ask.data(
                FROM_TEMPLATE, taker.viewer, input=given | about.get(template["kind"], {})
            )
            goal = payload["createGoalFromTemplate"]["goal"]
            assert payload["createGoalFromTemplate"]["userErrors"] == []
            assert (goal["title"], goal["kind"], goal["targetXp"], goal["state"]) == (
                template["title"],
                template["kind"],
                template["targetXp"],
                "DRAFT",
            )

        assert {template["kind"] for template in templates} == {
            "MANUAL",
            "ROADMAP",
            "XP_TARGET",
            "MASTERY_TARGET",
        }

    @pytest.mark.parametrize(
        ("code", "given", "field", "words"),
        [
            ("roadmap-sprint", {}, "roadmapId", "is needed"),
            ("pass-mark", {}, "examType", "is needed"),
            ("first-week", {"examType": "exam"}, "examType", "leave it out"),
        ],
    )
    async def test_a_refusal_says_whether_a_value_is_needed_or_too_much(
        self, ask: Asker, code: str, given: dict[str, Any], field: str, words: str
    ) -> None:
        _, viewer = await ask.learner()
        asked = {"template": code, "idempotencyKey": "k"} | given

        payload = (await ask.data(FROM_TEMPLATE, viewer, input=asked))["createGoalFromTemplate"]

        (error,) = payload["userErrors"]
        assert error["field"] == field
        assert words in error["message"]

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"kind": "ROADMAP"}, "roadmapId"),
            ({"kind": "XP_TARGET"}, "targetXp"),
            ({"kind": "MASTERY_TARGET", "targetMastery": 70}, "examType"),
            ({"kind": "MASTERY_TARGET", "examType": "exam"}, "targetMastery"),
        ],
    )
    async def test_what_a_kind_of_goal_needs_is_named(
        self, ask: Asker, given: dict[str, Any], field: str
    ) -> None:
        _, viewer = await ask.learner()
        asked = {"title": "Pass", "idempotencyKey": "k"} | given

        errors = (await ask.data(CREATE, viewer, input=asked))["createGoal"]["userErrors"]

        assert f"{field} is needed for a goal of kind {given['kind']}; send it." in [
            error["message"] for error in errors
        ]

    async def test_the_same_key_makes_one_goal_though_the_clock_goes_on(self, ask: Asker) -> None:
        _, viewer = await ask.learner()
        given = {"template": "first-week", "idempotencyKey": "one", "title": "Mine"}

        first = (await ask.data(FROM_TEMPLATE, viewer, input=given))["createGoalFromTemplate"]
        ask.clock.forward(hours=1)
        again = (await ask.data(FROM_TEMPLATE, viewer, input=given))["createGoalFromTemplate"]
        other = (await ask.data(FROM_TEMPLATE, viewer, input=given | {"template": "steady-month"}))[
            "createGoalFromTemplate"
        ]

        assert first == again
        assert (first["goal"]["title"], first["goal"]["deadline"]) == ("Mine", "2026-03-09T09:00:00.000Z")
        assert [error["field"] for error in other["userErrors"]] == ["idempotencyKey"]

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"template": "no-such"}, "template"),
            ({"template": "finish-roadmap"}, "roadmapId"),
            ({"template": "exam-ready"}, "examType"),
            ({"template": "first-week", "title": ""}, "title"),
        ],
    )
    async def test_what_a_template_leaves_open_has_to_be_given(
        self, ask: Asker, given: dict[str, Any], field: str
    ) -> None:
        _, viewer = await ask.learner()

        data = await ask.data(FROM_TEMPLATE, viewer, input={"idempotencyKey": "k"} | given)

        assert [error["field"] for error in data["createGoalFromTemplate"]["userErrors"]] == [field]
