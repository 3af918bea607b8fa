"""The stream of an answer: from its start or an offset, on any device, until it ends or the chat is deleted."""

import asyncio
from typing import Any

import pytest

from tests.support.chats import FOLLOW, an_explorer, answering, run_answer, says
from tests.support.patience import PATIENCE_S
from tests.support.schema_client import Asker


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.jobs.areas.answer_writers.FLUSH_S", 0.01)
    monkeypatch.setattr("gateway.jobs.areas.answer_writers.LOOK_S", 0.02)
    monkeypatch.setattr("resolvers.chats.answer_streams.LOOK_EVERY_S", 0.5)


async def collected(responses: Any) -> list[dict[str, Any]]:
    async with asyncio.timeout(PATIENCE_S):
        return [response["data"]["chatMessageStreamed"] async for response in responses]


def put_together(pieces: list[dict[str, Any]], known: str = "") -> str:
    """Do what the schema tells clients to do."""
    for piece in pieces:
        known = known[: piece["offset"]] + piece["text"]
        assert len(known) == piece["end"]
    return known


async def test_an_answer_arrives_in_pieces_until_its_end(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    assistant = says(ask, "One 🧑‍🚀 is ", None, "enough.")
    message = await explorer.asked()
    stream = await ask.stream(FOLLOW, explorer.viewer, id=message["id"])

    first = (await anext(stream))["data"]["chatMessageStreamed"]
    following = asyncio.create_task(collected(stream))
    async with answering(ask, message["id"]):
        await asyncio.wait_for(assistant.reached.wait(), PATIENCE_S)
        await asyncio.sleep(2)  # the first words are stored and sent by then
        assistant.go.set()
    pieces = [first, *await following]

    assert pieces[0]["state"] == "WAITING"
    assert pieces[-1]["state"] == "DONE"
    assert [piece["isLast"] for piece in pieces].count(True) == 1
    assert put_together(pieces) == "One 🧑‍🚀 is enough."
    assert len([piece for piece in pieces if piece["text"]]) >= 2


async def test_another_device_goes_on_after_an_offset(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    says(ask, "One 🧑‍🚀 is ", "enough.")
    message = await explorer.asked()
    await run_answer(ask, message["id"])
    known = "One 🧑‍🚀"

    rest = await collected(await ask.stream(FOLLOW, explorer.viewer, id=message["id"], after=len(known)))
    whole = await collected(await ask.stream(FOLLOW, explorer.viewer, id=message["id"], after=10_000))

    assert [piece["text"] for piece in rest] == [" is enough."]
    assert put_together(rest, known) == put_together(whole) == "One 🧑‍🚀 is enough."
    assert whole[0]["offset"] == 0


async def test_a_client_with_an_older_writing_gets_the_new_one_from_its_start(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    says(ask, "An old answer.")
    message = await explorer.asked()
    await run_answer(ask, message["id"])
    says(ask, "The new answer.")
    await explorer.retry(message["id"])
    await run_answer(ask, message["id"])

    pieces = await collected(await ask.stream(FOLLOW, explorer.viewer, id=message["id"], after=6, writing=1))

    assert put_together(pieces, "An old") == "The new answer."
    assert pieces[0]["writing"] == 2


async def test_the_stream_ends_when_the_chat_is_deleted(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    message = await explorer.asked()
    stream = await ask.stream(FOLLOW, explorer.viewer, id=message["id"])
    following = asyncio.create_task(collected(stream))
    await asyncio.sleep(0.1)

    await explorer.change("deleteChat", message["chat"]["id"])

    pieces = await following
    assert [piece["state"] for piece in pieces] == ["WAITING"]


async def test_the_stream_ends_when_the_answer_is_cancelled(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    message = await explorer.asked()
    stream = await ask.stream(FOLLOW, explorer.viewer, id=message["id"])
    following = asyncio.create_task(collected(stream))
    await asyncio.sleep(0.1)

    await explorer.cancel(message["id"])

    pieces = await following
    assert [piece["state"] for piece in pieces] == ["WAITING", "CANCELLED"]


async def test_answers_of_others_are_not_streamed(ask: Asker) -> None:
    explorer, other = await an_explorer(ask), await an_explorer(ask)
    message = await explorer.asked()

    stream = await ask.stream(FOLLOW, other.viewer, id=message["id"])
    refused = await anext(stream)

    assert refused["errors"][0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("after", [-1])
async def test_an_offset_is_refused_with_its_name(ask: Asker, after: int) -> None:
    explorer = await an_explorer(ask)
    message = await explorer.asked()

    stream = await ask.stream(FOLLOW, explorer.viewer, id=message["id"], after=after)
    refused = await anext(stream)

    assert "after" in refused["errors"][0]["message"]
