"""Share links through the schema: who sees a roadmap of each visibility, on every path that leads to it."""

from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.clients.drafts import add, create_roadmap, edited, start_draft
from tests.support.clients.migrations import publish
from tests.support.clients.roadmaps import enrol
from tests.support.clients.share_links import CREATE_LINK, OPEN_LINK, REVOKE_LINK
from tests.support.schema_client import Asker

PATHS = {
    "by id": "query ($id: ID!) { roadmap(by: {id: $id}) { id } }",
    "by slug": "query ($slug: String!) { roadmap(by: {slug: $slug}) { id } }",
    "its node": "query ($id: ID!) { node(id: $id) { id } }",
    "the version": "query ($version: ID!) { node(id: $version) { id } }",
    "a page of nodes": """query ($version: ID!) { node(id: $version) { ... on RoadmapVersion {
        nodesConnection { nodes { key } } } } }""",
    "a node of it": "query ($node: ID!) { node(id: $node) { id } }",
    "its group": "query ($group: ID!) { node(id: $group) { id } }",
    "the difference": """query ($version: ID!) { node(id: $version) { ... on RoadmapVersion {
        diff(against: $version) { moved { id } } } } }""",
    "many nodes": "query ($id: ID!) { nodes(ids: [$id]) { id } }",
}
"""Every path to a roadmap by something that a caller knows, whether or not they may see it."""


