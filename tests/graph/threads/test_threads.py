"""Threads through the schema: what their owner writes, orders and removes, and what two editors do to each other."""

import asyncio
from typing import Any

import pytest

from domain.threads import thread_contents, threads
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.accounts import accepted, mutate, refusal
from tests.support.privacy import anonymise, export_of
from tests.support.schema_client import Asker
from tests.support.threads import CONTENTS, a_thread, contents, titles, version

LIST = """query ($isArchived: Boolean, $query: String, $first: Int, $after: Cursor) { viewer {
  threads(isArchived: $isArchived, query: $query, first: $first, after: $after) {
    nodes { id title } pageInfo { endCursor hasNextPage } } } }"""
CONFLICT = "userErrors { __typename ... on ThreadConflict { thread { version title } } }"


async def listed(ask: Asker, viewer: Any, **given: Any) -> list[str]:
    nodes = (await ask.data(LIST, viewer, **given))["viewer"]["threads"]["nodes"]
    return [each["title"] for each in nodes]


async def test_a_thread_is_created_once_for_a_key(ask: Asker) -> None:
    _, viewer = await ask.learner()
    given = {"title": " Sets ", "description": "All of them.", "idempotencyKey": "one"}

    first, again = [
        await accepted(ask, viewer, "createThread", "thread { id title description version }", **given)
        for _ in range(2)
    ]

    assert first == again
    assert first["thread"]["title"] == "Sets"
    assert await listed(ask, viewer) == ["Sets"]
    assert (await refusal(ask, viewer, "createThread", **given | {"title": "Bags"}))[
        0
    ] == "IdempotencyKeyReused"


async def test_contents_keep_the_order_in_which_they_are_put(ask: Asker) -> None:
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer, "a", "b", "c", "d")
    ids = {each["title"]: each["id"] for each in await contents(ask, viewer, thread_id)}

    async def moved(title: str, position: int) -> list[str]:
        await accepted(
            ask,
            viewer,
            "moveThreadContent",
            contentId=ids[title],
            position=position,
            version=await version(ask, viewer, thread_id),
        )
        return await titles(ask, viewer, thread_id)

    assert await moved("a", 2) == ["b", "c", "a", "d"]
    assert await moved("d", 0) == ["d", "b", "c", "a"]
    assert await moved("b", 1) == ["d", "b", "c", "a"]
    assert await moved("d", 99) == ["b", "c", "a", "d"]
    added = await accepted(
        ask,
        viewer,
        "addThreadContent",
        "content { position }",
        threadId=thread_id,
        version=9,
        title="e",
        body="",
        position=1,
    )
    assert added["content"]["position"] == 1
    assert await titles(ask, viewer, thread_id) == ["b", "e", "c", "a", "d"]
    gone = await accepted(
        ask, viewer, "removeThreadContent", "thread { contentCount version }", contentId=ids["c"], version=10
    )
    assert gone["thread"] == {"contentCount": 4, "version": 11}
    assert await titles(ask, viewer, thread_id) == ["b", "e", "a", "d"]


async def test_two_editors_lose_nothing(ask: Asker) -> None:
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer, "a", "b", "c")
    found = await contents(ask, viewer, thread_id)

    payloads = await asyncio.gather(
        *(
            mutate(ask, viewer, "moveThreadContent", contentId=each["id"], version=4, position=0)
            for each in found
        ),
        mutate(
            ask, viewer, "updateThreadContent", CONFLICT, contentId=found[0]["id"], version=4, body="Mine."
        ),
        mutate(ask, viewer, "removeThreadContent", contentId=found[1]["id"], version=4),
    )

    refused = [error["__typename"] for payload in payloads for error in payload["userErrors"]]
    assert refused == ["ThreadConflict"] * 4
    assert await version(ask, viewer, thread_id) == 5
    await titles(ask, viewer, thread_id)


