"""Notes of lineages: a note follows a step to later versions of its roadmap, and to forks."""

from typing import Any

from domain.accounts.users import Role, Viewer
from tests.builders import mint
from tests.support.accounts import accepted
from tests.support.clients.drafts import add, create_roadmap, edited, start_draft
from tests.support.clients.forks import fork
from tests.support.clients.migrations import publish
from tests.support.schema_client import Asker

NODES = """query ($id: ID!) { roadmap(by: {id: $id}) { currentVersion { nodes {
  id key myNote { text } viewerNote { text } } } } }"""


async def nodes_of(ask: Asker, viewer: Viewer | None, roadmap_id: str) -> dict[str, Any]:
    roadmap = (await ask.data(NODES, viewer, id=roadmap_id))["roadmap"]
    return {node["key"]: node for node in roadmap["currentVersion"]["nodes"]}


async def test_a_note_follows_its_step_and_only_its_learner_reads_it(ask: Asker) -> None:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    _, learner = await ask.learner()
    made = await create_roadmap(ask, author, slug=mint("noted").lower().replace("_", "-"))
    roadmap_id = made["roadmap"]["id"]
    await edited(ask, author, made["version"], add("a"), add("b"))
    await publish(ask, author, roadmap_id)
    first = (await nodes_of(ask, learner, roadmap_id))["a"]
    await accepted(ask, learner, "saveNote", targetId=first["id"], text="Left over right.")
    await edited(ask, author, await start_draft(ask, author, roadmap_id), add("c"))
    await publish(ask, author, roadmap_id)
    forked = await fork(ask, author, roadmap_id)
    await publish(ask, author, forked["roadmap"]["id"])

    for place in (roadmap_id, forked["roadmap"]["id"]):
        own = await nodes_of(ask, learner, place)
        assert (own["a"]["myNote"], own["a"]["viewerNote"]) == ({"text": "Left over right."}, None)
        assert own["b"]["myNote"] is own["c"]["myNote"] is None
        for viewer in (author, None):
            assert (await nodes_of(ask, viewer, place))["a"]["myNote"] is None


async def test_the_newest_of_several_notes_is_shown(ask: Asker) -> None:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    made = await create_roadmap(ask, author, slug=mint("noted").lower().replace("_", "-"))
    roadmap_id = made["roadmap"]["id"]
    await edited(ask, author, made["version"], add("a"))
    await publish(ask, author, roadmap_id)
    old = (await nodes_of(ask, author, roadmap_id))["a"]
    await edited(ask, author, await start_draft(ask, author, roadmap_id), add("b"))
    await publish(ask, author, roadmap_id)
    new = (await nodes_of(ask, author, roadmap_id))["a"]
    await accepted(ask, author, "saveNote", targetId=new["id"], text="New.")
    ask.clock.forward(hours=1)

    await accepted(ask, author, "saveNote", targetId=old["id"], text="Old, and changed later.")

    assert (await nodes_of(ask, author, roadmap_id))["a"]["myNote"] == {"text": "Old, and changed later."}
