"""Authoring effects: what each value of an enum does in the operations of a draft."""

from collections.abc import Sequence
from typing import Any

from domain.accounts.users import Role
from tests.builders import mint
from tests.support.clients.drafts import add, content_of, create_roadmap, edited
from tests.support.clients.roadmaps import PUBLISH, enrol, nodes_by_title, set_node
from tests.support.schema_client import Asker

AUTHORS = [Role.LEARNER, Role.AUTHOR]
LISTED = "query ($id: ID!) { roadmaps { nodes { id } } roadmap(by: {id: $id}) { title } }"


async def of_added(name: str, ask: Asker, values: Sequence[str]) -> list[Any]:
    """Add a node for each value, and read it."""
    _, author = await ask.learner(roles=AUTHORS)
    version = (await create_roadmap(ask, author, slug=mint("slug").lower().replace("_", "-")))["version"]
    added = [add(f"n{n}", **{name: value}) for n, value in enumerate(values)]
    await edited(ask, author, version, *added)
    return [node[name] for node in (await content_of(ask, author, version["id"]))["nodes"]]


async def of_changed(name: str, ask: Asker, values: Sequence[str]) -> list[Any]:
    """Change a node to each value in turn, and read it."""
    _, author = await ask.learner(roles=AUTHORS)
    made = await create_roadmap(ask, author, slug=mint("slug").lower().replace("_", "-"))
    version = await edited(ask, author, made["version"], add("a"))
    found = []
    for value in values:
        version = await edited(ask, author, version, {"changeNode": {"key": "a", name: value}})
        found.append((await content_of(ask, author, version["id"]))["nodes"][0][name])
    return found


async def of_group_mode(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Let a node need three others in each mode, and see after how many of them it is open."""
    found = []
    for value in values:
        _, author = await ask.learner(roles=AUTHORS)
        made = await create_roadmap(ask, author, slug=mint("slug").lower().replace("_", "-"))
        needed = {"mode": value, "k": 2 if value == "K_OF_N" else None, "nodes": ["a", "b", "c"]}
        nodes = [add("a"), add("b"), add("c"), add("last", prerequisites=[needed])]
        await edited(ask, author, made["version"], *nodes)
        roadmap_id = made["roadmap"]["id"]
        await ask.data(PUBLISH, author, id=roadmap_id)
        _, learner = await ask.learner()
        await enrol(ask, learner, roadmap_id)
        done = 0
        while (await nodes_by_title(ask, learner, roadmap_id))["Last"]["viewerState"] == "LOCKED":
            await set_node(ask, learner, roadmap_id, "ABC"[done], "DONE")
            done += 1
        found.append(done)
    return found


async def of_created_visibility(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Publish a roadmap of each visibility, and look for it as its author's friend and in the list."""
    found = []
    for value in values:
        _, author = await ask.learner(roles=AUTHORS)
        slug = mint("slug").lower().replace("_", "-")
        made = await create_roadmap(ask, author, slug=slug, visibility=value)
        await edited(ask, author, made["version"], add("a"))
        found.append(await _seen(ask, author, made["roadmap"]["id"]))
    return found


async def of_described_visibility(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Describe a draft as of each visibility, publish it, and look for it."""
    found = []
    for value in values:
        _, author = await ask.learner(roles=AUTHORS)
        made = await create_roadmap(ask, author, slug=mint("slug").lower().replace("_", "-"))
        await edited(ask, author, made["version"], add("a"), {"describe": {"visibility": value}})
        found.append(await _seen(ask, author, made["roadmap"]["id"]))
    return found


async def _seen(ask: Asker, author: Any, roadmap_id: str) -> Any:
    await ask.data(PUBLISH, author, id=roadmap_id)
    answer = await ask.data(LISTED, id=roadmap_id)
    return {"id": roadmap_id} in answer["roadmaps"]["nodes"], answer["roadmap"]
