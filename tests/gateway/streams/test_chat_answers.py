"""Answers of explore chats over real transports: streamed, resumed elsewhere, cancelled, deleted, asked at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from domain.chats import chat_jobs
from domain.unit_of_work import Meter
from gateway.jobs.handler_table import HANDLERS
from tests.gateway.conftest import Live, running
from tests.support.chats import ASK, CANCEL, START, ScriptedAssistant, changing
from tests.support.clients.sse import streaming
from tests.support.clients.websockets import INIT, hear, say, socket
from tests.support.patience import PATIENCE_S
from tests.support.queue_workers import working

FOLLOW = """subscription { chatMessageStreamed(messageId: "%s", after: %d) {
  offset text end writing state isLast message { answer } } }"""
HALVES = ("The first 🧑‍🚀 half, ", "and the second.")


@pytest.fixture(params=["one gateway", "two gateways"])
async def two(request: Any, database_url: str, redis_url: str) -> AsyncIterator[tuple[Live, Live]]:
    """One gateway without Redis, which is both; or two on one database, with a bus between them."""
    count = 1 if request.param == "one gateway" else 2
    bus = {} if count == 1 else {"redis_url": redis_url}
    async with AsyncExitStack() as stack:
        lives = [await stack.enter_async_context(running(database_url, **bus)) for _ in range(count)]
        yield lives[0], lives[-1]


@asynccontextmanager
async def answering(live: Live, url: str, assistant: ScriptedAssistant) -> AsyncIterator[None]:
    """Run a worker of chats with an assistant, and with the bus of a gateway."""
    ports = replace(live.app.pipeline.ports, assistant=assistant)
    kinds = (chat_jobs.ANSWER, chat_jobs.ENTITLE, chat_jobs.SUGGEST)
    assistant.written |= {"TITLE": "A title", "SUGGESTIONS": {"questions": ["Why?"]}}
    async with working(ports, url, *((kind, HANDLERS[kind.name]) for kind in kinds)):
        yield


async def started(live: Live, token: str, question: str | None = "What is a half?") -> dict[str, Any]:
    given = {"question": question, "idempotencyKey": "start"}
    response = (await live.post(START, token=token, input=given)).json()
    payload: dict[str, Any] = response["data"]["startExploreChat"]
    assert payload["userErrors"] == []
    return payload


async def follow(opened: Any, token: str, message_id: str, after: int = 0) -> None:
    init = INIT | {"payload": {"authorization": f"Bearer {token}"}}
    text = FOLLOW % (message_id, after)
    await say(opened, init, {"id": "1", "type": "subscribe", "payload": {"query": text}})
    assert (await hear(opened))["type"] == "connection_ack"


async def piece(opened: Any) -> dict[str, Any] | None:
    """Return the next piece; None at the end of the stream."""
    heard = await hear(opened)
    if heard["type"] == "complete":
        return None
    assert heard["type"] == "next", heard
    found: dict[str, Any] = heard["payload"]["data"]["chatMessageStreamed"]
    return found


async def test_an_answer_is_streamed_and_goes_on_elsewhere(two: tuple[Live, Live], database_url: str) -> None:
    one, other = two
    token = await one.register("ada")
    assistant = ScriptedAssistant([HALVES[0], None, HALVES[1]])

    async with answering(one, database_url, assistant):
        message_id = (await started(one, token))["message"]["id"]
        known = ""
        async with socket(other) as opened:
            await follow(opened, token, message_id)
            while "first" not in known:
                got = await piece(opened)
                assert got is not None
                known = known[: got["offset"]] + got["text"]
        assistant.go.set()
        async with socket(other) as opened:
            await follow(opened, token, message_id, len(known))
            rest = []
            while (got := await piece(opened)) is not None:
                rest.append(got)
        async with streaming(other, FOLLOW % (message_id, 0), token=token) as stream:
            whole = (await stream.sure()).payload["data"]["chatMessageStreamed"]
            assert (await stream.sure()).kind == "complete"

    assert rest[0]["offset"] == len(known)
    assert known + "".join(each["text"] for each in rest) == whole["text"] == "".join(HALVES)
    assert (whole["message"]["answer"], whole["state"]) == ("".join(HALVES), "DONE")


@pytest.mark.parametrize("act", ["cancel", "delete"])
async def test_cancelling_and_deleting_end_the_request_and_the_stream(
    two: tuple[Live, Live], database_url: str, act: str
) -> None:
    one, other = two
    token = await one.register("ada")
    assistant = ScriptedAssistant([HALVES[0], None, HALVES[1]])

    async with answering(one, database_url, assistant), socket(other) as opened:
        chat = await started(one, token)
        await follow(opened, token, chat["message"]["id"])
        await asyncio.wait_for(assistant.reached.wait(), PATIENCE_S)
        if act == "cancel":
            await other.post(CANCEL, token=token, input={"messageId": chat["message"]["id"]})
        else:
            await other.post(changing("deleteChat"), token=token, input={"id": chat["chat"]["id"]})
        loop = asyncio.get_running_loop()
        since = loop.time()
        await asyncio.wait_for(assistant.closed.wait(), PATIENCE_S)
        took = loop.time() - since
        pieces = []
        while (got := await piece(opened)) is not None:
            pieces.append(got)

    assert took < 2
    assert pieces[-1]["state"] == ("CANCELLED" if act == "cancel" else "STREAMING")
    assert "second" not in "".join(each["text"] for each in pieces)


async def test_twenty_questions_at_once_give_one_answer_in_progress(live: Live) -> None:
    token = await live.register("ada")
    chat_id = (await started(live, token, question=None))["chat"]["id"]

    async def ask(number: int) -> str:
        given = {"chatId": chat_id, "question": f"Number {number}?", "idempotencyKey": f"k{number}"}
        payload = (await live.post(ASK, token=token, input=given)).json()["data"]["askExploreChat"]
        return payload["userErrors"][0]["code"] if payload["userErrors"] else payload["message"]["state"]

    outcomes = Counter(await asyncio.gather(*map(ask, range(20))))

    assert outcomes == {"WAITING": 1, "ANSWER_IN_PROGRESS": 19}
    async with live.app.pipeline.ports.open_reads(Meter()) as reads:
        rows = await reads.connection.raw.fetch(  # type: ignore[attr-defined]
            "SELECT number, state FROM chat_messages WHERE chat_id = $1", chat_id
        )
        jobs = await reads.connection.raw.fetchval(  # type: ignore[attr-defined]
            "SELECT count(*) FROM jobs WHERE kind = $1", chat_jobs.ANSWER.name
        )
    assert ([tuple(row) for row in rows], jobs) == ([(1, "WAITING")], 1)
