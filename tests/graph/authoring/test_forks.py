"""Forks through the schema: copies with the lineages of their origin, which follow what it publishes."""

from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from tests.builders import mint
from tests.support.clients.drafts import (
    add,
    content_of,
    create_roadmap,
    edit_draft,
    edited,
    keys_in,
    start_draft,
)
from tests.support.clients.forks import fork, pull, pull_choosing, upstream_diff
from tests.support.clients.migrations import publish
from tests.support.clients.roadmaps import enrol, import_quizzes, set_node
from tests.support.clients.share_links import CREATE_LINK, OPEN_LINK
from tests.support.schema_client import Asker

AUTHORS = [Role.LEARNER, Role.AUTHOR]


@pytest.fixture
async def author(ask: Asker) -> Viewer:
    return (await ask.learner(roles=AUTHORS))[1]


@pytest.fixture
async def forker(ask: Asker) -> Viewer:
    return (await ask.learner(roles=AUTHORS))[1]


async def an_origin(ask: Asker, author: Viewer, *operations: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Publish a roadmap; return its draft payload."""
    made = await create_roadmap(ask, author, slug=mint("origin").lower().replace("_", "-"), **values)
    await edited(ask, author, made["version"], *(operations or (add("a"), add("b", "a"), add("c", "b"))))
    await publish(ask, author, made["roadmap"]["id"])
    return made


async def next_version(ask: Asker, author: Viewer, roadmap_id: str, *operations: dict[str, Any]) -> None:
    """Publish the next version of a roadmap."""
    draft = await start_draft(ask, author, roadmap_id)
    await edited(ask, author, draft, *operations)
    await publish(ask, author, roadmap_id)


async def test_a_fork_is_a_copy_with_the_same_lineages(ask: Asker, author: Viewer, forker: Viewer) -> None:
    origin = await an_origin(ask, author)

    forked = await fork(ask, forker, origin["roadmap"]["id"])

    assert forked["userErrors"] == []
    assert forked["roadmap"]["forkedFrom"] == {"id": origin["roadmap"]["id"]}
    assert forked["version"]["state"] == "DRAFT"
    ours = await content_of(ask, forker, forked["version"]["id"])
    theirs = await content_of(ask, forker, origin["version"]["id"])
    assert [node["lineageId"] for node in ours["nodes"]] == [node["lineageId"] for node in theirs["nodes"]]
    assert [node["title"] for node in ours["nodes"]] == [node["title"] for node in theirs["nodes"]]
    assert len(ours["edges"]) == len(theirs["edges"]) == 2


async def test_the_same_key_forks_once(ask: Asker, author: Viewer, forker: Viewer) -> None:
    origin = await an_origin(ask, author)
    key = mint("key")

    first, again = [
        await fork(
            ask, forker, origin["roadmap"]["id"], idempotencyKey=key, slug=f"fork-of-{key[-8:].lower()}"
        )
        for _ in range(2)
    ]

    assert first["roadmap"] == again["roadmap"]


async def test_a_roadmap_out_of_sight_cannot_be_forked(ask: Asker, author: Viewer, forker: Viewer) -> None:
    origin = await an_origin(ask, author, visibility="PRIVATE")

    refused = await fork(ask, forker, origin["roadmap"]["id"])

    assert [error["__typename"] for error in refused["userErrors"]] == ["NotFound"]


async def test_a_guest_of_a_share_link_forks_a_private_roadmap_as_a_private_one(
    ask: Asker, author: Viewer, forker: Viewer
) -> None:
    origin = await an_origin(ask, author, visibility="PRIVATE")
    link = await ask.data(CREATE_LINK, author, id=origin["roadmap"]["id"])
    await ask.data(OPEN_LINK, forker, secret=link["createShareLink"]["secret"])

    forked = await fork(ask, forker, origin["roadmap"]["id"])

    assert forked["roadmap"]["visibility"] == "PRIVATE"


async def test_a_roadmap_without_a_version_cannot_be_forked(ask: Asker, author: Viewer) -> None:
    made = await create_roadmap(ask, author, slug=mint("empty").lower().replace("_", "-"))

    refused = await fork(ask, author, made["roadmap"]["id"])

    assert [error["code"] for error in refused["userErrors"]] == ["NOTHING_TO_FORK"]


async def test_a_removed_node_that_comes_back_keeps_the_lineage_of_the_origin(
    ask: Asker, author: Viewer, forker: Viewer
) -> None:
    origin = await an_origin(ask, author)
    forked = await fork(ask, forker, origin["roadmap"]["id"])
    before = await content_of(ask, forker, forked["version"]["id"])

    draft = await edited(ask, forker, forked["version"], {"removeNode": {"key": "c"}})
    await edited(ask, forker, draft, add("c"))

    after = await content_of(ask, forker, forked["version"]["id"])
    assert [n["lineageId"] for n in after["nodes"]] == [n["lineageId"] for n in before["nodes"]]


async def test_a_fork_may_have_the_quizzes_of_its_origin(ask: Asker, author: Viewer, forker: Viewer) -> None:
    quiz = f"quiz-{mint('slug')[-8:].lower()}"
    await import_quizzes(ask, author, quiz, exam_type=quiz)
    origin = await an_origin(ask, author, add("a", quiz=quiz))
    forked = await fork(ask, forker, origin["roadmap"]["id"])

    await publish(ask, forker, forked["roadmap"]["id"])
    draft = await start_draft(ask, forker, forked["roadmap"]["id"])
    payload = await edit_draft(ask, forker, draft, add("own", quiz=quiz))

    assert [(flaw["kind"], flaw["key"]) for flaw in payload["version"]["validation"]] == [
        ("FOREIGN_QUIZ", "own")
    ]


async def test_a_pull_takes_what_the_origin_published_and_undo_takes_it_back(
    ask: Asker, author: Viewer, forker: Viewer
) -> None:
    origin = await an_origin(ask, author)
    forked = await fork(ask, forker, origin["roadmap"]["id"])
    assert await upstream_diff(ask, forker, forked["roadmap"]["id"]) is None
    mine = await edited(ask, forker, forked["version"], {"changeNode": {"key": "a", "weight": 3}})
    changes = [{"changeNode": {"key": "a", "title": "Else"}}, add("d", "c"), {"removeNode": {"key": "b"}}]
    await next_version(
        ask, author, origin["roadmap"]["id"], *changes, {"disconnect": {"from": "b", "to": "c"}}
    )

    diff = await upstream_diff(ask, forker, forked["roadmap"]["id"])
    before = await content_of(ask, forker, mine["id"])
    pulled = await pull(ask, forker, mine, diff["upstream"]["id"])

    assert (diff["base"]["number"], diff["upstream"]["number"], diff["conflicts"]) == (1, 2, [])
    assert diff["changes"]["added"] == [{"key": "d"}]
    assert pulled["userErrors"] == []
    after = await content_of(ask, forker, mine["id"])
    assert keys_in(after) == ["a", "c", "d"]
    assert (after["nodes"][0]["title"], after["nodes"][0]["weight"]) == ("Else", 3)
    assert await upstream_diff(ask, forker, forked["roadmap"]["id"]) is None

    await edited(ask, forker, pulled["version"], *pulled["undo"])

    assert await content_of(ask, forker, mine["id"]) == before
    assert (await upstream_diff(ask, forker, forked["roadmap"]["id"]))["upstream"]["number"] == 2


async def test_a_pull_leaves_the_visibility_of_the_fork(ask: Asker, author: Viewer, forker: Viewer) -> None:
    origin = await an_origin(ask, author)
    forked = await fork(ask, forker, origin["roadmap"]["id"])
    unlist = {"describe": {"title": "Unlisted", "visibility": "UNLISTED"}}
    await next_version(ask, author, origin["roadmap"]["id"], unlist)

    await pull_choosing(ask, forker, forked["roadmap"]["id"], "TAKE_THEIRS")

    text = "query ($id: ID!) { node(id: $id) { ... on RoadmapVersion { title visibility } } }"
    pulled = (await ask.data(text, forker, id=forked["version"]["id"]))["node"]
    assert pulled == {"title": "Unlisted", "visibility": "PUBLIC"}


async def test_a_pulled_node_has_the_lineage_of_the_origin(
    ask: Asker, author: Viewer, forker: Viewer
) -> None:
    origin = await an_origin(ask, author)
    forked = await fork(ask, forker, origin["roadmap"]["id"])
    await next_version(ask, author, origin["roadmap"]["id"], add("d", "c"))

    await pull_choosing(ask, forker, forked["roadmap"]["id"], "KEEP_MINE")

    ours = await content_of(ask, forker, forked["version"]["id"])
    text = "query ($id: ID!) { roadmap(by: {id: $id}) { currentVersion { nodes { lineageId } } } }"
    theirs = (await ask.data(text, id=origin["roadmap"]["id"]))["roadmap"]["currentVersion"]["nodes"]
    assert [node["lineageId"] for node in ours["nodes"]] == [node["lineageId"] for node in theirs]


async def test_conflicts_are_refused_by_name_until_each_has_a_choice(
    ask: Asker, author: Viewer, forker: Viewer
) -> None:
    origin = await an_origin(ask, author)
    forked = await fork(ask, forker, origin["roadmap"]["id"])
    mine = await edited(ask, forker, forked["version"], {"changeNode": {"key": "a", "title": "Mine"}})
    await next_version(ask, author, origin["roadmap"]["id"], {"changeNode": {"key": "a", "title": "Theirs"}})
    diff = await upstream_diff(ask, forker, forked["roadmap"]["id"])

    refused = await pull(ask, forker, mine, diff["upstream"]["id"])
    choice = {"key": "a", "field": "TITLE", "choice": "TAKE_THEIRS"}
    pulled = await pull(ask, forker, mine, diff["upstream"]["id"], choice)

    conflict = {"key": "a", "field": "TITLE", "mine": {"title": "Mine"}, "theirs": {"title": "Theirs"}}
    assert [error["code"] for error in refused["userErrors"]] == ["UNRESOLVED_CONFLICTS"]
    assert refused["userErrors"][0]["conflicts"] == [conflict]
    assert pulled["userErrors"] == []
    assert (await content_of(ask, forker, mine["id"]))["nodes"][0]["title"] == "Theirs"


async def test_a_pull_needs_the_revision_and_the_version_that_were_shown(
    ask: Asker, author: Viewer, forker: Viewer
) -> None:
    origin = await an_origin(ask, author)
    forked = await fork(ask, forker, origin["roadmap"]["id"])
    await next_version(ask, author, origin["roadmap"]["id"], add("d"))
    diff = await upstream_diff(ask, forker, forked["roadmap"]["id"])
    await edited(ask, forker, forked["version"], add("e"))
    await next_version(ask, author, origin["roadmap"]["id"], add("f"))

    late = await pull(ask, forker, forked["version"], diff["upstream"]["id"])
    old = await pull(ask, forker, forked["version"] | {"revision": 2}, diff["upstream"]["id"])

    assert [error["code"] for error in late["userErrors"]] == ["VERSION_CONFLICT"]
    assert [error["code"] for error in old["userErrors"]] == ["UPSTREAM_CHANGED"]


async def test_a_fork_follows_no_origin_that_went_out_of_sight(
    ask: Asker, author: Viewer, forker: Viewer
) -> None:
    origin = await an_origin(ask, author)
    forked = await fork(ask, forker, origin["roadmap"]["id"])
    hide = {"describe": {"visibility": "PRIVATE"}}
    await next_version(ask, author, origin["roadmap"]["id"], add("secret"), hide)

    text = "query ($id: ID!) { roadmap(by: {id: $id}) { forkedFrom { id } } }"

    assert await upstream_diff(ask, forker, forked["roadmap"]["id"]) is None
    assert (await ask.data(text, forker, id=forked["roadmap"]["id"]))["roadmap"]["forkedFrom"] is None
    assert keys_in(await content_of(ask, forker, forked["version"]["id"])) == ["a", "b", "c"]


async def test_only_who_may_edit_a_fork_sees_its_difference(
    ask: Asker, author: Viewer, forker: Viewer
) -> None:
    origin = await an_origin(ask, author)
    forked = await fork(ask, forker, origin["roadmap"]["id"])
    await publish(ask, forker, forked["roadmap"]["id"])
    await next_version(ask, author, origin["roadmap"]["id"], add("d"))

    assert await upstream_diff(ask, forker, forked["roadmap"]["id"]) is not None
    assert await upstream_diff(ask, author, forked["roadmap"]["id"]) is None
    assert await upstream_diff(ask, None, forked["roadmap"]["id"]) is None


async def test_a_node_earns_xp_once_in_a_fork_and_its_origin(
    ask: Asker, author: Viewer, forker: Viewer
) -> None:
    origin = await an_origin(ask, author)
    forked = await fork(ask, forker, origin["roadmap"]["id"])
    await publish(ask, forker, forked["roadmap"]["id"])
    _, learner = await ask.learner()
    text = "{ viewer { user { xpTotal } } }"

    totals = []
    for viewer in (learner, forker, author):
        for roadmap in (forked["roadmap"]["id"], origin["roadmap"]["id"]):
            await enrol(ask, viewer, roadmap, key=mint("key"))
            assert (await set_node(ask, viewer, roadmap, "A", "DONE"))["userErrors"] == []
        totals.append((await ask.data(text, viewer))["viewer"]["user"]["xpTotal"])

    assert totals == [25, 25, 0], (
        "once for the learner; in the origin for the forker; nothing for who wrote it"
    )