@pytest.fixture
async def author(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    return viewer


async def a_roadmap(ask: Asker, author: Viewer, visibility: str) -> dict[str, str]:
    """Publish a roadmap; return everything that names it."""
    slug = mint("shared").lower().replace("_", "-")
    made = await create_roadmap(ask, author, slug=slug, visibility=visibility)
    await edited(ask, author, made["version"], add("a"), add("b", "a"))
    await publish(ask, author, made["roadmap"]["id"])
    text = (
        "query ($id: ID!) { node(id: $id) { ... on RoadmapVersion { nodes { id prerequisites { id } } } } }"
    )
    nodes = (await ask.data(text, author, id=made["version"]["id"]))["node"]["nodes"]
    return {
        "id": made["roadmap"]["id"],
        "slug": slug,
        "version": made["version"]["id"],
        "node": nodes[1]["id"],
        "group": nodes[1]["prerequisites"][0]["id"],
    }


async def paths_for(ask: Asker, viewer: Viewer | None, names: dict[str, str]) -> list[str]:
    """Return the paths on which a caller sees the roadmap."""
    seen = []
    for path, text in PATHS.items():
        given = {name: value for name, value in names.items() if f"${name}:" in text}
        (answer,) = (await ask.data(text, viewer, **given)).values()
        if answer not in (None, [None]):
            seen.append(path)
    return seen


async def is_listed(ask: Asker, viewer: Viewer | None, names: dict[str, str]) -> bool:
    listed = await ask.data("{ roadmaps(first: 100) { nodes { id } } }", viewer)
    return {"id": names["id"]} in listed["roadmaps"]["nodes"]


async def share(ask: Asker, author: Viewer, roadmap_id: str) -> str:
    payload = (await ask.data(CREATE_LINK, author, id=roadmap_id))["createShareLink"]
    assert payload["userErrors"] == []
    secret: str = payload["secret"]
    return secret


async def open_link(ask: Asker, viewer: Viewer, secret: str) -> Any:
    return (await ask.data(OPEN_LINK, viewer, secret=secret))["openShareLink"]


async def may_learn(ask: Asker, viewer: Viewer, roadmap_id: str) -> bool:
    """Tell whether a goal for the roadmap can be set, which shows whether it can be enrolled in."""
    payload = await ask.data(
        "mutation ($input: CreateGoalInput!) { createGoal(input: $input) { goal { id } } }",
        viewer,
        input={"title": "G", "kind": "ROADMAP", "roadmapId": roadmap_id, "idempotencyKey": mint("key")},
    )
    return payload["createGoal"]["goal"] is not None


@pytest.mark.parametrize(
    ("visibility", "sees", "listed"),
    [("PUBLIC", True, True), ("UNLISTED", True, False), ("PRIVATE", False, False)],
)
async def test_strangers_see_a_roadmap_on_all_paths_or_on_none(
    ask: Asker, author: Viewer, visibility: str, sees: bool, listed: bool
) -> None:
    names = await a_roadmap(ask, author, visibility)
    _, stranger = await ask.learner()

    for viewer in (None, stranger):
        assert await paths_for(ask, viewer, names) == (list(PATHS) if sees else [])
        assert await is_listed(ask, viewer, names) is listed
    assert await may_learn(ask, stranger, names["id"]) is sees
    assert await paths_for(ask, author, names) == list(PATHS)


async def test_a_link_opens_a_private_roadmap_to_who_has_it_until_it_is_revoked(
    ask: Asker, author: Viewer
) -> None:
    names = await a_roadmap(ask, author, "PRIVATE")
    _, guest = await ask.learner()
    _, learner = await ask.learner()
    _, stranger = await ask.learner()
    secret = await share(ask, author, names["id"])
    for viewer in (guest, learner):
        opened = await open_link(ask, viewer, secret)
        assert (opened["userErrors"], opened["roadmap"]) == ([], {"id": names["id"]})
        assert await paths_for(ask, viewer, names) == list(PATHS)
        assert not await is_listed(ask, viewer, names)
    assert (await enrol(ask, learner, names["id"]))["userErrors"] == []
    assert await paths_for(ask, stranger, names) == await paths_for(ask, None, names) == []

    revoked = (await ask.data(REVOKE_LINK, author, id=names["id"]))["revokeShareLink"]

    assert revoked["userErrors"] == []
    assert await paths_for(ask, guest, names) == []
    assert not await may_learn(ask, guest, names["id"])
    assert await paths_for(ask, learner, names) == list(PATHS), "who enrolled stays"
    assert (await open_link(ask, guest, secret))["userErrors"][0]["code"] == "INVALID_SHARE_LINK"


async def test_a_new_link_ends_the_one_before(ask: Asker, author: Viewer) -> None:
    names = await a_roadmap(ask, author, "PRIVATE")
    _, guest = await ask.learner()
    old = await share(ask, author, names["id"])
    await open_link(ask, guest, old)

    new = await share(ask, author, names["id"])

    assert await paths_for(ask, guest, names) == []
    assert (await open_link(ask, guest, old))["roadmap"] is None
    assert (await open_link(ask, guest, new))["roadmap"] is not None
    assert (await open_link(ask, guest, new))["roadmap"] is not None


@pytest.mark.parametrize("secret", ["", "qps_", "nonsense", "qps_" + "A" * 43, "\u00e9" * 3_000])
async def test_a_secret_that_no_link_has_is_refused(ask: Asker, secret: str) -> None:
    _, learner = await ask.learner()

    (error,) = (await open_link(ask, learner, secret))["userErrors"]

    assert (error["code"], error["field"]) == ("INVALID_SHARE_LINK", "secret")


async def test_guests_see_neither_drafts_nor_what_is_not_published(ask: Asker, author: Viewer) -> None:
    made = await create_roadmap(ask, author, visibility="PRIVATE")
    draft = await edited(ask, author, made["version"], add("a"))
    secret = await share(ask, author, made["roadmap"]["id"])
    _, guest = await ask.learner()
    assert (await open_link(ask, guest, secret))["userErrors"][0]["code"] == "INVALID_SHARE_LINK"
    await publish(ask, author, made["roadmap"]["id"])
    assert (await open_link(ask, guest, secret))["userErrors"] == []
    draft = await start_draft(ask, author, made["roadmap"]["id"])

    found = await ask.data("query ($id: ID!) { node(id: $id) { id } }", guest, id=draft["id"])

    assert found["node"] is None


async def test_the_secret_is_stored_as_a_hash_alone_and_its_acts_are_audited(
    ask: Asker, author: Viewer
) -> None:
    names = await a_roadmap(ask, author, "PRIVATE")
    secret = await share(ask, author, names["id"])
    await ask.data(REVOKE_LINK, author, id=names["id"])
    await ask.data(REVOKE_LINK, author, id=names["id"])
    again = await share(ask, author, names["id"])

    async with ask.postgres.open_reads(Meter()) as reads:
        raw: Any = reads.connection.raw
        stored = await raw.fetch("SELECT l::text AS row FROM share_links l")
        acts = await raw.fetch("SELECT action, target FROM audit_entries ORDER BY id")

    assert len(stored) == 1
    assert not any(each in stored[0]["row"] for each in (secret, again))
    assert [(act["action"], act["target"]) for act in acts] == [
        (f"SHARE_LINK_{verb}", names["id"]) for verb in ("CREATED", "REVOKED", "CREATED")
    ]
