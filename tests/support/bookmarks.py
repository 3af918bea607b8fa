"""Bookmarks and notes through the schema in tests."""

from collections.abc import Sequence
from typing import Any

from domain.accounts.users import Role, Viewer
from tests.builders import mint
from tests.builders.roadmaps import a_file, a_node
from tests.support.attempts import EVERY_KIND, a_quiz_taker
from tests.support.chats import a_chat
from tests.support.clients.roadmaps import publish_file
from tests.support.schema_client import Asker
from tests.support.threads import a_thread
from tests.support.topics import a_chain

SAVE = """mutation ($input: SaveBookmarkInput!) { saveBookmark(input: $input) {
  bookmark { id tags createdAt note { id text } target { __typename id } }
  userErrors { __typename ... on UserError { code field message } } } }"""
REMOVE = """mutation ($id: ID!) { removeBookmark(input: {id: $id}) {
  bookmark { id tags target { id } } userErrors { __typename ... on UserError { code field message } } } }"""
SAVE_NOTE = """mutation ($input: SaveNoteInput!) { saveNote(input: $input) {
  note { id text createdAt changedAt target { __typename id } }
  userErrors { __typename ... on UserError { code field message } } } }"""
REMOVE_NOTE = """mutation ($id: ID!) { removeNote(input: {id: $id}) {
  note { id text } userErrors { __typename ... on UserError { code field message } } } }"""
BOOKMARKS = """query ($type: TargetType, $tag: String, $first: Int, $after: Cursor) { viewer {
  bookmarks(type: $type, tag: $tag, first: $first, after: $after) {
    nodes { id tags note { text } target { __typename id } } pageInfo { endCursor hasNextPage } } } }"""
NOTES = (
    "query ($type: TargetType) { viewer { notes(type: $type) { nodes { text target { __typename id } } } } }"
)
TAGS = "{ viewer { tags { nodes { name count } } } }"
SHOWN = """query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename ... on Bookmarkable {
  viewerBookmark { tags note { text } target { id viewerNote { text } } } viewerNote { text target { id } } } } }"""


async def save_bookmark(ask: Asker, viewer: Viewer, target_id: str, **given: Any) -> dict[str, Any]:
    """Bookmark content; return the bookmark."""
    payload = await saved(ask, viewer, target_id, **given)
    assert payload["userErrors"] == [], payload
    bookmark: dict[str, Any] = payload["bookmark"]
    return bookmark


async def saved(ask: Asker, viewer: Viewer, target_id: str, **given: Any) -> dict[str, Any]:
    """Ask for a bookmark; return the payload."""
    payload: dict[str, Any] = (await ask.data(SAVE, viewer, input={"targetId": target_id} | given))[
        "saveBookmark"
    ]
    return payload


async def save_note(ask: Asker, viewer: Viewer, target_id: str, text: str) -> dict[str, Any]:
    """Ask for a note on content; return the payload."""
    given = {"targetId": target_id, "text": text}
    payload: dict[str, Any] = (await ask.data(SAVE_NOTE, viewer, input=given))["saveNote"]
    return payload


async def bookmarks(ask: Asker, viewer: Viewer, **given: Any) -> list[dict[str, Any]]:
    """Return the viewer's bookmarks."""
    found: list[dict[str, Any]] = (await ask.data(BOOKMARKS, viewer, **given))["viewer"]["bookmarks"]["nodes"]
    return found


async def node_ids(ask: Asker, roadmap_id: str) -> list[str]:
    """Return the ids of the nodes of a published roadmap."""
    text = "query ($id: ID!) { roadmap(by: {id: $id}) { currentVersion { nodes { id } } } }"
    nodes = (await ask.data(text, id=roadmap_id))["roadmap"]["currentVersion"]["nodes"]
    return [node["id"] for node in nodes]


async def one_of_each(ask: Asker) -> tuple[Viewer, dict[str, str]]:
    """Return a learner who is in an attempt, and the id of a target of each kind that they may see."""
    taker = await a_quiz_taker(ask)
    await taker.start_attempt()
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots"), slug=mint("path")[-20:].lower()))
    (node_id,) = await node_ids(ask, roadmap_id)
    targets = {
        "QUESTION": taker.questions[0].id,
        "NODE": node_id,
        "ROADMAP": roadmap_id,
        "QUIZ": taker.quiz.id,
        "TOPIC": (await a_chain(ask, taker.viewer))["baseTopics"][0]["id"],
        "CHAT": await a_chat(ask, taker.viewer, "Knots"),
        "THREAD": await a_thread(ask, taker.viewer),
    }
    return taker.viewer, targets


async def everything_bookmarked(ask: Asker) -> None:
    """Bookmark and note questions of every kind and a target of every other kind, and look at them."""
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    await taker.start_attempt()
    _, targets = await one_of_each(ask)
    targets |= {
        "TOPIC": (await a_chain(ask, taker.viewer))["baseTopics"][0]["id"],
        "CHAT": await a_chat(ask, taker.viewer, "Knots"),
        "THREAD": await a_thread(ask, taker.viewer),
    }
    ids = [*(question.id for question in taker.questions), *targets.values()][: len(taker.questions)]
    ids += [targets[kind] for kind in ("NODE", "ROADMAP", "QUIZ", "TOPIC", "CHAT", "THREAD")]
    for target_id in ids:
        await save_bookmark(ask, taker.viewer, target_id, tags=["kept"], note="Why.")
    text = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Bookmarkable {
      viewerBookmark { id tags createdAt note { id text createdAt changedAt target { id } } target { id } }
      viewerNote { id } } } viewer { tags { nodes { name count } edges { node { name } cursor } }
      bookmarks { nodes { id } edges { node { id } cursor } pageInfo { endCursor } }
      notes { nodes { id } edges { node { id } cursor } pageInfo { endCursor } } } }"""
    await ask.data(text, taker.viewer, ids=ids)


async def of_bookmark_type(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Return the bookmarks of each kind of target."""
    viewer, targets = await one_of_each(ask)
    for target_id in targets.values():
        await save_bookmark(ask, viewer, target_id)
    found = [await bookmarks(ask, viewer, type=value) for value in values]
    assert [[each["target"]["id"] for each in some] for some in found] == [
        [targets[value]] for value in values
    ]
    return found


async def of_note_type(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Return the notes on each kind of target."""
    viewer, targets = await one_of_each(ask)
    for target_id in targets.values():
        await save_note(ask, viewer, target_id, "Why.")
    return [(await ask.data(NOTES, viewer, type=value))["viewer"]["notes"]["nodes"] for value in values]
