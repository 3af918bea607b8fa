"""Enrolments through the schema: enrolling, ticking nodes, progress, XP and streak."""

import asyncio
from datetime import date

import pytest

from domain import local_days
from domain.accounts.users import Role, Viewer
from domain.gamification import xp
from domain.learning import quiz_nodes
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.roadmaps import a_file, a_node, a_quiz_node
from tests.support.clients.roadmaps import (
    NODES,
    SET_NODE_STATE,
    enrol,
    import_file,
    import_quizzes,
    nodes_by_title,
    publish_file,
    set_node,
)
from tests.support.schema_client import Asker

MINE = """
{ viewer { user { xpTotal } enrolments { nodes {
  id completedAt roadmap { slug }
  progress { percent doneWeight requiredWeight doneNodes requiredNodes optionalDone optionalNodes }
  nextNodes { title }
  pinnedVersion { number }
} } } }
"""
XP = "{ viewer { user { xpTotal } streak { current } xp { nodes { amount reason } } } }"

FILE = a_file(
    a_node("knots", weight=1),
    a_node("sails", "knots", weight=2),
    a_quiz_node("exam", "sails", quiz="sailing-exam"),
    a_node("songs", optional=True),
)


@pytest.fixture
async def author(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    await import_quizzes(ask, viewer, "sailing-exam")
    return viewer


@pytest.fixture
async def learner(ask: Asker) -> Viewer:
    _, viewer = await ask.learner()
    return viewer


@pytest.fixture
async def roadmap_id(ask: Asker, author: Viewer) -> str:
    return await publish_file(ask, author, FILE)


async def total(ask: Asker, viewer: Viewer) -> int:
    found: int = (await ask.data(XP, viewer))["viewer"]["user"]["xpTotal"]
    return found


async def test_enrolling_pins_the_current_version(ask: Asker, learner: Viewer, roadmap_id: str) -> None:
    payload = await enrol(ask, learner, roadmap_id)

    assert payload["userErrors"] == []
    assert payload["enrolment"]["pinnedVersion"]["number"] == 1
    assert payload["enrolment"]["roadmap"]["slug"] == "sailing"


async def test_enrolling_again_is_the_same_enrolment(ask: Asker, learner: Viewer, roadmap_id: str) -> None:
    payloads = await asyncio.gather(*(enrol(ask, learner, roadmap_id, key=f"key {n % 3}") for n in range(6)))

    assert len({payload["enrolment"]["id"] for payload in payloads}) == 1
    assert len((await ask.data(MINE, learner))["viewer"]["enrolments"]["nodes"]) == 1


async def test_a_key_used_for_another_roadmap_is_refused(
    ask: Asker, author: Viewer, learner: Viewer, roadmap_id: str
) -> None:
    other = await publish_file(ask, author, a_file(a_node("oars"), slug="rowing"), key="two")
    await enrol(ask, learner, roadmap_id)

    payload = await enrol(ask, learner, other)

    assert payload["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_enrolling_in_an_invisible_or_archived_roadmap_is_refused(
    ask: Asker, author: Viewer, learner: Viewer
) -> None:
    draft = (await import_file(ask, author, FILE))["roadmap"]["id"]

    assert (await enrol(ask, learner, draft))["userErrors"][0]["code"] == "NOT_FOUND"
    assert (await enrol(ask, author, draft))["userErrors"][0]["code"] == "ROADMAP_NOT_PUBLISHED"
    assert (await enrol(ask, learner, mint("roadmap"), key="new"))["userErrors"][0]["code"] == "NOT_FOUND"


async def test_nodes_know_where_they_stand_and_why(ask: Asker, learner: Viewer, roadmap_id: str) -> None:
    await enrol(ask, learner, roadmap_id)

    found = await nodes_by_title(ask, learner, roadmap_id)

    assert {title: node["viewerState"] for title, node in found.items()} == {
        "Knots": "AVAILABLE",
        "Sails": "LOCKED",
        "Exam": "LOCKED",
        "Songs": "AVAILABLE",
    }
    assert found["Sails"]["lockedBecause"] == {
        "message": "First complete “Knots”.",
        "missing": [{"title": "Knots"}],
    }
    assert found["Knots"]["lockedBecause"] is None


async def test_a_node_has_no_state_for_callers_who_did_not_enrol(
    ask: Asker, author: Viewer, roadmap_id: str
) -> None:
    for viewer in (author, None):
        roadmap = (await ask.data(NODES, viewer, id=roadmap_id))["roadmap"]

        assert roadmap["enrolment"] is None
        assert {node["viewerState"] for node in roadmap["currentVersion"]["nodes"]} == {None}


async def test_done_earns_xp_and_counts_for_the_streak(ask: Asker, learner: Viewer, roadmap_id: str) -> None:
    await enrol(ask, learner, roadmap_id)

    payload = await set_node(ask, learner, roadmap_id, "Knots", "DONE")

    assert payload["userErrors"] == []
    assert payload["node"] == {"title": "Knots", "viewerState": "DONE"}
    assert payload["enrolment"]["progress"] == {"percent": 25, "doneWeight": 1, "requiredWeight": 4}
    assert [node["title"] for node in payload["enrolment"]["nextNodes"]] == ["Sails", "Songs"]
    found = (await ask.data(XP, learner))["viewer"]
    assert found["user"]["xpTotal"] == 25
    assert found["xp"]["nodes"] == [{"amount": 25, "reason": "NODE_COMPLETED"}]
    assert found["streak"]["current"] == 1


async def test_two_devices_at_once_earn_once(ask: Asker, learner: Viewer, roadmap_id: str) -> None:
    await enrol(ask, learner, roadmap_id)

    payloads = await asyncio.gather(*(set_node(ask, learner, roadmap_id, "Knots", "DONE") for _ in range(8)))

    assert all(payload["userErrors"] == [] for payload in payloads)
    assert await total(ask, learner) == 25


async def test_taking_it_back_keeps_the_xp_and_doing_it_again_earns_nothing(
    ask: Asker, learner: Viewer, roadmap_id: str
) -> None:
    await enrol(ask, learner, roadmap_id)
    await set_node(ask, learner, roadmap_id, "Knots", "DONE")

    undone = await set_node(ask, learner, roadmap_id, "Knots", "AVAILABLE")
    assert undone["node"]["viewerState"] == "AVAILABLE"
    assert undone["enrolment"]["progress"]["percent"] == 0
    assert await total(ask, learner) == 25

    await set_node(ask, learner, roadmap_id, "Knots", "DONE")
    assert await total(ask, learner) == 25


async def test_a_locked_node_cannot_be_set_and_names_what_is_missing(
    ask: Asker, learner: Viewer, roadmap_id: str
) -> None:
    await enrol(ask, learner, roadmap_id)

    for state in ("DONE", "IN_PROGRESS", "SKIPPED"):
        (error,) = (await set_node(ask, learner, roadmap_id, "Sails", state))["userErrors"]

        assert error["__typename"] == "NodeLocked"
        assert error["field"] == "nodeId"
        assert "Knots" in error["message"]
        assert error["missing"] == [{"title": "Knots"}]
    assert await total(ask, learner) == 0


async def test_a_node_completed_by_quiz_cannot_be_ticked(
    ask: Asker, learner: Viewer, roadmap_id: str
) -> None:
    await enrol(ask, learner, roadmap_id)
    for title in ("Knots", "Sails"):
        await set_node(ask, learner, roadmap_id, title, "DONE")

    (error,) = (await set_node(ask, learner, roadmap_id, "Exam", "DONE"))["userErrors"]

    assert error["__typename"] == "NodeCompletedByQuiz"
    assert error["quizSlug"] == "sailing-exam"
    assert (await set_node(ask, learner, roadmap_id, "Exam", "IN_PROGRESS"))["userErrors"] == []


async def test_locked_is_no_state_to_set(ask: Asker, learner: Viewer, roadmap_id: str) -> None:
    await enrol(ask, learner, roadmap_id)

    (error,) = (await set_node(ask, learner, roadmap_id, "Knots", "LOCKED"))["userErrors"]

    assert (error["code"], error["field"]) == ("INVALID_INPUT", "state")


async def test_skipping_opens_the_next_node_and_keeps_100_percent_away(
    ask: Asker, learner: Viewer, roadmap_id: str
) -> None:
    await enrol(ask, learner, roadmap_id)
    await set_node(ask, learner, roadmap_id, "Knots", "SKIPPED")
    await set_node(ask, learner, roadmap_id, "Sails", "DONE")

    payload = await set_node(ask, learner, roadmap_id, "Exam", "SKIPPED")

    assert payload["enrolment"]["progress"] == {"percent": 99, "doneWeight": 2, "requiredWeight": 2}
    assert payload["enrolment"]["completedAt"] is None


async def passed(ask: Asker, viewer: Viewer, slug: str) -> list[int]:
    """Complete nodes as submitting a passed quiz does."""
    async with ask.postgres.open_work(Meter()) as work:
        awards = await quiz_nodes.nodes_passed(
            work.enrolments,
            user_id=viewer.user_id,
            quiz_slug=slug,
            is_own_quiz=False,
            earned=0,
            now=ask.clock(),
            local_date=local_days.local_date(ask.clock(), time_zone="UTC"),
        )
        entries = await xp.award(work.xp, awards, mint=mint, emit=work.emit)
    return [entry.amount for entry in entries]


async def test_passing_the_quiz_completes_its_node_once_it_is_open(
    ask: Asker, learner: Viewer, roadmap_id: str
) -> None:
    await enrol(ask, learner, roadmap_id)
    assert await passed(ask, learner, "sailing-exam") == []
    for title in ("Knots", "Sails"):
        await set_node(ask, learner, roadmap_id, title, "DONE")

    assert await passed(ask, learner, "another-exam") == []
    assert await passed(ask, learner, "sailing-exam") == [25]
    assert await passed(ask, learner, "sailing-exam") == []

    (enrolment,) = (await ask.data(MINE, learner))["viewer"]["enrolments"]["nodes"]
    assert enrolment["progress"]["percent"] == 100
    assert enrolment["completedAt"] is not None
    assert [node["title"] for node in enrolment["nextNodes"]] == ["Songs"]
    assert await total(ask, learner) == 75


async def test_completion_is_kept_when_a_node_is_undone(ask: Asker, author: Viewer, learner: Viewer) -> None:
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots")))
    await enrol(ask, learner, roadmap_id)
    done = await set_node(ask, learner, roadmap_id, "Knots", "DONE")
    ask.clock.forward(hours=1)

    undone = await set_node(ask, learner, roadmap_id, "Knots", "AVAILABLE")

    assert undone["enrolment"]["completedAt"] == done["enrolment"]["completedAt"] is not None


async def test_nothing_done_is_lost_when_the_author_publishes_again(
    ask: Asker, author: Viewer, learner: Viewer, roadmap_id: str
) -> None:
    await enrol(ask, learner, roadmap_id)
    await set_node(ask, learner, roadmap_id, "Knots", "DONE")

    await publish_file(ask, author, a_file(a_node("knots"), a_node("tides", "knots")), key="two")

    roadmap = (await ask.data(NODES, learner, id=roadmap_id))["roadmap"]
    assert roadmap["currentVersion"]["number"] == 2
    assert {n["title"]: n["viewerState"] for n in roadmap["enrolment"]["pinnedVersion"]["nodes"]} == {
        "Knots": "DONE",
        "Sails": "AVAILABLE",
        "Exam": "LOCKED",
        "Songs": "AVAILABLE",
    }
    assert {n["viewerState"] for n in roadmap["currentVersion"]["nodes"]} == {None}
    assert (await set_node(ask, learner, roadmap_id, "Sails", "DONE"))["userErrors"] == []


@pytest.mark.slow
async def test_the_enrolled_go_on_with_an_archived_private_roadmap(
    ask: Asker, author: Viewer, learner: Viewer, roadmap_id: str
) -> None:
    await enrol(ask, learner, roadmap_id)
    await publish_file(ask, author, FILE.replace("PUBLIC", "PRIVATE"), key="two")
    await ask.data(
        "mutation ($id: ID!) { archiveRoadmap(input: {roadmapId: $id}) { roadmap { id } } }",
        author,
        id=roadmap_id,
    )

    assert (await set_node(ask, learner, roadmap_id, "Knots", "DONE"))["userErrors"] == []


async def test_a_new_version_earns_no_second_award_for_the_same_lineage(
    ask: Asker, author: Viewer, learner: Viewer, roadmap_id: str
) -> None:
    await enrol(ask, learner, roadmap_id)
    await set_node(ask, learner, roadmap_id, "Knots", "DONE")
    await publish_file(ask, author, a_file(a_node("knots", title="Better knots")), key="two")

    assert await total(ask, learner) == 25


async def test_foreign_enrolments_are_not_there(
    ask: Asker, author: Viewer, learner: Viewer, roadmap_id: str
) -> None:
    own = (await enrol(ask, learner, roadmap_id))["enrolment"]["id"]
    node_id = (await nodes_by_title(ask, learner, roadmap_id))["Knots"]["id"]

    payload = (
        await ask.data(SET_NODE_STATE, author, input={"enrolmentId": own, "nodeId": node_id, "state": "DONE"})
    )["setNodeState"]

    assert payload["userErrors"][0]["code"] == "NOT_FOUND"
    assert (await ask.data(MINE, author))["viewer"]["enrolments"]["nodes"] == []
    assert (await nodes_by_title(ask, learner, roadmap_id))["Knots"]["viewerState"] == "AVAILABLE"


async def test_a_node_of_another_roadmap_is_not_on_the_path(
    ask: Asker, author: Viewer, learner: Viewer, roadmap_id: str
) -> None:
    other = await publish_file(ask, author, a_file(a_node("oars"), slug="rowing"), key="two")
    own = (await enrol(ask, learner, roadmap_id))["enrolment"]["id"]
    await enrol(ask, learner, other, key="other")
    foreign = (await nodes_by_title(ask, learner, other))["Oars"]["id"]

    given = {"enrolmentId": own, "nodeId": foreign, "state": "DONE"}
    payload = (await ask.data(SET_NODE_STATE, learner, input=given))["setNodeState"]

    assert (payload["userErrors"][0]["code"], payload["userErrors"][0]["field"]) == ("NOT_FOUND", "nodeId")


async def test_ids_of_another_kind_and_a_state_that_cannot_be_set_are_refused_together(
    ask: Asker, learner: Viewer
) -> None:
    given = {"enrolmentId": mint("roadmap"), "nodeId": mint("quiz"), "state": "LOCKED"}

    payload = (await ask.data(SET_NODE_STATE, learner, input=given))["setNodeState"]

    assert [refusal["field"] for refusal in payload["userErrors"]] == ["enrolmentId", "nodeId", "state"]
    assert payload["enrolment"] is None


@pytest.mark.parametrize("count", [1, 10])
async def test_my_enrolments_cost_the_same_statements_at_any_number(
    ask: Asker, author: Viewer, learner: Viewer, count: int
) -> None:
    for number in range(count):
        roadmap_id = await publish_file(
            ask, author, a_file(a_node("knots"), slug=f"road-{number}"), key=f"{number}"
        )
        await enrol(ask, learner, roadmap_id, key=f"{number}")

    await ask.data(MINE, learner)

    assert ask.statements == 7


async def test_the_local_date_of_the_award_is_that_of_the_learners_zone(ask: Asker, author: Viewer) -> None:
    _, traveller = await ask.learner(time_zone="Pacific/Kiritimati")
    ask.clock.forward(hours=10)
    roadmap_id = await publish_file(ask, author, FILE)
    await enrol(ask, traveller, roadmap_id)

    await set_node(ask, traveller, roadmap_id, "Knots", "DONE")

    async with ask.postgres.open_reads(Meter()) as reads:
        (day,) = (await reads.streaks.history(traveller.user_id)).days
    assert day.local_date == date(2026, 3, 3)
