"""Migrating, leaving and coming back through the schema."""

from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from tests.support.clients.drafts import add, create_roadmap, edited, start_draft
from tests.support.clients.migrations import enrolment_of, migrate, publish, unenrol
from tests.support.clients.roadmaps import enrol, set_node
from tests.support.schema_client import Asker

XP = "{ viewer { xp(first: 100) { nodes { reason amount } } } }"


@pytest.fixture
async def author(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    return viewer


async def a_roadmap(ask: Asker, author: Viewer) -> str:
    """A published roadmap of the nodes a, b after a, and c."""
    made = await create_roadmap(ask, author)
    await edited(ask, author, made["version"], add("a"), add("b", "a"), add("c"))
    roadmap_id: str = made["roadmap"]["id"]
    await publish(ask, author, roadmap_id)
    return roadmap_id


async def publish_next(ask: Asker, author: Viewer, roadmap_id: str, *operations: dict[str, Any]) -> None:
    draft = await start_draft(ask, author, roadmap_id)
    await edited(ask, author, draft, *operations)
    await publish(ask, author, roadmap_id)


def keys(nodes: list[dict[str, Any]]) -> list[str]:
    return [node["key"] for node in nodes]


async def test_a_preview_tells_what_a_migration_then_does(ask: Asker, author: Viewer) -> None:
    roadmap_id = await a_roadmap(ask, author)
    _, learner = await ask.learner()
    await enrol(ask, learner, roadmap_id)
    for title in ("A", "B"):
        await set_node(ask, learner, roadmap_id, title, "DONE")
    assert (await enrolment_of(ask, learner, roadmap_id))["migrationPreview"] is None
    needs = {"setPrerequisites": {"key": "c", "groups": [{"nodes": ["d"]}]}}
    await publish_next(ask, author, roadmap_id, {"removeNode": {"key": "b"}}, add("d"), needs)

    enrolment = await enrolment_of(ask, learner, roadmap_id)

    preview = enrolment["migrationPreview"]
    assert keys(preview["kept"]) == ["a", "c"]
    assert keys(preview["new"]) == ["d"]
    assert keys(preview["removed"]) == ["b"]
    assert keys(preview["newlyLocked"]) == ["c"]
    assert preview["progress"]["percent"] == 33
    payload = await migrate(ask, learner, enrolment["id"], preview["version"]["id"])
    assert payload["userErrors"] == []
    after = await enrolment_of(ask, learner, roadmap_id)
    states = {node["key"]: node["viewerState"] for node in after["pinnedVersion"]["nodes"]}
    assert states == {"a": "DONE", "c": "LOCKED", "d": "AVAILABLE"}
    assert (after["progress"]["percent"], after["migrationPreview"]) == (33, None)
    again = await migrate(ask, learner, enrolment["id"], preview["version"]["id"])
    assert again["userErrors"] == []


async def test_a_version_that_is_not_the_current_one_is_refused(ask: Asker, author: Viewer) -> None:
    roadmap_id = await a_roadmap(ask, author)
    _, learner = await ask.learner()
    await enrol(ask, learner, roadmap_id)
    await publish_next(ask, author, roadmap_id, add("d"))
    shown = await enrolment_of(ask, learner, roadmap_id)
    await publish_next(ask, author, roadmap_id, add("e"))

    payload = await migrate(ask, learner, shown["id"], shown["migrationPreview"]["version"]["id"])

    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_THE_CURRENT_VERSION", "versionId")
    assert (await enrolment_of(ask, learner, roadmap_id))["pinnedVersion"] == shown["pinnedVersion"]
    pinned = await migrate(ask, learner, shown["id"], shown["pinnedVersion"]["id"])
    assert [error["code"] for error in pinned["userErrors"]] == ["NOT_THE_CURRENT_VERSION"]


async def test_a_migration_that_drops_what_is_missing_completes_the_roadmap(
    ask: Asker, author: Viewer
) -> None:
    roadmap_id = await a_roadmap(ask, author)
    _, learner = await ask.learner()
    await enrol(ask, learner, roadmap_id)
    for title in ("A", "B"):
        await set_node(ask, learner, roadmap_id, title, "DONE")
    await publish_next(ask, author, roadmap_id, {"removeNode": {"key": "c"}})
    enrolment = await enrolment_of(ask, learner, roadmap_id)
    assert enrolment["completedAt"] is None

    await migrate(ask, learner, enrolment["id"], enrolment["migrationPreview"]["version"]["id"])

    after = await enrolment_of(ask, learner, roadmap_id)
    assert (after["progress"]["percent"], after["completedAt"] is not None) == (100, True)


async def test_who_leaves_comes_back_to_all_of_it_and_is_paid_once(ask: Asker, author: Viewer) -> None:
    roadmap_id = await a_roadmap(ask, author)
    _, learner = await ask.learner()
    await enrol(ask, learner, roadmap_id)
    await set_node(ask, learner, roadmap_id, "A", "DONE")
    before = await enrolment_of(ask, learner, roadmap_id)

    assert (await unenrol(ask, learner, before["id"]))["userErrors"] == []

    assert await enrolment_of(ask, learner, roadmap_id) is None
    listed = await ask.data("{ viewer { enrolments { nodes { id } } } }", learner)
    assert listed["viewer"]["enrolments"]["nodes"] == []
    assert (await unenrol(ask, learner, before["id"]))["userErrors"][0]["code"] == "NOT_FOUND"
    stale = await enrol(ask, learner, roadmap_id)
    assert stale["userErrors"][0]["field"] == "idempotencyKey"
    await publish_next(ask, author, roadmap_id, add("d"))
    assert (await enrol(ask, learner, roadmap_id, key="back"))["userErrors"] == []
    after = await enrolment_of(ask, learner, roadmap_id)
    assert after["id"] == before["id"]
    assert after["pinnedVersion"] == before["pinnedVersion"]
    for state in ("AVAILABLE", "DONE"):
        await set_node(ask, learner, roadmap_id, "A", state)
    entries = (await ask.data(XP, learner))["viewer"]["xp"]["nodes"]
    assert [entry["reason"] for entry in entries].count("NODE_COMPLETED") == 1


async def test_who_left_a_private_roadmap_may_come_back(ask: Asker, author: Viewer) -> None:
    roadmap_id = await a_roadmap(ask, author)
    _, learner = await ask.learner()
    await enrol(ask, learner, roadmap_id)
    await unenrol(ask, learner, (await enrolment_of(ask, learner, roadmap_id))["id"])
    await publish_next(ask, author, roadmap_id, {"describe": {"visibility": "PRIVATE"}})

    assert (await enrol(ask, learner, roadmap_id, key="back"))["userErrors"] == []


async def test_enrolments_of_others_are_neither_moved_nor_left(ask: Asker, author: Viewer) -> None:
    roadmap_id = await a_roadmap(ask, author)
    _, learner = await ask.learner()
    await enrol(ask, learner, roadmap_id)
    await publish_next(ask, author, roadmap_id, add("d"))
    enrolment = await enrolment_of(ask, learner, roadmap_id)

    moved = await migrate(ask, author, enrolment["id"], enrolment["migrationPreview"]["version"]["id"])
    left = await unenrol(ask, author, enrolment["id"])

    assert [p["userErrors"][0]["code"] for p in (moved, left)] == ["NOT_FOUND", "NOT_FOUND"]
    assert await enrolment_of(ask, learner, roadmap_id) == enrolment
