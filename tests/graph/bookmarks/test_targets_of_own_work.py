"""Bookmarks and notes of explore chats, threads and topics."""

from tests.support.accounts import accepted
from tests.support.bookmarks import SHOWN, bookmarks, save_bookmark, save_note, saved
from tests.support.chats import a_chat
from tests.support.schema_client import Asker
from tests.support.threads import a_thread
from tests.support.topics import a_chain, a_subtopic


async def test_each_shows_the_bookmark_and_the_note_of_its_reader(ask: Asker) -> None:
    _, viewer = await ask.learner()
    made = [
        await a_chat(ask, viewer, "Knots"),
        await a_thread(ask, viewer),
        (await a_chain(ask, viewer))["baseTopics"][0]["id"],
    ]
    for target_id in made:
        await save_bookmark(ask, viewer, target_id, tags=["kept"])
        await save_note(ask, viewer, target_id, "Why.")

    shown = (await ask.data(SHOWN, viewer, ids=made))["nodes"]

    assert [each["__typename"] for each in shown] == ["ExploreChat", "Thread", "Topic"]
    assert all(each["viewerBookmark"]["tags"] == ["kept"] for each in shown)
    assert all(each["viewerNote"] == {"text": "Why.", "target": {"id": each["id"]}} for each in shown)


async def test_what_is_not_visible_cannot_be_bookmarked(ask: Asker) -> None:
    _, viewer = await ask.learner()
    _, other = await ask.learner()
    for target_id in (
        await a_chat(ask, viewer, "Knots"),
        await a_thread(ask, viewer),
        (await a_chain(ask, viewer))["baseTopics"][0]["id"],
    ):
        (error,) = (await saved(ask, other, target_id))["userErrors"]
        assert (error["__typename"], error["field"]) == ("NotFound", "targetId")


async def test_bookmarks_and_notes_go_with_their_targets(ask: Asker) -> None:
    _, viewer = await ask.learner()
    chain = await a_chain(ask, viewer)
    topic = await a_subtopic(ask, viewer, chain["baseTopics"][1]["id"])
    chat_id, thread_id = await a_chat(ask, viewer, "Knots"), await a_thread(ask, viewer)
    for target_id in (topic["id"], chain["baseTopics"][0]["id"], chat_id, thread_id):
        await save_bookmark(ask, viewer, target_id, note="Why.")

    await accepted(ask, viewer, "removeTopic", id=topic["id"])
    await accepted(ask, viewer, "deleteChat", id=chat_id)
    await accepted(ask, viewer, "deleteThread", threadId=thread_id)
    (left,) = await bookmarks(ask, viewer)
    await accepted(ask, viewer, "deleteTopicChain", id=chain["id"])

    assert left["target"]["id"] == chain["baseTopics"][0]["id"]
    assert await bookmarks(ask, viewer) == []


async def test_a_topic_that_is_shared_is_bookmarked_and_its_target_is_null_once_that_ends(ask: Asker) -> None:
    _, viewer = await ask.learner()
    _, reader = await ask.learner()
    chain = await a_chain(ask, viewer)
    await accepted(ask, viewer, "shareTopicChain", id=chain["id"])

    made = await save_bookmark(ask, reader, chain["baseTopics"][0]["id"])
    await accepted(ask, viewer, "unshareTopicChain", id=chain["id"])

    assert made["target"]["id"] == chain["baseTopics"][0]["id"]
    assert [each["target"] for each in await bookmarks(ask, reader)] == [None]
