"""Differences of versions through the schema: what is told, and to whom."""

from typing import Any

from domain.accounts.users import Role
from tests.builders.roadmaps import a_file, a_node
from tests.support.clients.drafts import add, edited, start_draft
from tests.support.clients.roadmaps import publish_file
from tests.support.schema_client import Asker

DIFF = """query ($id: ID!, $against: ID!) { node(id: $id) { ... on RoadmapVersion { diff(against: $against) {
  added { key } removed { key } moved { key } changed { before { title } after { title } fields }
  addedEdges { from to } removedEdges { from to } } } } }"""
CURRENT = "query ($id: ID!) { roadmap(by: {id: $id}) { currentVersion { id nodes { id key } } } }"


async def test_a_draft_is_compared_with_the_version_before(ask: Asker) -> None:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    _, stranger = await ask.learner()
    file = a_file(a_node("a"), a_node("b", "a"), a_node("c"), a_node("d"))
    roadmap_id = await publish_file(ask, author, file)
    current: dict[str, Any] = (await ask.data(CURRENT, id=roadmap_id))["roadmap"]["currentVersion"]
    ids = {node["key"]: node["id"] for node in current["nodes"]}
    draft = await start_draft(ask, author, roadmap_id)
    await edited(
        ask,
        author,
        draft,
        {"removeNode": {"key": "c"}},
        {"moveNode": {"key": "d", "after": None}},
        {"changeNode": {"key": "a", "title": "Else"}},
        {"disconnect": {"from": "a", "to": "b"}},
        add("e"),
    )

    found = (await ask.data(DIFF, author, id=draft["id"], against=current["id"]))["node"]["diff"]

    assert [found[name] for name in ("added", "removed", "moved")] == [
        [{"key": "e"}],
        [{"key": "c"}],
        [{"key": "d"}],
    ]
    assert found["changed"] == [
        {"before": {"title": "A"}, "after": {"title": "Else"}, "fields": ["title"]},
        {"before": {"title": "B"}, "after": {"title": "B"}, "fields": ["prerequisites"]},
    ]
    assert (found["addedEdges"], found["removedEdges"]) == ([], [{"from": ids["a"], "to": ids["b"]}])
    hidden = await ask.data(DIFF, stranger, id=current["id"], against=draft["id"])
    assert hidden["node"]["diff"] is None


async def test_versions_of_two_roadmaps_are_not_compared(ask: Asker) -> None:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    versions = []
    for slug in ("one", "two"):
        roadmap_id = await publish_file(ask, author, a_file(a_node("a"), slug=slug), key=slug)
        versions.append((await ask.data(CURRENT, id=roadmap_id))["roadmap"]["currentVersion"]["id"])

    found = await ask.data(DIFF, author, id=versions[0], against=versions[1])

    assert found["node"]["diff"] is None
