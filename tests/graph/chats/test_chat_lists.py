"""The list of explore chats: archived or not, by a text, and without those that belong to something else."""

from typing import Any

from domain.chats import chat_questions
from domain.unit_of_work import Meter
from tests.builders.acts import an_act
from tests.support.chats import Explorer, an_explorer, says
from tests.support.schema_client import Asker

LIST = """query ($archived: Boolean, $query: String, $ofThreads: Boolean, $after: Cursor) { viewer {
  chats(first: 2, archived: $archived, query: $query, ofThreads: $ofThreads, after: $after) {
    nodes { topic archivedAt } pageInfo { endCursor hasNextPage } } } }"""


async def listed(explorer: Explorer, **given: Any) -> list[str]:
    found = await explorer.ask.data(LIST, explorer.viewer, **given)
    return [chat["topic"] for chat in found["viewer"]["chats"]["nodes"]]


async def test_chats_are_listed_newest_first_and_by_pages(ask: Asker) -> None:
    explorer, other = await an_explorer(ask), await an_explorer(ask)
    for topic in ("one", "two", "three"):
        await explorer.start(topic=topic)
    await other.start(topic="of another learner")

    page = (await ask.data(LIST, explorer.viewer))["viewer"]["chats"]
    rest = await listed(explorer, after=page["pageInfo"]["endCursor"])

    assert [chat["topic"] for chat in page["nodes"]] == ["three", "two"]
    assert page["pageInfo"]["hasNextPage"] is True
    assert rest == ["one"]


async def test_archived_chats_are_left_out_or_shown_alone(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    for topic in ("one", "two"):
        last = await explorer.start(topic=topic)
    chat_id = last["chat"]["id"]

    archived = await explorer.change("archiveChat", chat_id)
    ask.clock.forward(hours=1)
    again = await explorer.change("archiveChat", chat_id)
    lists = [await listed(explorer, archived=each) for each in (True, False, None)]
    back = await explorer.change("unarchiveChat", chat_id)

    assert archived["chat"]["archivedAt"] is not None
    assert again == archived
    assert lists == [["two"], ["one"], ["two", "one"]]
    assert back["chat"]["archivedAt"] is None


async def test_chats_are_found_by_title_topic_and_question(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    says(ask, "Yes.")
    titled = await explorer.start(topic="one")
    await explorer.change("updateChat", titled["chat"]["id"], title="Größe 100 %")
    await explorer.start(topic="Two trees")
    await explorer.asked("Where do TREES grow?", topic="three")

    found = [await listed(explorer, query=query) for query in ("GRÖßE", "tree", "%", "_", "nothing")]

    assert found == [["one"], ["three", "Two trees"], ["one"], [], []]


async def test_a_query_has_a_length(ask: Asker) -> None:
    explorer = await an_explorer(ask)

    refused = await ask(LIST, explorer.viewer, query="x" * 101)

    assert refused["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_chat_that_belongs_to_something_is_listed_on_request(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    await explorer.start(topic="by itself")
    async with ask.postgres.open_work(Meter()) as work:
        owned = await chat_questions.start(
            work,
            an_act(actor_id=explorer.viewer.user_id, now=ask.clock()),
            topic="of a section",
            question=None,
            idempotency_key="k",
            origin_id="section_1",
        )
        (of_origin, none) = await work.chats.by_origins(
            ["section_1", "section_2"], user_id=explorer.viewer.user_id
        )

    assert await listed(explorer) == ["by itself"]
    assert await listed(explorer, ofThreads=True) == ["of a section", "by itself"]
    assert (of_origin, none) == ([owned.chat], [])


async def test_a_deleted_chat_is_gone(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    message = await explorer.asked(topic="one")

    deleted = await explorer.change("deleteChat", message["chat"]["id"])
    again = await explorer.change("deleteChat", message["chat"]["id"])

    assert deleted["chat"]["topic"] == "one"
    assert [error["code"] for error in again["userErrors"]] == ["NOT_FOUND"]
    assert await listed(explorer) == []