async def test_a_conflict_shows_the_thread_as_it_is(ask: Asker) -> None:
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer)
    await accepted(ask, viewer, "updateThread", threadId=thread_id, version=1, title="Newer")

    text = f"""mutation ($id: ID!) {{ updateThread(input: {{threadId: $id, version: 1, title: "Older"}}) {{
      {CONFLICT} }} }}"""
    (error,) = (await ask.data(text, viewer, id=thread_id))["updateThread"]["userErrors"]

    assert error == {"__typename": "ThreadConflict", "thread": {"version": 2, "title": "Newer"}}


async def test_what_is_left_out_stays(ask: Asker) -> None:
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer, "a", description="Kept.")
    (content,) = await contents(ask, viewer, thread_id)

    await accepted(ask, viewer, "updateThread", threadId=thread_id, version=2, title="Other")
    await accepted(ask, viewer, "updateThreadContent", contentId=content["id"], version=3, title="b")

    found = (await ask.data(CONTENTS, viewer, id=thread_id))["thread"]
    assert (found["title"], found["description"], found["version"]) == ("Other", "Kept.", 4)
    assert found["contents"]["nodes"][0] | {"id": ""} == content | {"id": "", "title": "b"}


@pytest.mark.parametrize(
    ("body", "is_fine"),
    [
        ("# A title\n\n- one\n- two\n\n```py\nprint('<b>')\n```", True),
        ("日本語と **太字** と [link](https://example.org)", True),
        ("", True),
        ("x" * 20_001, False),
        ("<script>alert(1)</script>", False),
        ("![a](https://example.org/a.png)", False),
        ("[x](javascript:alert(1))", False),
        ("a\x00b", False),
    ],
)
async def test_a_body_is_in_the_subset_of_markdown(ask: Asker, body: str, is_fine: bool) -> None:
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer)
    given = {"threadId": thread_id, "version": 1, "title": "a", "body": body}

    payload = await mutate(ask, viewer, "addThreadContent", "content { body }", **given)

    assert [error["field"] for error in payload["userErrors"]] == ([] if is_fine else ["body"])
    assert len(await contents(ask, viewer, thread_id)) == is_fine


async def test_everything_that_is_wrong_is_told_at_once(ask: Asker) -> None:
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer)
    given = {"threadId": thread_id, "version": 7, "title": " ", "body": "<p>", "position": -1}

    payload = await mutate(ask, viewer, "addThreadContent", **given)

    assert [error["field"] for error in payload["userErrors"]] == ["title", "body", "position"]
    assert await version(ask, viewer, thread_id) == 1


