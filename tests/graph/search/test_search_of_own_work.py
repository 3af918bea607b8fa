"""Search over explore chats, threads and topics: the caller's own alone."""

import pytest

from domain.unit_of_work import Meter
from tests.support.accounts import accepted
from tests.support.bookmarks import save_bookmark
from tests.support.chats import a_chat, run_answer, says
from tests.support.schema_client import Asker
from tests.support.search import SEARCH, found, ids, marked
from tests.support.threads import a_thread, link_of
from tests.support.topics import a_chain, a_subtopic


async def message_of(ask: Asker, chat_id: str) -> str:
    async with ask.postgres.open_work(Meter()) as work:
        found_id: str = await work.connection.raw.fetchval(
            "SELECT id FROM chat_messages WHERE chat_id = $1", chat_id
        )
    return found_id


async def test_a_chat_is_found_by_the_words_of_a_question_and_of_its_answer(ask: Asker) -> None:
    _, viewer = await ask.learner()
    says(ask, "A reef knot joins two ropes ", "of the same thickness.")
    chat_id = await a_chat(ask, viewer, "Knots", "How are ropes joined?")

    before = await found(ask, viewer, "thickness", "CHAT")
    await run_answer(ask, await message_of(ask, chat_id))
    (by_answer,) = await found(ask, viewer, "thickness", "CHAT")
    (by_both,) = await found(ask, viewer, "joined thick", "CHAT")

    assert before == []
    assert by_answer["object"] == {"__typename": "ExploreChat", "id": chat_id}
    assert marked(by_answer["excerpt"]) == ["thickness"]
    assert by_both["object"]["id"] == chat_id


async def test_a_chat_with_many_matching_messages_is_one_hit(ask: Asker) -> None:
    _, viewer = await ask.learner()
    chat_id = await a_chat(ask, viewer, "Bowline")
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute(
            """INSERT INTO chat_messages (id, chat_id, number, question, answer, state, writing, tokens, asked_at,
                started_at, ended_at)
            SELECT 'chatmessage_' || lpad(n::text, 26, '0'), $1, n, 'Bowline ' || n, '', 'DONE', 1, 0, now(), now(), now()
            FROM generate_series(1, 30) n""",
            chat_id,
        )

    data = (await ask.data(SEARCH, viewer, query="bowline", types=["CHAT"]))["search"]

    assert ids(data["nodes"]) == [chat_id]
    assert {facet["type"]: facet["count"] for facet in data["facets"]}["CHAT"] == 1


async def test_a_thread_is_found_by_its_contents_and_by_its_owner_alone(ask: Asker) -> None:
    _, viewer = await ask.learner()
    _, reader = await ask.learner()
    thread_id = await a_thread(ask, viewer, "Halyards", "Sheets", title="Running rigging")
    secret = await link_of(ask, viewer, thread_id)
    await accepted(ask, reader, "openThreadLink", secret=secret)

    (by_title,) = await found(ask, viewer, "rigging", "THREAD")
    (by_content,) = await found(ask, viewer, "halyard", "THREAD")

    assert by_title["object"]["id"] == by_content["object"]["id"] == thread_id
    assert by_content["title"]["text"] == "Running rigging"
    assert marked(by_content["excerpt"]) == ["Halyards", "Halyards"]
    assert await found(ask, reader, "halyard", "THREAD") == []


async def test_topics_are_found_by_name_and_description_and_not_those_that_others_share(ask: Asker) -> None:
    _, viewer = await ask.learner()
    _, other = await ask.learner()
    chain = await a_chain(ask, viewer, "Segeln > Knoten")
    topic = await a_subtopic(
        ask, viewer, chain["baseTopics"][1]["id"], "Palstek", description="Die Schlaufe, die nicht rutscht."
    )
    await accepted(ask, viewer, "shareTopicChain", id=chain["id"])

    assert ids(await found(ask, viewer, "schlaufen", "TOPIC")) == [topic["id"]]
    assert ids(await found(ask, viewer, "pa", "TOPIC")) == [topic["id"]]
    assert await found(ask, other, "palstek") == []


@pytest.mark.parametrize("kind", ["CHAT", "THREAD", "TOPIC"])
async def test_a_misspelled_title_is_found_by_likeness(ask: Asker, kind: str) -> None:
    _, viewer = await ask.learner()
    made = {
        "CHAT": await a_chat(ask, viewer, "Kubernetes"),
        "THREAD": await a_thread(ask, viewer, title="Kubernetes"),
        "TOPIC": (await a_chain(ask, viewer, "Kubernetes"))["baseTopics"][0]["id"],
    }

    assert ids(await found(ask, viewer, "kubernets", kind)) == [made[kind]]
    assert ids(await found(ask, viewer, "kubrenetes", kind)) == [made[kind]]


async def test_pages_of_twenty_go_on_where_the_one_before_ended(ask: Asker) -> None:
    _, viewer = await ask.learner()
    chain = await a_chain(ask, viewer, "Sails")
    for number in range(24):
        await a_subtopic(ask, viewer, chain["baseTopics"][0]["id"], f"Sail number {number}")

    first = (await ask.data(SEARCH, viewer, query="sail", types=["TOPIC"]))["search"]
    rest = await found(ask, viewer, "sail", "TOPIC", after=first["pageInfo"]["endCursor"])

    assert len(first["nodes"]) == 20
    assert len({*ids(first["nodes"]), *ids(rest)}) == 25


async def test_bookmarks_of_chats_threads_and_topics_are_found_by_their_titles(ask: Asker) -> None:
    _, viewer = await ask.learner()
    made = [
        await a_chat(ask, viewer, "Marlinspike"),
        await a_thread(ask, viewer, title="Marlinspike"),
        (await a_chain(ask, viewer, "Marlinspike"))["baseTopics"][0]["id"],
    ]
    saved = [(await save_bookmark(ask, viewer, target_id))["id"] for target_id in made]

    assert set(ids(await found(ask, viewer, "marlin", "BOOKMARK"))) == set(saved)


async def test_a_bookmark_of_what_is_no_longer_shared_is_not_found_by_its_title(ask: Asker) -> None:
    _, viewer = await ask.learner()
    _, reader = await ask.learner()
    thread_id = await a_thread(ask, viewer, title="Marlinspike")
    await accepted(ask, reader, "openThreadLink", secret=await link_of(ask, viewer, thread_id))
    chain = await a_chain(ask, viewer, "Marlinspike")
    await accepted(ask, viewer, "shareTopicChain", id=chain["id"])
    for target_id in (thread_id, chain["baseTopics"][0]["id"]):
        await save_bookmark(ask, reader, target_id)

    shared = await found(ask, reader, "marlinspike", "BOOKMARK")
    await accepted(ask, viewer, "unshareTopicChain", id=chain["id"])
    await accepted(ask, viewer, "revokeThreadLink", threadId=thread_id)

    assert len(shared) == 2
    assert await found(ask, reader, "marlinspike", "BOOKMARK") == []
