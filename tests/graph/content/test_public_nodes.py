"""Nodes that are kept in memory, through the schema: no viewer sees what they may not, nor what was before."""

import asyncio
import json
from typing import Any

from domain.accounts.users import Role, Viewer
from tests.builders.roadmaps import a_file, a_node
from tests.support.clients.roadmaps import enrol, import_file, publish_file
from tests.support.schema_client import Asker, needs_plans

NODES = "query ($id: ID!) { roadmap(by: {id: $id}) { currentVersion { nodes { title weight } } } }"
VERSIONS = (
    "query ($id: ID!) { roadmap(by: {id: $id}) { versions(first: 5) { nodes { number nodes { title } } } } }"
)
ARCHIVE = "mutation ($id: ID!) { archiveRoadmap(input: {roadmapId: $id}) { userErrors { __typename } } }"
PUBLISH = "mutation ($id: ID!) { publishRoadmap(input: {roadmapId: $id}) { userErrors { __typename } } }"

pytestmark = needs_plans


async def an_author(ask: Asker) -> Viewer:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    return author


async def titles(ask: Asker, viewer: Viewer | None, roadmap_id: str) -> list[str] | None:
    roadmap = (await ask.data(NODES, viewer, id=roadmap_id))["roadmap"]
    if roadmap is None or roadmap["currentVersion"] is None:
        return None
    return [node["title"] for node in roadmap["currentVersion"]["nodes"]]


async def test_nodes_of_a_public_roadmap_are_read_once_for_all(ask: Asker) -> None:
    author = await an_author(ask)
    _, viewer = await ask.learner()
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots"), a_node("sails")))

    shown, statements = [], []
    for reader in (viewer, None, author):
        shown.append(await titles(ask, reader, roadmap_id))
        statements.append(ask.statements)

    assert shown == [["Knots", "Sails"]] * 3
    assert statements[1] == statements[2] == statements[0] - 1


async def test_nodes_of_a_private_roadmap_are_kept_for_none(ask: Asker) -> None:
    author = await an_author(ask)
    _, other = await ask.learner()
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots"), visibility="PRIVATE"))

    assert await titles(ask, author, roadmap_id) == ["Knots"]
    assert await titles(ask, other, roadmap_id) is None
    assert await titles(ask, None, roadmap_id) is None
    assert ask.ports.public_nodes.values == 0


async def test_a_draft_is_kept_for_none_and_its_author_sees_each_edit(ask: Asker) -> None:
    author = await an_author(ask)
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots")))
    shown: list[Any] = []
    for title in ("One", "Two"):
        await import_file(ask, author, a_file(a_node("knots", title=title)), key=title)
        for viewer in (author, None):
            versions = (await ask.data(VERSIONS, viewer, id=roadmap_id))["roadmap"]["versions"]["nodes"]
            shown.append([[node["title"] for node in version["nodes"]] for version in versions])

    assert shown == [[["One"], ["Knots"]], [["Knots"]], [["Two"], ["Knots"]], [["Knots"]]]


async def test_an_archived_roadmap_is_gone_though_its_nodes_were_kept(ask: Asker) -> None:
    author = await an_author(ask)
    _, enrolled = await ask.learner()
    _, other = await ask.learner()
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots")))
    await enrol(ask, enrolled, roadmap_id)
    assert await titles(ask, other, roadmap_id) == ["Knots"]

    await ask.data(ARCHIVE, author, id=roadmap_id)

    for viewer in (other, None):
        assert (await ask.data(VERSIONS, viewer, id=roadmap_id))["roadmap"] is None
    versions = (await ask.data(VERSIONS, enrolled, id=roadmap_id))["roadmap"]["versions"]["nodes"]
    assert [version["nodes"] for version in versions] == [[{"title": "Knots"}]]


async def test_a_new_version_is_shown_at_once_and_its_signal_clears_what_was_kept(ask: Asker) -> None:
    author = await an_author(ask)
    _, viewer = await ask.learner()
    nodes = ask.ports.public_nodes
    hearing = asyncio.create_task(nodes.hear(ask.ports.signals))
    await asyncio.sleep(0)
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots")))
    await asyncio.sleep(0.01)
    assert await titles(ask, viewer, roadmap_id) == ["Knots"]
    assert nodes.values > 0

    await import_file(ask, author, a_file(a_node("knots", title="Better knots")), key="second")
    payload = (await ask.data(PUBLISH, author, id=roadmap_id))["publishRoadmap"]
    await asyncio.sleep(0.01)

    assert json.dumps(payload) == '{"userErrors": []}'
    assert nodes.values == 0
    assert await titles(ask, viewer, roadmap_id) == ["Better knots"]
    hearing.cancel()
    await asyncio.gather(hearing, return_exceptions=True)