async def test_the_archive_and_the_query_filter_threads(ask: Asker) -> None:
    _, viewer = await ask.learner()
    _, other = await ask.learner()
    await a_thread(ask, other, "100 %")
    old = await a_thread(ask, viewer, "a", title="Graphs")
    await a_thread(ask, viewer, "Hash TABLES", title="Sets")
    await a_thread(ask, viewer, title="100 %", description="of it")
    await accepted(ask, viewer, "archiveThread", threadId=old)

    assert await listed(ask, viewer) == ["100 %", "Sets", "Graphs"]
    assert await listed(ask, viewer, isArchived=True) == ["Graphs"]
    assert await listed(ask, viewer, isArchived=False) == ["100 %", "Sets"]
    assert await listed(ask, viewer, query="tables") == ["Sets"]
    assert await listed(ask, viewer, query="0 %") == ["100 %"]
    assert await listed(ask, viewer, query="_ %") == []
    await accepted(ask, viewer, "archiveThread", threadId=old, isArchived=False)
    assert await listed(ask, viewer, isArchived=True) == []
    short = await ask(LIST, viewer, query="a")
    assert short["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_pages_of_threads_and_of_contents_go_on(ask: Asker) -> None:
    _, viewer = await ask.learner()
    for title in ("one", "two"):
        await a_thread(ask, viewer, title=title)
    thread_id = await a_thread(ask, viewer, "a", "b", "c", title="three")

    first = (await ask.data(LIST, viewer, first=2))["viewer"]["threads"]
    rest = await listed(ask, viewer, first=2, after=first["pageInfo"]["endCursor"])
    page = (await ask.data(CONTENTS, viewer, id=thread_id, first=2))["thread"]["contents"]
    after = page["pageInfo"]["endCursor"]
    last = (await ask.data(CONTENTS, viewer, id=thread_id, first=2, after=after))["thread"]["contents"]

    assert [each["title"] for each in first["nodes"]] + rest == ["three", "two", "one"]
    assert [each["title"] for each in [*page["nodes"], *last["nodes"]]] == ["a", "b", "c"]


async def test_limits_hold_for_requests_at_once(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.threads.thread_changes.MOST_THREADS", 3)
    monkeypatch.setattr("domain.threads.content_changes.MOST_CONTENTS", 2)
    _, viewer = await ask.learner()

    payloads = await asyncio.gather(
        *(mutate(ask, viewer, "createThread", title="t", idempotencyKey=mint("key")) for _ in range(6))
    )
    thread_id = (await ask.data(LIST, viewer))["viewer"]["threads"]["nodes"][0]["id"]
    added = [
        await mutate(ask, viewer, "addThreadContent", threadId=thread_id, version=place, title="c", body="")
        for place in (1, 2, 3)
    ]

    errors = [error["__typename"] for payload in payloads for error in payload["userErrors"]]
    assert errors == ["TooManyThreads"] * 3
    assert [error["__typename"] for payload in added for error in payload["userErrors"]] == [
        "TooManyContents"
    ]
    assert thread_contents.MOST_CONTENTS == 100
    assert threads.MOST_THREADS == 500


async def test_a_deleted_thread_is_gone_with_all_of_it(ask: Asker) -> None:
    user, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer, "a")
    (content,) = await contents(ask, viewer, thread_id)
    await accepted(
        ask,
        viewer,
        "exploreThreadContent",
        contentId=content["id"],
        question="Why?",
        idempotencyKey="q",
    )
    await accepted(ask, viewer, "createThreadLink", "secret", threadId=thread_id)

    deleted = await accepted(ask, viewer, "deleteThread", "thread { title }", threadId=thread_id)

    assert deleted["thread"] == {"title": "Sets"}
    assert await refusal(ask, viewer, "deleteThread", threadId=thread_id) == ("NotFound", "threadId")
    async with ask.postgres.open_work(Meter()) as work:
        for table in ("threads", "thread_contents", "thread_links", "explore_chats", "chat_messages"):
            count = await work.connection.raw.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
            assert count == 0, table
    assert (await export_of(ask, user))["threads"] == []


async def test_an_export_holds_threads_and_an_erasure_removes_them(ask: Asker) -> None:
    user, viewer = await ask.learner()
    reader, reading = await ask.learner()
    thread_id = await a_thread(ask, viewer, "Canary of a body")
    await accepted(ask, viewer, "shareThreadWith", threadId=thread_id, handle=reader.handle)
    secret = (await accepted(ask, viewer, "createThreadLink", "secret", threadId=thread_id))["secret"]
    await accepted(ask, reading, "openThreadLink", secret=secret)

    whole, read = await export_of(ask, user), await export_of(ask, reader)

    assert [row["title"] for row in whole["thread_contents"]] == ["Canary of a body"]
    assert [row["user_id"] for row in whole["thread_readers"]] == [reader.id]
    assert [row["thread_id"] for row in read["thread_readers"] + read["thread_guests"]] == [thread_id] * 2
    assert "Canary" not in str(read)
    assert secret not in str(whole)
    async with ask.postgres.open_work(Meter()) as work:
        await work.deletions.mark(user.id, ask.clock())
    assert await anonymise(ask.ports)
    async with ask.postgres.open_work(Meter()) as work:
        for table in ("threads", "thread_contents", "thread_readers", "thread_links", "thread_guests"):
            assert await work.connection.raw.fetchval(f"SELECT count(*) FROM {table}") == 0, table  # noqa: S608
